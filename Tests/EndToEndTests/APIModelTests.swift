import Foundation
import StatesLanguage
import Testing
import Waitable

/// What calls may hold, and what they are answered, as AWS's model of the API has it.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct APIModelTests {
    private static let arn = "arn:aws:states:us-east-1:000000000000:stateMachine:m"
    private static let definition: JSON = #"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#
    private static let created: JSONObject = [
        "name": "m", "definition": definition, "roleArn": "arn:aws:iam::0:role/r", "publish": .bool(true),
    ]
    private static let long = String(repeating: "n", count: 81)

    private static func with(_ body: @Sendable (Stack) async throws -> Void) async throws {
        try await Stack.with(options: ["--enable-debug-command", "yes"]) { stack in
            #expect(try await stack.call("CreateStateMachine", created).status == 200)
            try await body(stack)
        }
    }

    struct Refusal: Sendable {
        var operation: String
        var body: JSONObject
        var code: String
        var message: String
    }

    private static func violation(_ value: String, _ place: String, _ rule: String) -> String {
        "Value \(value) at '\(place)' failed to satisfy constraint: Member must \(rule)"
    }

    private static func route(_ version: String, _ weight: JSON) -> JSON {
        .object(["stateMachineVersionArn": .string(arn + version), "weight": weight])
    }

    /// A call that breaks bounds of the model.
    private static func bounds(_ operation: String, _ body: JSONObject, _ violations: String...) -> Refusal {
        let count = violations.count == 1 ? "1 validation error" : "\(violations.count) validation errors"
        let message = "\(count) detected: \(violations.joined(separator: "; "))"
        return Refusal(operation: operation, body: body, code: "ValidationException", message: message)
    }

    /// A creation of an alias that is refused.
    private static func alias(_ routes: [JSON], code: String = "ValidationException", _ message: String) -> Refusal {
        let body: JSONObject = ["name": "a", "routingConfiguration": .array(routes)]
        return Refusal(operation: "CreateStateMachineAlias", body: body, code: code, message: message)
    }

    private static let tooLong = violation("'\(long)'", "name", "have length less than or equal to 80")

    private static let refused: [Refusal] = [
        bounds(
            "CreateStateMachine",
            ["name": .string(long), "definition": definition, "roleArn": "arn:aws:iam::0:role/r"],
            tooLong
        ),
        bounds("CreateActivity", ["name": .string(long)], tooLong),
        bounds("CreateActivity", ["name": ""], violation("''", "name", "have length greater than or equal to 1")),
        bounds("StartExecution", ["stateMachineArn": .string(arn), "name": .string(long)], tooLong),
        bounds("StartSyncExecution", ["stateMachineArn": .string(arn), "name": .string(long)], tooLong),
        bounds(
            "CreateStateMachineAlias",
            ["name": .string(long), "routingConfiguration": .array([route(":1", .integer(100))])],
            tooLong
        ),
        bounds(
            "CreateStateMachine",
            ["name": "n", "type": "FAST", "versionDescription": .string(String(repeating: "d", count: 257))],
            violation("null", "definition", "not be null"),
            violation("null", "roleArn", "not be null"),
            violation("'FAST'", "type", "satisfy enum value set: [STANDARD, EXPRESS]"),
            violation(
                "'\(String(repeating: "d", count: 257))'",
                "versionDescription",
                "have length less than or equal to 256"
            )
        ),
        bounds(
            "TagResource",
            [
                "resourceArn": .string(arn),
                "tags": .array([.object(["key": "k"]), .object(["key": "", "value": "v"])]),
            ],
            violation("''", "tags.2.member.key", "have length greater than or equal to 1")
        ),
        bounds(
            "GetExecutionHistory",
            ["executionArn": .string(arn), "maxResults": .integer(1_001)],
            violation("'1001'", "maxResults", "have value less than or equal to 1000")
        ),
        alias(
            [route(":1", .integer(50)), route(":2", .integer(25)), route(":3", .integer(25))],
            "1 validation error detected: "
                + violation(
                    "'["
                        + [(1, 50), (2, 25), (3, 25)].map {
                            "RoutingConfigurationListItem(stateMachineVersionArn=\(arn):\($0), weight=\($1))"
                        }.joined(separator: ", ") + "]'",
                    "routingConfiguration",
                    "have length less than or equal to 2"
                )
        ),
        alias(
            [],
            "1 validation error detected: "
                + violation("'[]'", "routingConfiguration", "have length greater than or equal to 1")
        ),
        alias(
            [route(":1", .integer(101))],
            "1 validation error detected: "
                + violation("'101'", "routingConfiguration.1.member.weight", "have value less than or equal to 100")
        ),
        alias(
            [route(":1", "100")],
            code: "SerializationException",
            #"routingConfiguration.1.member.weight: NUMBER_VALUE can not be read from "100""#
        ),
        alias(
            [route("", .integer(100))],
            "Routing configuration must contain state machine version ARNs. Received: [\(arn)]"
        ),
        alias(
            [route(":prod", .integer(100))],
            "Routing configuration must contain state machine version ARNs. Received: [\(arn):prod]"
        ),
        alias(
            [route(":1", .integer(50)), route(":1", .integer(50))],
            "Routing configuration must contain distinct state machine version ARNs. Received: [\(arn):1, \(arn):1]"
        ),
        alias(
            [route(":1", .integer(50)), route(":2", .integer(60))],
            "Sum of routing configuration weights must equal 100. Received: [50, 60]"
        ),
        alias(
            [route(":9", .integer(100))],
            code: "ResourceNotFound",
            "Request references a resource that does not exist."
        ),
        Refusal(
            operation: "UpdateStateMachine",
            body: ["stateMachineArn": .string(arn + ":9"), "definition": definition],
            code: "StateMachineDoesNotExist",
            message: "State Machine Does Not Exist: '\(arn):9'"
        ),
        Refusal(
            operation: "UpdateStateMachine",
            body: ["stateMachineArn": .string(arn + ":1"), "definition": definition],
            code: "StateMachineDoesNotExist",
            message: "State Machine Does Not Exist: '\(arn):1'"
        ),
        Refusal(
            operation: "UpdateStateMachine",
            body: ["stateMachineArn": .string(arn), "publish": .bool(true)],
            code: "MissingRequiredParameter",
            message:
                "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be "
                + "specified"
        ),
        Refusal(
            operation: "PublishStateMachineVersion",
            body: ["stateMachineArn": .string(arn + ":1")],
            code: "StateMachineDoesNotExist",
            message: "State Machine Does Not Exist: '\(arn):1'"
        ),
        Refusal(
            operation: "DeleteStateMachine",
            body: ["stateMachineArn": .string(arn + ":1")],
            code: "ValidationException",
            message:
                "stateMachineArn: must be the ARN of a state machine, not of a version or an alias: '\(arn):1'"
        ),
        Refusal(
            operation: "DeleteStateMachineVersion",
            body: ["stateMachineVersionArn": .string(arn)],
            code: "ValidationException",
            message: "stateMachineVersionArn: must be the ARN of a state machine version: '\(arn)'"
        ),
        Refusal(
            operation: "UpdateStateMachine",
            body: [
                "stateMachineArn": .string(arn),
                "encryptionConfiguration": .object(["type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k"]),
            ],
            code: "InvalidEncryptionConfiguration",
            message:
                "Invalid Encryption Configuration: the type CUSTOMER_MANAGED_KMS_KEY is not supported by this version"
        ),
        Refusal(
            operation: "CreateActivity",
            body: [
                "name": "a",
                "tags": .array((0...50).map { .object(["key": .string("\($0)"), "value": ""]) }),
            ],
            code: "TooManyTags",
            message: "tags: must be at most 50 for a resource: '51'"
        ),
    ]

    @Test("A call that breaks the model is refused in AWS's words, and changes nothing")
    func refusals() async throws {
        try await Self.with { stack in
            let digest = try await stack.digest()
            for refusal in Self.refused {
                let answer = try await stack.call(refusal.operation, refusal.body)
                #expect(answer.status == 400, "\(refusal.operation)")
                #expect(answer.json.objectValue?["__type"] == .string(refusal.code), "\(refusal.operation)")
                #expect(answer.json.objectValue?["message"] == .string(refusal.message), "\(refusal.operation)")
            }
            #expect(try await stack.digest() == digest)
        }
    }

    @Test("An update answers the revision, the first one too; what publishes what was created makes none")
    func revisions() async throws {
        try await Self.with { stack in
            func update(_ more: JSONObject) async throws -> JSONObject? {
                var body: JSONObject = ["stateMachineArn": .string(Self.arn), "definition": Self.definition]
                body.merge(more)
                return try await stack.call("UpdateStateMachine", body).json.objectValue
            }
            let published = try await update(["publish": .bool(true)])
            #expect(published?["stateMachineVersionArn"] == .string(Self.arn + ":1"))
            #expect(published?["revisionId"] == nil)
            let first = try await update([:])?["revisionId"]
            #expect(first?.stringValue != nil)
            #expect(try await update([:])?["revisionId"] == first)
            let changed = try await update(["roleArn": "arn:aws:iam::0:role/other"])?["revisionId"]
            #expect(changed?.stringValue != nil && changed != first)
            let described = try await stack.call("DescribeStateMachine", ["stateMachineArn": .string(Self.arn)])
            #expect(described.json.objectValue?["revisionId"] == changed)
        }
    }

    @Test(
        "A creation that is repeated with another role or other tags is answered, and changes neither; missing tags are given"
    )
    func repeatedCreation() async throws {
        try await Self.with { stack in
            let arn: JSONObject = ["stateMachineArn": .string(Self.arn)]
            func tags(_ value: JSON) -> JSON { .array([.object(["key": "team", "value": value])]) }
            var again = Self.created
            again["roleArn"] = "arn:aws:iam::0:role/other"
            again["tags"] = tags("1")
            let first = try await stack.call("CreateStateMachine", again)
            #expect(first.json.objectValue?["stateMachineArn"] == arn["stateMachineArn"])
            again["tags"] = tags("2")
            #expect(try await stack.call("CreateStateMachine", again).status == 200)
            let described = try await stack.call("DescribeStateMachine", arn).json.objectValue
            #expect(described?["roleArn"] == "arn:aws:iam::0:role/r")
            #expect(described?["encryptionConfiguration"] == .object(["type": "AWS_OWNED_KEY"]))
            let listed = try await stack.call("ListTagsForResource", ["resourceArn": .string(Self.arn)])
            #expect(listed.json.objectValue?["tags"] == tags("1"))
            again["definition"] = #"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#
            let other = try await stack.call("CreateStateMachine", again)
            #expect(other.json.objectValue?["__type"] == "StateMachineAlreadyExists")
        }
    }

    @Test("An alias is routed to versions of its own state machine only")
    func foreignRoute() async throws {
        try await Self.with { stack in
            var other = Self.created
            other["name"] = "other"
            #expect(try await stack.call("CreateStateMachine", other).status == 200)
            let routes: JSON = .array([Self.route(":1", .integer(100))])
            let body: JSONObject = ["name": "prod", "routingConfiguration": routes]
            #expect(try await stack.call("CreateStateMachineAlias", body).status == 200)
            let foreign = Self.arn.replacingOccurrences(of: ":m", with: ":other") + ":1"
            let refused = try await stack.call(
                "UpdateStateMachineAlias",
                [
                    "stateMachineAliasArn": .string(Self.arn + ":prod"),
                    "routingConfiguration": .array([
                        .object(["stateMachineVersionArn": .string(foreign), "weight": .integer(100)])
                    ]),
                ]
            )
            #expect(refused.json.objectValue?["__type"] == "ValidationException")
        }
    }
}
