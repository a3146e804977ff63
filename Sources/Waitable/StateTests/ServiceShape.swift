import StatesLanguage

/// What an operation of a service answers, for the check of a mock of it.
indirect enum ServiceShape: Sendable {
    case text
    case number
    case flag
    case any
    case list(ServiceShape)
    case map(ServiceShape)
    /// An object with some members; more may be there.
    case structure([Spelling: ServiceShape], required: [String] = [])
    /// A value of a table of items.
    case attribute

    /// What is wrong with a value, in AWS's words; `nil` for nothing.
    ///
    /// - Parameters:
    ///   - field: The member that holds it; `nil` for the whole.
    ///   - requiresAll: Whether members that are always there must be there.
    func problem(with value: JSON, at field: String?, requiresAll: Bool) -> String? {
        func mismatch(_ type: String) -> String { "Field '\(field ?? "")' must be \(type)" }
        switch self {
        case .any: return nil
        case .text: return value.stringValue == nil ? mismatch("a string") : nil
        case .number: return value.numberValue == nil ? mismatch("a number") : nil
        case .flag: if case .bool = value { return nil } else { return mismatch("a boolean") }
        case .list(let element):
            guard let elements = value.arrayValue else { return mismatch("an array") }
            return elements.lazy.compactMap { element.problem(with: $0, at: field, requiresAll: requiresAll) }.first
        case .map(let element):
            guard let object = value.objectValue else { return mismatch("an object") }
            return object.lazy.compactMap { element.problem(with: $1, at: $0, requiresAll: requiresAll) }.first
        case .attribute:
            return Self.attributeShape.problem(with: value, at: field, requiresAll: requiresAll)
        case .structure(let members, let required):
            guard let object = value.objectValue else { return mismatch("an object") }
            if requiresAll, let missing = required.first(where: { object[$0] == nil }) {
                return "Required field '\(missing)' is missing"
            }
            return object.lazy.compactMap { name, value in
                members[name]?.problem(with: value, at: name, requiresAll: requiresAll)
            }.first
        }
    }

    /// What an operation answers; `nil` where that is not known here, and so is not checked.
    static func answer(of resource: ServiceResource) -> ServiceShape? {
        let operation = resource.operation.split(separator: ".", maxSplits: 1).first.map(String.init) ?? ""
        let service = String(resource.service.split(separator: ":").last ?? "")
        return answers["\(service):\(operation)"]
    }

    private static let attributeShape: ServiceShape = .structure([
        "S": .text, "N": .text, "B": .text, "SS": .list(.text), "NS": .list(.text), "BS": .list(.text),
        "M": .map(.attribute), "L": .list(.attribute), "NULL": .flag, "BOOL": .flag,
    ])

    private static let capacity: ServiceShape = .structure([
        "TableName": .text, "CapacityUnits": .number, "ReadCapacityUnits": .number, "WriteCapacityUnits": .number,
    ])

    private static let writtenItem: ServiceShape = .structure([
        "Attributes": .map(.attribute), "ConsumedCapacity": capacity,
        "ItemCollectionMetrics": .structure([
            "ItemCollectionKey": .map(.attribute), "SizeEstimateRangeGB": .list(.number),
        ]),
    ])

    private static let started: ServiceShape = .structure(
        ["ExecutionArn": .text, "StartDate": .any],
        required: ["ExecutionArn", "StartDate"]
    )

    private static let syncEnd: ServiceShape = .structure(
        [
            "ExecutionArn": .text, "StateMachineArn": .text, "Name": .text, "StartDate": .any, "StopDate": .any,
            "Status": .text, "Error": .text, "Cause": .text, "Input": .text, "Output": .text,
        ],
        required: ["ExecutionArn", "StartDate", "StopDate", "Status"]
    )

    /// By `SERVICE:OPERATION`, the members as tasks spell them.
    ///
    /// Source: the API references of the services.
    private static let answers: [Spelling: ServiceShape] = [
        "dynamodb:getItem": .structure(["Item": .map(.attribute), "ConsumedCapacity": capacity]),
        "dynamodb:putItem": writtenItem,
        "dynamodb:updateItem": writtenItem,
        "dynamodb:deleteItem": writtenItem,
        "dynamodb:query": .structure([
            "Items": .list(.map(.attribute)), "Count": .number, "ScannedCount": .number,
            "LastEvaluatedKey": .map(.attribute), "ConsumedCapacity": capacity,
        ]),
        "dynamodb:scan": .structure([
            "Items": .list(.map(.attribute)), "Count": .number, "ScannedCount": .number,
            "LastEvaluatedKey": .map(.attribute), "ConsumedCapacity": capacity,
        ]),
        "events:putEvents": .structure([
            "FailedEntryCount": .number,
            "Entries": .list(.structure(["EventId": .text, "ErrorCode": .text, "ErrorMessage": .text])),
        ]),
        "eventbridge:putEvents": .structure([
            "FailedEntryCount": .number,
            "Entries": .list(.structure(["EventId": .text, "ErrorCode": .text, "ErrorMessage": .text])),
        ]),
        "lambda:invoke": .structure([
            "StatusCode": .number, "FunctionError": .text, "LogResult": .text, "Payload": .any,
            "ExecutedVersion": .text,
        ]),
        "sfn:startExecution": started,
        "sfn:startSyncExecution": syncEnd,
        "sns:publish": .structure(["MessageId": .text, "SequenceNumber": .text]),
        "sqs:sendMessage": .structure([
            "MD5OfMessageBody": .text, "MD5OfMessageAttributes": .text, "MD5OfMessageSystemAttributes": .text,
            "MessageId": .text, "SequenceNumber": .text,
        ]),
        "states:startExecution": .structure(["ExecutionArn": .text, "StartDate": .any]),
    ]
}
