import JSONValues
import JSONata
import StatesLanguage
import Waitable

/// JSON, the query languages and definitions.
extension Fuzzing {
    @Sendable static func json(_ bytes: ArraySlice<UInt8>) {
        guard let value = try? JSON(parsing: bytes) else { return }
        let again = try? JSON(parsing: value.text)
        precondition(again == value, "another value after it was written")
    }

    @Sendable static func jsonPath(_ bytes: ArraySlice<UInt8>) {
        let (path, rest) = halves(bytes)
        guard let query = try? PathQuery(parsing: path) else { return }
        _ = try? query.value(in: value(rest))
    }

    @Sendable static func jsonata(_ bytes: ArraySlice<UInt8>) {
        let (text, rest) = halves(bytes)
        for dialect in [Dialect.jsonata, .stepFunctions] {
            guard let expression = try? Expression(parsing: text, dialect: dialect) else { continue }
            var environment = Environment(milliseconds: 1_700_000_000_000, random: Constant())
            _ = try? expression.evaluate(value(rest), environment: &environment, budget: Budget(units: 20_000))
        }
    }

    @Sendable static func instant(_ bytes: ArraySlice<UInt8>) {
        guard let instant = Instant(iso8601: String(decoding: bytes, as: UTF8.self)) else { return }
        precondition(Instant(iso8601: instant.iso8601) == instant, "another instant after it was written")
    }

    /// A line of input, then a definition, which is run for some steps.
    @Sendable static func machine(_ bytes: ArraySlice<UInt8>) {
        let (input, rest) = halves(bytes)
        let revision = Revision(definition: String(decoding: rest, as: UTF8.self), roleARN: "")
        guard (try? JSON(parsing: input)) != nil,
            let machine = try? DeployedMachine(name: "m", hash: "0123456789abcdef", revision: revision)
        else { return }
        let runner = ExecutionRunner(machine: machine, arn: ARN(), secret: secret)
        var now = Instant(milliseconds: 1_700_000_000_000)
        let key = ExecutionKey(machine: "m", name: "x")
        var execution = Execution(key: key, revision: machine.hash, startDate: now, input: input)
        for _ in 0..<5 where execution.status.isOpen {
            guard let step = try? runner.run(execution, at: now, within: 50_000), step.work < 50_000 else { return }
            let document = step.transition(lease: nil).document
            do throws(DocumentError) {
                execution = try ExecutionDocument.decode(document, key: key)
            } catch {
                preconditionFailure("a document that was written cannot be read: \(error)")
            }
            guard let wakeUp = execution.flow?.wakeUp else { return }
            now = max(now, wakeUp)
        }
    }

    private static let secret = TaskTokenKey.make()

    private struct Constant: RandomNumberGenerator, Sendable {
        mutating func next() -> UInt64 { 0x9E37_79B9_7F4A_7C15 }
    }
}
