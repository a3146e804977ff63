import StatesLanguage
import Testing

/// What another account, region or partition has is not what has its name here.
@Suite("ARNs of another account, region or partition", .timeLimit(.minutes(2)))
struct ForeignARNTests {
    private static let definition =
        #"{"StartAt":"M","States":{"M":{"Type":"Map","Label":"L","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","#
        + #""ExecutionType":"STANDARD"},"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":3600,"End":true}}},"End":true}}}"#

    /// Every operation that takes an ARN, with the members that hold one.
    private static let calls: [(operation: String, member: String, kind: String, more: JSONObject)] = [
        ("DescribeStateMachine", "stateMachineArn", "machine", [:]),
        ("ListExecutions", "stateMachineArn", "machine", [:]),
        ("ListStateMachineAliases", "stateMachineArn", "machine", [:]),
        ("ListStateMachineVersions", "stateMachineArn", "machine", [:]),
        ("PublishStateMachineVersion", "stateMachineArn", "machine", [:]),
        ("StartExecution", "stateMachineArn", "machine", [:]),
        ("StartSyncExecution", "stateMachineArn", "machine", [:]),
        ("UpdateStateMachine", "stateMachineArn", "machine", ["definition": .string(definition)]),
        ("DeleteStateMachine", "stateMachineArn", "machine", [:]),
        ("ListTagsForResource", "resourceArn", "machine", [:]),
        ("DescribeStateMachineAlias", "stateMachineAliasArn", "alias", [:]),
        ("UpdateStateMachineAlias", "stateMachineAliasArn", "alias", ["description": "x"]),
        ("DeleteStateMachineAlias", "stateMachineAliasArn", "alias", [:]),
        ("StartExecution", "stateMachineArn", "alias", [:]),
        ("DeleteStateMachineVersion", "stateMachineVersionArn", "version", [:]),
        ("DescribeExecution", "executionArn", "execution", [:]),
        ("DescribeStateMachineForExecution", "executionArn", "execution", [:]),
        ("GetExecutionHistory", "executionArn", "execution", [:]),
        ("ListMapRuns", "executionArn", "execution", [:]),
        ("RedriveExecution", "executionArn", "execution", [:]),
        ("StopExecution", "executionArn", "execution", [:]),
        ("DescribeMapRun", "mapRunArn", "run", [:]),
        ("UpdateMapRun", "mapRunArn", "run", ["maxConcurrency": .integer(1)]),
        ("ListExecutions", "mapRunArn", "run", [:]),
        ("DescribeActivity", "activityArn", "activity", [:]),
        ("GetActivityTask", "activityArn", "activity", [:]),
        ("DeleteActivity", "activityArn", "activity", [:]),
        ("ListTagsForResource", "resourceArn", "activity", [:]),
        ("TagResource", "resourceArn", "activity", ["tags": .array([])]),
        ("UntagResource", "resourceArn", "activity", ["tagKeys": .array([])]),
    ]

    private static let foreign = [
        ("us-east-1:000000000000", "us-east-1:111111111111"), ("us-east-1:000000000000", "eu-west-1:000000000000"),
        ("us-east-1:000000000000", "us-east-1:"), ("us-east-1:000000000000", ":000000000000"),
        ("arn:aws:", "arn:aws-cn:"),
    ]

    @Test("are refused by every operation, and nothing is done")
    func refused() async throws {
        try await Stack.with(workers: 1) { stack in
            let machine = try await stack.create("m", Self.definition)
            let execution = try await stack.start(machine, "[1,2]", name: "e")
            var names: [Spelling: String] = ["machine": machine, "execution": execution]
            try await eventually("its items run") {
                let list = try await stack.call("ListMapRuns", ["executionArn": .string(execution)]).json
                let run = list.objectValue?["mapRuns"]?.arrayValue?.first?.objectValue?["mapRunArn"]
                names["run"] = run?.stringValue
                return run != nil
            }
            let published = try await stack.call("PublishStateMachineVersion", ["stateMachineArn": .string(machine)])
            let version = try #require(published.json.objectValue?["stateMachineVersionArn"]?.stringValue)
            names["version"] = version
            func routing(_ version: String) -> JSONObject {
                let route: JSONObject = ["stateMachineVersionArn": .string(version), "weight": .integer(100)]
                return ["name": "live", "routingConfiguration": .array([.object(route)])]
            }
            let alias = try await stack.call("CreateStateMachineAlias", routing(version))
            names["alias"] = alias.json.objectValue?["stateMachineAliasArn"]?.stringValue
            let activity = try await stack.call("CreateActivity", ["name": "a"])
            names["activity"] = activity.json.objectValue?["activityArn"]?.stringValue

            for (own, other) in Self.foreign {
                func refuses(_ operation: String, _ body: JSONObject, _ arn: String) async throws {
                    let answer = try await stack.call(operation, body)
                    #expect(answer.status == 400, "\(operation) \(arn)")
                    let code = answer.json.objectValue?["__type"]
                    #expect(code == "InvalidArn", "\(operation) \(arn): \(answer.json.text)")
                    let reason = "Invalid Arn: 'ARN must begin with arn:aws:states:us-east-1:000000000000: \(arn)'"
                    #expect(answer.json.objectValue?["message"] == .string(reason))
                }
                for call in Self.calls {
                    let arn = try #require(names[call.kind]).replacing(own, with: other)
                    var body = call.more
                    body[call.member] = .string(arn)
                    try await refuses(call.operation, body, arn)
                }
                let arn = version.replacing(own, with: other)
                try await refuses("CreateStateMachineAlias", routing(arn), arn)
            }
            let described = try await stack.call("DescribeExecution", ["executionArn": .string(execution)]).json
            #expect(described.objectValue?["status"] == "RUNNING")
        }
    }
}
