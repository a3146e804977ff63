import ArgumentParser
import Foundation
import StatesLanguage
import Waitable

struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Runs one state with a mocked outcome; needs no Redis.",
        discussion: """
            The file has the definition of a state, or with --state that of a state
            machine. The answer is that of the Step Functions API's TestState, as JSON.
            A Task, Map or Parallel state needs a mock. Where a FILE is asked for, - is
            standard input.

            Examples:
              waitable test pay.json --mock '{"paid": true}' --inspection-level DEBUG
              waitable test orders.asl.json --state Pay --mock-error Declined

            Exit codes: 0 the state succeeded, or its failure is caught or retried,
            1 it failed.
            """
    )

    @Argument(help: "A file in Amazon States Language, or - for standard input.")
    var file: String
    @Option(name: .customLong("state"), help: "The state of a whole state machine.")
    var state: String?
    @Option(name: .customLong("input"), help: "A FILE with the state's input, as JSON.")
    var input: String?
    @Option(name: .customLong("inspection-level"), help: "INFO, or DEBUG or TRACE for the data at each stage.")
    var level = Level.info
    @Option(name: .customLong("mock"), help: "What the state's work comes to, as JSON.")
    var mock: String?
    @Option(name: .customLong("mock-error"), help: "The error with which the state's work fails.")
    var mockError: String?
    @Option(name: .customLong("mock-cause"), help: "The cause of that error.")
    var mockCause: String?
    @Option(name: .customLong("field-validation-mode"), help: "How a mock is checked: STRICT, PRESENT or NONE.")
    var validation: Validation?
    @Option(name: .customLong("variables"), help: "A FILE with the variables, as a JSON object.")
    var variables: String?
    @Option(name: .customLong("context"), help: "A FILE with the context object, as JSON; for a state with a mock.")
    var context: String?
    @Option(name: .customLong("retries"), help: "How often the state was retried before.")
    var retries: Int?
    @Option(name: .customLong("failed-iterations"), help: "How many of a Map state's iterations fail.")
    var failedIterations: Int?
    @Option(name: .customLong("read-items"), help: "A FILE with what a Map state's ItemReader reads.")
    var readItems: String?
    @Option(name: .customLong("substitute"), help: "A value for ${Name}: Name=value. May be repeated.")
    var substitutions: [String] = []

    enum Level: String, ExpressibleByArgument, CaseIterable {
        case info = "INFO"
        case debug = "DEBUG"
        case trace = "TRACE"
    }

    enum Validation: String, ExpressibleByArgument, CaseIterable {
        case strict = "STRICT"
        case present = "PRESENT"
        case none = "NONE"
    }

    func run() async throws {
        try await Exit.mapping {
            let body = try body()
            let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
            let answer: JSONObject
            do throws(StateTestCall.Refusal) {
                answer = try StateTestCall(body).answer(arn: ARN(), at: now)
            } catch {
                throw DefinitionFileError(path: file, reason: error.message)
            }
            print(json: .object(answer))
            if answer["status"] == .string(StateTestResult.Status.failed.rawValue) { throw Exit.failed }
        }
    }

    /// The call, as the API takes it.
    private func body() throws -> JSONObject {
        let values = try Settings.substitutions(substitutions, file: nil)
        let definition = try StateMachine.substituting(values, in: try text(of: file))
        var body: JSONObject = ["definition": .string(definition), "inspectionLevel": .string(level.rawValue)]
        body["stateName"] = state.map(JSON.string)
        body["input"] = try input.map { .string(try json(of: $0)) }
        body["variables"] = try variables.map { .string(try text(of: $0)) }
        body["context"] = try context.map { .string(try text(of: $0)) }
        var mocked = JSONObject()
        mocked["result"] = mock.map(JSON.string)
        if mockError != nil || mockCause != nil {
            var error = JSONObject()
            error["error"] = mockError.map(JSON.string)
            error["cause"] = mockCause.map(JSON.string)
            mocked["errorOutput"] = .object(error)
        }
        if !mocked.isEmpty {
            mocked["fieldValidationMode"] = validation.map { .string($0.rawValue) }
            body["mock"] = .object(mocked)
        }
        var configuration = JSONObject()
        configuration["retrierRetryCount"] = retries.map { .integer(Int64($0)) }
        configuration["mapIterationFailureCount"] = failedIterations.map { .integer(Int64($0)) }
        configuration["mapItemReaderData"] = try readItems.map { .string(try text(of: $0)) }
        if !configuration.isEmpty { body["stateConfiguration"] = .object(configuration) }
        return body
    }

    private func json(of path: String) throws -> String {
        let text = try text(of: path)
        do throws(JSONError) {
            _ = try JSON(parsing: text)
        } catch {
            throw DefinitionFileError(path: path, reason: "must be JSON (\(error))")
        }
        return text
    }

    private func text(of path: String) throws -> String {
        let data =
            path == "-" ? try FileHandle.standardInput.readToEnd() : FileManager.default.contents(atPath: path)
        guard let data else { throw DefinitionFileError(path: path, reason: "cannot be read") }
        guard let text = String(data: data, encoding: .utf8) else {
            throw DefinitionFileError(path: path, reason: "is not UTF-8")
        }
        return text
    }
}
