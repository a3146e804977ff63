package import StatesLanguage

/// A call of `TestState`: read, checked, and carried out in memory. It reads and writes nothing.
///
/// Source: AWS Step Functions API reference, `TestState`; refusals in AWS's words, where they are known.
package struct StateTestCall: Sendable {
    /// Why a call is refused.
    package struct Refusal: Error, Sendable, Equatable {
        /// The API's name of the error.
        package var code: String
        /// The whole text.
        package var message: String

        /// A refusal with an error's name.
        init(_ code: String, _ message: String) {
            self.code = code
            self.message = message
        }

        /// A refusal as `ValidationException`.
        init(_ message: String) { self.init("ValidationException", message) }
    }

    private let body: JSONObject
    private let test: StateTest
    private let setup: StateTestSetup
    private let input: String
    private let context: JSON?

    /// Reads a call whose members are of the types that the API's model says.
    package init(_ members: JSONObject) throws(Refusal) {
        let body = Self.given(members)
        self.body = body
        test = try Self.test(in: body)
        try Self.checkMock(body, of: test)
        let mock = try Self.mock(in: body, of: test)
        context = try Self.context(in: body, of: test)
        setup = try StateTestConfiguration(body["stateConfiguration"]?.objectValue ?? [:], test).setup(
            mock: mock,
            variables: Self.variables(in: body)
        )
        input = body["input"]?.stringValue ?? "{}"
    }

    /// The members that are there: one that is null is not.
    private static func given(_ members: JSONObject) -> JSONObject {
        var given = JSONObject()
        for (name, value) in members where value != .null {
            given[name] = value.objectValue.map { .object(Self.given($0)) } ?? value
        }
        return given
    }

    /// Carries the call out.
    ///
    /// - Parameter arn: The region and account of the names in the context object.
    package func answer(arn: ARN, at now: Instant) throws(Refusal) -> JSONObject {
        let level = body["inspectionLevel"]?.stringValue.flatMap(StateTestResult.Level.init) ?? .info
        do throws(StateTestError) {
            return try test.run(setup, context: try executionContext(arn, now), at: now).json(level)
        } catch {
            throw Refusal(error.reason)
        }
    }

    private func executionContext(_ arn: ARN, _ now: Instant) throws(StateTestError) -> ExecutionContext {
        let seed = "\(UInt64.random(in: .min ... .max))"
        let machine = DerivedUUID.text(seed, "machine")
        let name = DerivedUUID.text(seed, "execution")
        do throws(JSONError) {
            return try ExecutionContext(
                executionID: "\(arn.prefix):express:\(machine):\(name)",
                executionName: name,
                startTime: now,
                roleARN: body["roleArn"]?.stringValue ?? "",
                redriveCount: 0,
                stateMachineID: arn.stateMachine(machine),
                stateMachineName: machine,
                region: arn.region,
                inputText: input,
                isExpress: true,
                givenObject: context
            )
        } catch {
            throw StateTestError("input: must be JSON (\(error))")
        }
    }

    // MARK: The state

    private static func test(in body: JSONObject) throws(Refusal) -> StateTest {
        let definition = body["definition"]?.stringValue ?? ""
        let name = body["stateName"]?.stringValue
        let test: StateTest?
        do throws(DefinitionError) {
            if body["mock"] == nil {
                test = try StateTest(definition: definition, stateName: name, resources: TaskCatalog())
            } else {
                test = try StateTest(definition: definition, stateName: name, resources: MockedTaskCatalog())
            }
        } catch {
            throw Refusal("InvalidDefinition", "Invalid State Machine Definition: '\(error)'")
        }
        guard let test else { throw Refusal("State not found in definition") }
        return test
    }

    // MARK: The mock

    /// Whether the state can be tested with what is there of a mock.
    private static func checkMock(_ body: JSONObject, of test: StateTest) throws(Refusal) {
        guard let mock = body["mock"]?.objectValue else {
            if test.hasBranches {
                throw Refusal(
                    "InvalidDefinition",
                    "TestState API does not support Map or Parallel states. Supported state types include: "
                        + "[Task, Wait, Pass, Succeed, Fail, Choice]"
                )
            }
            if test.hasWork {
                throw Refusal(
                    "A Task state must be tested with a mock: TestState does not call services in this version"
                )
            }
            if body["context"] != nil { throw Refusal("Context can only be specified when a mock is specified") }
            return
        }
        guard test.hasWork else {
            throw Refusal("State type '\(test.typeName)' is not supported when a mock is specified")
        }
        if body["revealSecrets"] == .bool(true) {
            throw Refusal("TestState does not support RevealSecrets when a mock is specified.")
        }
        guard (mock["result"] == nil) != (mock["errorOutput"] == nil) else {
            throw Refusal("A test mock should have only one of the following fields: [result, errorOutput].")
        }
    }

    private static func mock(in body: JSONObject, of test: StateTest) throws(Refusal) -> StateTestSetup.Mock? {
        guard let mock = body["mock"]?.objectValue else { return nil }
        if let output = mock["errorOutput"]?.objectValue {
            guard let error = output["error"]?.stringValue else {
                throw Refusal("The field 'error' is required in the errorOutput of a mock")
            }
            return .failure(error: error, cause: output["cause"]?.stringValue)
        }
        guard let result = mock["result"]?.stringValue.flatMap({ try? JSON(parsing: $0) }) else {
            throw Refusal("Mocked result must be valid JSON")
        }
        if test.has("ResultWriter"), test.isMap {
            guard result.objectValue != nil else { throw Refusal("Mocked result must be a JSON object.") }
        } else if test.hasBranches {
            guard result.arrayValue != nil else { throw Refusal("Mocked result must be an array.") }
        } else if let resource = test.resource, let named = ServiceResource(resource) {
            guard result.objectValue != nil else { throw Refusal("Mocked result must be a JSON object.") }
            try check(result, of: named, mode: mock["fieldValidationMode"]?.stringValue ?? "STRICT")
        }
        return .result(result)
    }

    private static func check(_ result: JSON, of resource: ServiceResource, mode: String) throws(Refusal) {
        guard mode != "NONE", let shape = ServiceShape.answer(of: resource) else { return }
        if let problem = shape.problem(with: result, at: nil, requiresAll: mode == "STRICT") {
            throw Refusal("Mock result schema validation error: \(problem)")
        }
    }

    // MARK: What the state sees

    private static func context(in body: JSONObject, of test: StateTest) throws(Refusal) -> JSON? {
        guard let text = body["context"]?.stringValue else { return nil }
        func invalid(_ reason: String) -> Refusal { Refusal("Invalid Context object provided: \(reason)") }
        guard let context = try? JSON(parsing: text), let object = context.objectValue else {
            throw invalid("Context object must be a JSON object")
        }
        if object["Task"] != nil, !(test.resource.map(isAnsweredLater) ?? false) {
            throw invalid(
                "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' "
                    + "service integration pattern"
            )
        }
        for (name, member) in object {
            guard ["Execution", "State", "StateMachine", "Task", "Map"].contains(name) else {
                throw invalid("Context object contains unknown field '\(name)'")
            }
            guard member.objectValue != nil else { throw invalid("'\(name)' must be a JSON object") }
        }
        return context
    }

    private static func isAnsweredLater(_ resource: String) -> Bool {
        [".sync", ".sync:2", ".waitForTaskToken"].contains { resource.hasSuffix($0) }
    }

    private static func variables(in body: JSONObject) throws(Refusal) -> JSONObject {
        guard let text = body["variables"]?.stringValue else { return [:] }
        guard let variables = (try? JSON(parsing: text))?.objectValue else {
            throw Refusal("Invalid variables provided: Variables must be a JSON object")
        }
        return variables
    }
}
