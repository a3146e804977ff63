import Foundation
import JSONValues
import JSONata
import StatesLanguage
import Waitable
import WaitableItems

/// Runs libFuzzer on one parser: `waitable-fuzz` with the target's name in `FUZZ_TARGET`, and libFuzzer's own arguments.
///
/// A target takes any bytes. It must not crash, and where something can be read it must be readable again after it was written.
enum Fuzzing {
    typealias Target = @Sendable (ArraySlice<UInt8>) -> Void

    static let targets: [String: Target] = [
        "json": json, "jsonpath": jsonPath, "jsonata": jsonata, "instant": instant, "machine": machine,
        "document": document, "item": item, "token": token,
    ]

    /// The first line, and what follows it.
    private static func halves(_ bytes: ArraySlice<UInt8>) -> (first: String, rest: ArraySlice<UInt8>) {
        let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
        return (String(decoding: bytes[..<end], as: UTF8.self), bytes[end...].dropFirst())
    }

    private static func value(_ bytes: ArraySlice<UInt8>) -> JSON { (try? JSON(parsing: bytes)) ?? .null }

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

    @Sendable static func document(_ bytes: ArraySlice<UInt8>) {
        let key = ExecutionKey(machine: "m", name: "x")
        guard let execution = try? ExecutionDocument.decode(Array(bytes), key: key) else { return }
        _ = execution.journal?.entries(list: [], since: execution.startDate)
        // What no step writes, such as the id of an event beyond all bounds, may not be readable again.
        guard let again = try? ExecutionDocument.decode(ExecutionDocument.encode(execution, lease: nil), key: key)
        else {
            return
        }
        precondition(again.status == execution.status, "another document after it was written")
    }

    /// A line with the operation's name, then its parameters.
    @Sendable static func item(_ bytes: ArraySlice<UInt8>) {
        let (name, rest) = halves(bytes)
        let names: [String: ItemOperationName] = [
            "putItem": .putItem, "updateItem": .updateItem, "getItem": .getItem, "deleteItem": .deleteItem,
        ]
        guard let operation = names[name] else { return }
        _ = try? ItemOperation(operation, parameters: value(rest), keyAttributes: KeyAttributes())
    }

    @Sendable static func token(_ bytes: ArraySlice<UInt8>) {
        guard let token = TaskToken(String(decoding: bytes, as: UTF8.self)) else { return }
        precondition(!token.isMade(with: secret), "a token that nobody has made")
        precondition(TaskToken(token.text) == token, "another token after it was written")
    }

    private static let secret = TaskTokenKey.make()

    private struct Constant: RandomNumberGenerator, Sendable {
        mutating func next() -> UInt64 { 0x9E37_79B9_7F4A_7C15 }
    }
}

@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

guard let target = Fuzzing.targets[ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""] else {
    print("FUZZ_TARGET: must be one of \(Fuzzing.targets.keys.sorted().joined(separator: ", "))")
    exit(64)
}
let chosen = target
var count = CommandLine.argc
var arguments = CommandLine.unsafeArgv
exit(
    runDriver(&count, &arguments) { bytes, size in
        chosen(ArraySlice(UnsafeBufferPointer(start: bytes, count: size)))
        return 0
    }
)
