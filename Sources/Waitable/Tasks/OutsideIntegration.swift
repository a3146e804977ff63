package import StatesLanguage

/// A task's resource that is carried out by an adapter: `arn:aws:states:::SERVICE:ACTION` of a service that is not run here.
package struct OutsideIntegration: Sendable, Equatable {
    /// The resource as the definition has it.
    package let resource: String
    /// `ecs`, or `aws-sdk:s3`.
    package let service: String
    /// `runTask`
    package let action: String
    /// What the task waits for.
    let pattern: IntegrationPattern
    /// The resource without a region, an account and a partition of AWS.
    package let plainResource: String

    /// Reads a resource; `nil` for one of a service that is run here, or of none.
    init?(_ resource: String) {
        guard let named = ServiceResource(resource), !Self.own.contains(Spelling(named.service)) else { return nil }
        let sdk = "aws-sdk:"
        let isSDK = named.service.hasPrefix(sdk)
        let words = named.operation.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let pattern = IntegrationPattern(rawValue: words.count > 1 ? String(words[1]) : ""),
            (pattern == .response) == (words.count == 1), Self.isAction(words[0]),
            Self.isService(isSDK ? named.service.dropFirst(sdk.count) : named.service[...]),
            // AWS's SDK waits for nothing but a token.
            !isSDK || pattern == .response || pattern == .token
        else { return nil }
        self.resource = resource
        service = named.service
        action = String(words[0])
        self.pattern = pattern
        plainResource = "arn:aws:states:::\(named.service):\(named.operation)"
    }

    /// Whether a worker cannot do it by itself.
    package var needsAdapter: Bool { service != "aws-sdk:sfn" }

    /// Whether the task goes on until what it began has ended: `.sync`.
    package var isFollowed: Bool { pattern == .end || pattern == .endAsJSON }

    /// The error of a task for which there is no adapter.
    package static let missing = "Waitable.ResourceNotSupported"

    /// Services that are run here, as a whole, and parts of ARNs that are no services.
    private static let own: Set<Spelling> = [
        "activity", "aws-sdk:dynamodb", "dynamodb", "events", "execution", "express", "http", "lambda", "sns",
        "sqs", "states",
    ]

    /// Whether all resources that begin with a text are of a service that is run here.
    package static func isRunHere(prefix: String) -> Bool {
        guard let rest = prefix.without(prefix: "arn:aws:states:::") else { return false }
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        let named = parts.first == "aws-sdk" ? 2 : 1
        let service = parts[..<named].joined(separator: ":")
        // What a worker does without an adapter.
        return parts.count > named && (own.contains(Spelling(service)) || service == "aws-sdk:sfn")
    }

    private static func isService(_ name: Substring) -> Bool {
        name.utf8.first.map { (0x61...0x7A).contains($0) } ?? false
            && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }

    private static func isAction(_ name: Substring) -> Bool {
        name.utf8.first.map { (0x61...0x7A).contains($0) } ?? false && name.utf8.allSatisfy(\.isASCIIAlphanumeric)
    }
}

/// What an adapter is asked for.
package struct IntegrationRequest: Sendable, Equatable {
    /// What is to be done.
    package var integration: OutsideIntegration
    /// The state's name.
    package var state: String
    /// How often the state was retried before.
    package var attempt: Int
    /// With what; nothing where it is asked after.
    package var parameters: JSON
    /// The region and account of a resource that names none, and of the execution.
    package var arn: ARN
    /// The role that `Credentials` name; `nil` for none.
    package var role: String?
    /// Within how many seconds the task has to give a sign of life; `nil` for never.
    package var heartbeatSeconds: Int?
    /// What whoever ends the task has to name; `nil` where the adapter's answer ends it.
    package var token: String?
    /// How it is asked after; `nil` for a task that begins.
    package var poll: TaskPoll?
    /// Whether nobody waits for it any more: then it is to be stopped, and not asked after.
    package var isGivenUp = false

    /// The body of the request.
    ///
    /// - Parameter call: The call that it is of.
    package func body(of call: OutsideCall) -> JSON {
        let parts = integration.resource.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        var body: JSONObject = [
            "resource": .string(integration.resource),
            "service": .string(integration.service),
            "action": .string(integration.action),
            "pattern": .string(integration.pattern.rawValue),
            "region": .string(parts[3].isEmpty ? arn.region : String(parts[3])),
            "account": .string(parts[4].isEmpty ? arn.account : String(parts[4])),
            "execution": .object([
                "arn": .string(arn.execution(call.key)), "name": .string(call.key.givenName),
                "stateMachine": .string(arn.stateMachine(call.key.machine)),
            ]),
            "state": .string(state),
            "attempt": .integer(Int64(attempt)),
            "idempotencyKey": .string(call.idempotencyKey),
        ]
        body["timeoutSeconds"] = call.timeoutSeconds.map { .integer(Int64($0)) }
        body["heartbeatSeconds"] = heartbeatSeconds.map { .integer(Int64($0)) }
        body["credentials"] = role.map { .object(["RoleArn": .string($0)]) }
        body["taskToken"] = token.map(JSON.string)
        if isGivenUp { body["cancel"] = .bool(true) }
        guard let poll else {
            body["parameters"] = parameters
            return .object(body)
        }
        body["poll"] = .object([
            "number": .integer(Int64(poll.number)), "state": (try? JSON(parsing: poll.state)) ?? .null,
        ])
        return .object(body)
    }
}
