import Foundation
import StatesLanguage
import Testing

/// `TestState` over HTTP and by command, and that there is every operation of AWS's model.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct TestStateTests {
    private static let task =
        #"{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},"OutputPath":"$.Payload","#
        + #""Next":"N"}"#

    @Test("A state is run with a mock, and nothing is written")
    func call() async throws {
        try await Stack.with { stack in
            let keys = try await stack.size()
            let answer = try await stack.call(
                "TestState",
                ["definition": .string(Self.task), "mock": .object(["result": #"{"Payload":{"a":1}}"#])]
            )
            #expect(answer.status == 200)
            #expect(answer.json == .object(["status": "SUCCEEDED", "output": #"{"a":1}"#, "nextState": "N"]))
            #expect(try await stack.size() == keys)
        }
    }

    @Test("Of each stage at most 256 KiB are shown, whatever a state makes of its input")
    func boundedStages() async throws {
        try await Stack.with { stack in
            let parameters = (0..<20).map { #""p\#($0).$":"$.b""# }.joined(separator: ",")
            let answer = try await stack.call(
                "TestState",
                [
                    "definition": .string(
                        #"{"Type":"Pass","Parameters":{\#(parameters)},"ResultPath":"$.r","OutputPath":"$.b","End":true}"#
                    ),
                    "input": .string(#"{"b":"\#(String(repeating: "x", count: 50_000))"}"#),
                    "inspectionLevel": "DEBUG",
                ]
            )
            let stages = try #require(answer.json.objectValue?["inspectionData"]?.objectValue)
            let shown = try #require(stages["afterParameters"]?.stringValue)
            #expect(shown.utf8.count == 262_144 + "…".utf8.count && shown.hasSuffix("…"))
            #expect(stages.allSatisfy { $0.value.stringValue?.utf8.count ?? 0 <= shown.utf8.count })
        }
    }

    private static let refused: [(body: JSONObject, code: String, message: String)] = [
        (
            ["definition": .string(task), "inspectionLevel": "ALL"], "ValidationException",
            "1 validation error detected: Value 'ALL' at 'inspectionLevel' failed to satisfy constraint: Member must satisfy "
                + "enum value set: [INFO, DEBUG, TRACE]"
        ),
        (
            ["definition": .string(task), "input": "not JSON"], "InvalidExecutionInput",
            "Invalid State Machine Execution Input: 'Unrecognized token 'not': was expecting (JSON String, Number, Array, "
                + "Object or token 'null', 'true' or 'false')"
        ),
        (
            ["definition": "{"], "InvalidDefinition", "Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: "
        ),
        (["definition": .string(task), "mock": "x"], "SerializationException", "mock: STRUCTURE can not be read from"),
        (["definition": .string(task), "variables": .integer(1)], "SerializationException", "variables: STRING_VALUE"),
    ]

    @Test("What is malformed is refused", arguments: refused.indices)
    func refusal(index: Int) async throws {
        let (body, code, message) = Self.refused[index]
        try await Stack.with { stack in
            let answer = try await stack.call("TestState", body)
            #expect(answer.status == 400)
            #expect(answer.json.objectValue?["__type"] == .string(code))
            #expect(answer.json.objectValue?["message"]?.stringValue?.hasPrefix(message) == true, "\(answer.json.text)")
        }
    }

    /// AWS's model of the API, as of boto3 1.43.
    private static let operations = [
        "CreateActivity", "CreateStateMachine", "CreateStateMachineAlias", "DeleteActivity", "DeleteStateMachine",
        "DeleteStateMachineAlias", "DeleteStateMachineVersion", "DescribeActivity", "DescribeExecution",
        "DescribeMapRun",
        "DescribeStateMachine", "DescribeStateMachineAlias", "DescribeStateMachineForExecution", "GetActivityTask",
        "GetExecutionHistory", "ListActivities", "ListExecutions", "ListMapRuns", "ListStateMachineAliases",
        "ListStateMachineVersions", "ListStateMachines", "ListTagsForResource", "PublishStateMachineVersion",
        "RedriveExecution", "SendTaskFailure", "SendTaskHeartbeat", "SendTaskSuccess", "StartExecution",
        "StartSyncExecution", "StopExecution", "TagResource", "TestState", "UntagResource", "UpdateMapRun",
        "UpdateStateMachine", "UpdateStateMachineAlias", "ValidateStateMachineDefinition",
    ]

    @Test("Every operation of AWS's model is there, also of the one that boto3 has here")
    func everyOperation() async throws {
        let script =
            "import botocore.session as s; "
            + "print(' '.join(s.get_session().get_service_model('stepfunctions').operation_names))"
        let installed = try await ConsoleSession.shell("python3 -c \"\(script)\" 2>/dev/null || true", environment: [:])
        let names = Set(Self.operations).union(installed.split(whereSeparator: \.isWhitespace).map(String.init))
        try await Stack.with { stack in
            for name in names.sorted() {
                let answer = try await stack.call(name, ["maxResults": "x"])
                #expect(answer.json.objectValue?["__type"] != "UnknownOperationException", "\(name)")
            }
            #expect(try await stack.call("Nothing", [:]).json.objectValue?["__type"] == "UnknownOperationException")
        }
    }

    @Test("waitable test answers what the API does, and its exit code says whether the state failed")
    func command() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "test-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let state = folder.appending(path: "state.json").path
        try Self.task.write(toFile: state, atomically: true, encoding: .utf8)
        let input = folder.appending(path: "input.json").path
        try "{}".write(toFile: input, atomically: true, encoding: .utf8)
        let done = try Program(["test", state, "--input", input, "--mock", #"{"Payload":7}"#])
        #expect(try await done.end() == 0)
        #expect(done.output == #"{"status":"SUCCEEDED","output":"7","nextState":"N"}"# + "\n")
        let failed = try Program(["test", state, "--mock-error", "E", "--inspection-level", "DEBUG"])
        #expect(try await failed.end() == 1)
        #expect(failed.output.contains(#""afterParameters":"{\"FunctionName\":\"f\"}""#))
        let refused = try Program(["test", state])
        #expect(try await refused.end() == 65)
    }
}
