import StatesLanguage
import Waitable

/// What the calls of the Step Functions API take: each operation's members with their bounds.
///
/// Source: AWS Step Functions API reference. Inputs, outputs and definitions have no bounds here: they are measured in
/// bytes, where they are read.
enum APIModel {
    /// Checks a call's body.
    ///
    /// - Throws: `ValidationException` with all bounds that are broken; `SerializationException` for a value of another
    ///   type.
    static func check(_ body: JSONObject, of operation: String) throws(APIError) {
        var violations: [String] = []
        for member in members[operation] ?? [] { violations += try member.violations(in: body) }
        guard violations.isEmpty else { throw .validation(violations) }
    }

    private static let members: [Spelling: [APIMember]] = [
        "CreateActivity": [name, tags, encryption],
        "CreateStateMachine": [
            name, .required("definition", .any), .required("roleArn", arn), type, logging, tags, versionDescription,
            encryption,
        ],
        "CreateStateMachineAlias": [
            .optional("description", description), .required("name", .aliasName),
            .required("routingConfiguration", routing),
        ],
        "DeleteActivity": [.required("activityArn", arn)],
        "DeleteStateMachine": [stateMachine],
        "DeleteStateMachineAlias": [.required("stateMachineAliasArn", arn)],
        "DeleteStateMachineVersion": [.required("stateMachineVersionArn", longARN)],
        "DescribeActivity": [.required("activityArn", arn)],
        "DescribeExecution": [execution, includedData],
        "DescribeMapRun": [mapRun],
        "DescribeStateMachine": [stateMachine, includedData],
        "DescribeStateMachineAlias": [.required("stateMachineAliasArn", arn)],
        "DescribeStateMachineForExecution": [execution, includedData],
        "GetActivityTask": [.required("activityArn", arn), .optional("workerName", .text(1...80))],
        "GetExecutionHistory": [execution] + page,
        "ListActivities": page,
        "ListExecutions": [
            .optional("stateMachineArn", arn),
            .optional(
                "statusFilter",
                .choice(["SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"])
            ),
            pageSize, .optional("nextToken", .text(1...3_096)), .optional("mapRunArn", longARN),
            .optional("redriveFilter", .choice(["REDRIVEN", "NOT_REDRIVEN"])),
        ],
        "ListMapRuns": [execution] + page,
        "ListStateMachineAliases": [stateMachine] + page,
        "ListStateMachineVersions": [stateMachine] + page,
        "ListStateMachines": page,
        "ListTagsForResource": [resource],
        "PublishStateMachineVersion": [stateMachine, .optional("description", description)],
        "RedriveExecution": [execution, .optional("clientToken", .text(1...64))],
        "SendTaskFailure": [token, error, cause],
        "SendTaskHeartbeat": [token],
        "SendTaskSuccess": [token, .required("output", .any)],
        "StartExecution": [stateMachine, .optional("name", nameRule), traceHeader],
        "StartSyncExecution": [stateMachine, .optional("name", nameRule), traceHeader, includedData],
        "StopExecution": [execution, error, cause],
        "TagResource": [resource, .required("tags", tags.rule)],
        "TestState": [
            .required("definition", .any), .optional("roleArn", arn), .optional("input", .any),
            .optional("inspectionLevel", .choice(["INFO", "DEBUG", "TRACE"])), .optional("revealSecrets", .any),
            .optional("variables", .any), .optional("stateName", .text(1...80)),
            .optional(
                "mock",
                .object([
                    .optional("result", .text(0...largestData)),
                    .optional(
                        "errorOutput",
                        .object([.optional("error", .text(0...256)), .optional("cause", .text(0...32_768))])
                    ),
                    .optional("fieldValidationMode", .choice(["STRICT", "PRESENT", "NONE"])),
                ])
            ),
            .optional("context", .text(0...largestData)),
            .optional(
                "stateConfiguration",
                .object([
                    .optional("retrierRetryCount", .integer(0...Int.max)),
                    .optional("errorCausedByState", .text(1...80)),
                    .optional("mapIterationFailureCount", .integer(0...Int.max)),
                    .optional("mapItemReaderData", .text(0...largestData)),
                ])
            ),
        ],
        "UntagResource": [resource, .required("tagKeys", .any)],
        "UpdateMapRun": [
            mapRun, .optional("maxConcurrency", .integer(0...Int(Int32.max))),
            .optional("toleratedFailurePercentage", .number(0...100)),
            .optional("toleratedFailureCount", .integer(0...Int(Int32.max))),
        ],
        "UpdateStateMachine": [
            stateMachine, .optional("roleArn", arn), logging, versionDescription, encryption,
        ],
        "UpdateStateMachineAlias": [
            .required("stateMachineAliasArn", arn), .optional("description", description),
            .optional("routingConfiguration", routing),
        ],
        "ValidateStateMachineDefinition": [
            .required("definition", .any), type, .optional("severity", .choice(["ERROR", "WARNING"])),
            .optional("maxResults", .integer(0...100)),
        ],
    ]

    // MARK: What several operations take

    private static let largestData = 262_144
    private static let arn = APIMember.Rule.text(1...256)
    private static let longARN = APIMember.Rule.text(1...2_000)
    private static let nameRule = APIMember.Rule.text(1...ResourceName.maximumLength)
    private static let description = APIMember.Rule.text(0...256)
    private static let name = APIMember.required("name", nameRule)
    private static let stateMachine = APIMember.required("stateMachineArn", arn)
    private static let execution = APIMember.required("executionArn", arn)
    private static let mapRun = APIMember.required("mapRunArn", longARN)
    private static let resource = APIMember.required("resourceArn", arn)
    private static let token = APIMember.required("taskToken", .text(1...2_048))
    private static let error = APIMember.optional("error", .text(0...ExecutionFailure.longestError))
    private static let cause = APIMember.optional("cause", .text(0...ExecutionFailure.longestCause))
    private static let traceHeader = APIMember.optional("traceHeader", .text(0...256))
    private static let versionDescription = APIMember.optional("versionDescription", description)
    private static let pageSize = APIMember.optional("maxResults", .integer(0...1_000))
    private static let page = [pageSize, APIMember.optional("nextToken", .text(1...1_024))]
    private static let includedData = APIMember.optional("includedData", .choice(["ALL_DATA", "METADATA_ONLY"]))
    private static let type = APIMember.optional("type", .choice(MachineType.allCases.map(\.rawValue)))
    private static let logging = APIMember.optional(
        "loggingConfiguration",
        .object([.optional("level", .choice(["ALL", "ERROR", "FATAL", "OFF"]))])
    )
    private static let encryption = APIMember.optional(
        "encryptionConfiguration",
        .object([
            .optional("kmsKeyId", .text(1...2_048)),
            .optional("kmsDataKeyReusePeriodSeconds", .integer(60...900)),
            .required("type", .choice(["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KMS_KEY"])),
        ])
    )
    private static let tags = APIMember.optional(
        "tags",
        .list(0...Int.max, of: "Tag", [.required("key", .text(1...128)), .optional("value", .text(0...256))])
    )
    private static let routing = APIMember.Rule.list(
        1...2,
        of: "RoutingConfigurationListItem",
        [.required("stateMachineVersionArn", arn), .required("weight", .integer(0...100))]
    )
}
