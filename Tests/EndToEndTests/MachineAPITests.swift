import StatesLanguage
import Testing
import Waitable

/// The operations on state machines, versions, aliases and tags, as AWS answers them.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct MachineAPITests {
    private static let arn = "arn:aws:states:us-east-1:000000000000:stateMachine:m"

    private static func definition(_ result: Int) -> JSON {
        .string(#"{"StartAt":"A","States":{"A":{"Type":"Pass","Result":\#(result),"End":true}}}"#)
    }

    private static func with(_ body: @Sendable (Stack) async throws -> Void) async throws {
        try await Stack.with { stack in
            let created = try await stack.call(
                "CreateStateMachine",
                ["name": "m", "definition": definition(1), "roleArn": "arn:aws:iam::0:role/r", "publish": .bool(true)]
            )
            #expect(created.json.objectValue?["stateMachineVersionArn"] == .string(arn + ":1"))
            try await body(stack)
        }
    }

    /// Starts an execution, and waits for its output.
    private static func output(_ stack: Stack, of machine: String) async throws -> JSON? {
        let started = try await stack.call("StartExecution", ["stateMachineArn": .string(machine)])
        let execution = try #require(started.json.objectValue?["executionArn"])
        try await eventually("it has ended") {
            try await stack.call("DescribeExecution", ["executionArn": execution]).json.objectValue?["status"]
                == "SUCCEEDED"
        }
        return try await stack.call("DescribeExecution", ["executionArn": execution]).json.objectValue?["output"]
    }

    @Test("An update reaches new executions; versions and aliases keep what they stand for")
    func versionsAndAliases() async throws {
        try await Self.with { stack in
            let updated = try await stack.call(
                "UpdateStateMachine",
                ["stateMachineArn": .string(Self.arn), "definition": Self.definition(2), "publish": .bool(true)]
            )
            #expect(updated.json.objectValue?["stateMachineVersionArn"] == .string(Self.arn + ":2"))
            #expect(updated.json.objectValue?["revisionId"] != nil)
            let alias = try await stack.call(
                "CreateStateMachineAlias",
                [
                    "name": "prod",
                    "routingConfiguration": .array([
                        .object(["stateMachineVersionArn": .string(Self.arn + ":1"), "weight": .integer(100)])
                    ]),
                ]
            )
            #expect(alias.json.objectValue?["stateMachineAliasArn"] == .string(Self.arn + ":prod"))
            #expect(try await Self.output(stack, of: Self.arn) == "2")
            #expect(try await Self.output(stack, of: Self.arn + ":1") == "1")
            #expect(try await Self.output(stack, of: Self.arn + ":prod") == "1")
            let missing = try await stack.call("StartExecution", ["stateMachineArn": .string(Self.arn + ":9")])
            #expect(missing.json.objectValue?["__type"] == "StateMachineDoesNotExist")

            let inUse = try await stack.call(
                "DeleteStateMachineVersion",
                ["stateMachineVersionArn": .string(Self.arn + ":1")]
            )
            #expect(inUse.json.objectValue?["__type"] == "ConflictException")
            _ = try await stack.call("DeleteStateMachineAlias", ["stateMachineAliasArn": .string(Self.arn + ":prod")])
            let deleted = try await stack.call(
                "DeleteStateMachineVersion",
                ["stateMachineVersionArn": .string(Self.arn + ":1")]
            )
            #expect(deleted.status == 200)
            let versions = try await stack.call(
                "ListStateMachineVersions",
                ["stateMachineArn": .string(Self.arn)]
            )
            #expect(versions.json.objectValue?["stateMachineVersions"]?.arrayValue?.count == 1)
        }
    }

    @Test("Machines are listed page by page, and a deleted one is gone while its executions go on")
    func listAndDelete() async throws {
        try await Self.with { stack in
            let page = try await stack.call("ListStateMachines", ["maxResults": .integer(1)]).json.objectValue
            #expect(page?["stateMachines"]?.arrayValue?.first?.objectValue?["name"] == "m")
            let token = try #require(page?["nextToken"])
            let rest = try await stack.call("ListStateMachines", ["nextToken": token]).json.objectValue
            #expect(rest?["stateMachines"]?.arrayValue?.count == 1)
            #expect(rest?["nextToken"] == nil)
            let bad = try await stack.call("ListStateMachines", ["nextToken": "x"])
            #expect(bad.json.objectValue?["__type"] == "InvalidToken")

            let started = try await stack.call("StartExecution", ["stateMachineArn": .string(Self.arn)])
            let execution = try #require(started.json.objectValue?["executionArn"])
            #expect(
                try await stack.call("DeleteStateMachine", ["stateMachineArn": .string(Self.arn)]).status == 200
            )
            let gone = try await stack.call("DescribeStateMachine", ["stateMachineArn": .string(Self.arn)])
            #expect(gone.json.objectValue?["__type"] == "StateMachineDoesNotExist")
            let kept = try await stack.call("DescribeStateMachineForExecution", ["executionArn": execution])
            #expect(kept.json.objectValue?["definition"] == Self.definition(1))
        }
    }

    @Test("Tags are added, replaced and taken away")
    func tags() async throws {
        try await Self.with { stack in
            func tag(_ key: JSON, _ value: JSON) -> JSON { .array([.object(["key": key, "value": value])]) }
            for value in ["1", "2"] {
                let body: JSONObject = ["resourceArn": .string(Self.arn), "tags": tag("team", .string(value))]
                #expect(try await stack.call("TagResource", body).status == 200)
            }
            let listed = try await stack.call("ListTagsForResource", ["resourceArn": .string(Self.arn)])
            #expect(listed.json.objectValue?["tags"] == tag("team", "2"))
            let away: JSONObject = ["resourceArn": .string(Self.arn), "tagKeys": .array(["team"])]
            #expect(try await stack.call("UntagResource", away).status == 200)
            let none = try await stack.call("ListTagsForResource", ["resourceArn": .string(Self.arn)])
            #expect(none.json.objectValue?["tags"] == .array([]))
            let version = try await stack.call("ListTagsForResource", ["resourceArn": .string(Self.arn + ":1")])
            #expect(version.json.objectValue?["__type"] == "ResourceNotFound")
        }
    }

    @Test("A definition is judged without being created")
    func validate() async throws {
        try await Self.with { stack in
            let good = try await stack.call("ValidateStateMachineDefinition", ["definition": Self.definition(1)])
            #expect(good.json.objectValue?["result"] == "OK")
            let bad = try await stack.call("ValidateStateMachineDefinition", ["definition": #"{"States":{}}"#])
            #expect(bad.status == 200)
            #expect(bad.json.objectValue?["result"] == "FAIL")
            let diagnostic = bad.json.objectValue?["diagnostics"]?.arrayValue?.first?.objectValue
            #expect(diagnostic?["severity"] == "ERROR")
            #expect(diagnostic?["code"] == "SCHEMA_VALIDATION_FAILED")
            let text = try await stack.call("ValidateStateMachineDefinition", ["definition": "not a definition"])
            let place = #"[Source: (String)"not a definition"; line: 1, column: 4]"#
            let expected: JSONObject = [
                "severity": "ERROR", "code": "INVALID_JSON_DESCRIPTION", "location": .string(place),
                "message": .string(
                    "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' "
                        + "or 'false')\n at \(place)"
                ),
            ]
            #expect(text.json.objectValue?["diagnostics"] == .array([.object(expected)]))
            for empty in ["", " \n"] {
                let answer = try await stack.call("ValidateStateMachineDefinition", ["definition": .string(empty)])
                let found = answer.json.objectValue?["diagnostics"]?.arrayValue
                #expect(found?.map { $0.objectValue?["code"] } == ["SCHEMA_VALIDATION_FAILED"])
                #expect(found?.first?.objectValue?["location"] == nil)
            }
            let task =
                #"{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:s3:getObject","End":true}}}"#
            var warned: JSONObject = ["definition": .string(task), "severity": "WARNING"]
            let warning = try await stack.call("ValidateStateMachineDefinition", warned).json.objectValue
            #expect(warning?["result"] == "OK")
            let shown = warning?["diagnostics"]?.arrayValue?.first?.objectValue
            #expect(shown?["severity"] == "WARNING" && shown?["location"] == "/States/T/Resource")
            warned["severity"] = "ERROR"
            let quiet = try await stack.call("ValidateStateMachineDefinition", warned).json.objectValue
            #expect(quiet?["diagnostics"] == .array([]))
        }
    }

    struct Refusal: Sendable {
        var operation: String
        var body: JSONObject
        var code: String
        var message: String
    }

    private static func route(_ version: String, _ weight: JSON) -> JSON {
        .object(["stateMachineVersionArn": .string("\(arn):\(version)"), "weight": weight])
    }

    private static let refused: [Refusal] = [
        Refusal(
            operation: "UpdateStateMachine",
            body: ["stateMachineArn": .string(arn)],
            code: "MissingRequiredParameter",
            message:
                "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be "
                + "specified"
        ),
        Refusal(
            operation: "UpdateStateMachine",
            body: ["stateMachineArn": .string(arn), "versionDescription": "x"],
            code: "ValidationException",
            message: "Version description can only be set when publish is true"
        ),
        Refusal(
            operation: "PublishStateMachineVersion",
            body: ["stateMachineArn": .string(arn + "x")],
            code: "StateMachineDoesNotExist",
            message: "State Machine Does Not Exist: '\(arn)x'"
        ),
        Refusal(
            operation: "DescribeStateMachineAlias",
            body: ["stateMachineAliasArn": .string(arn + ":none")],
            code: "ResourceNotFound",
            message: "Request references a resource that does not exist."
        ),
        Refusal(
            operation: "CreateStateMachineAlias",
            body: ["name": "12", "routingConfiguration": .array([route("1", .integer(100))])],
            code: "ValidationException",
            message: "1 validation error detected: Value '12' at 'name' failed to satisfy constraint: Member must "
                + #"satisfy regular expression pattern: ^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$"#
        ),
        Refusal(
            operation: "RedriveExecution",
            body: ["executionArn": "nonsense"],
            code: "InvalidArn",
            message: "Invalid Arn: 'Invalid ARN prefix: nonsense'"
        ),
    ]

    @Test("What AWS refuses is refused in its words", arguments: refused)
    func refusals(_ refusal: Refusal) async throws {
        try await Self.with { stack in
            let answer = try await stack.call(refusal.operation, refusal.body)
            #expect(answer.status == 400)
            #expect(answer.json.objectValue?["__type"] == .string(refusal.code))
            #expect(answer.json.objectValue?["message"] == .string(refusal.message))
        }
    }
}
