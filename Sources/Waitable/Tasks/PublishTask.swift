import Crypto
import StatesLanguage

/// A task that publishes: its messages become entries of a Redis stream, in the commit of the step that asked for it.
///
/// The SDK's spellings (`aws-sdk:sqs:sendMessage`, `aws-sdk:eventbridge:putEvents`) do the same.
///
/// | resource | stream | an entry's fields |
/// | --- | --- | --- |
/// | `sqs:sendMessage` | the queue's name, the last part of `QueueUrl` | `MessageId`, `MessageBody`, the other parameters |
/// | `sns:publish` | the topic's name, the last part of `TopicArn` | `MessageId`, `Message`, the other parameters |
/// | `events:putEvents` | the bus, `EventBusName`, or `default` | `EventId` and the members of the entry |
struct PublishTask: Sendable, Equatable {
    /// Where a message goes.
    enum Service: String, Sendable, CaseIterable {
        case sqs
        case sns
        case events

        fileprivate var operation: String {
            switch self {
            case .sqs: "sendMessage"
            case .sns: "publish"
            case .events: "putEvents"
            }
        }

        /// The SDK's name of the service.
        fileprivate var sdkName: String { self == .events ? "eventbridge" : rawValue }

        /// What has to be given.
        var requiredFields: [String] {
            switch self {
            case .sqs: ["QueueUrl", "MessageBody"]
            case .sns: ["Message"]
            case .events: ["Entries"]
            }
        }
    }

    /// The service, and how a resource spells it.
    struct Publisher: Sendable, Equatable {
        let service: Service
        /// Whether it is spelled as the SDK's: its answer comes without the HTTP exchange.
        let isSDK: Bool

        /// - Parameter service: The service's name in a resource: `sqs`, `aws-sdk:sqs`.
        init?(service name: String, operation: String) {
            let sdk = "aws-sdk:"
            let isSDK = name.hasPrefix(sdk)
            let name = isSDK ? String(name.dropFirst(sdk.count)) : name
            let service = Service.allCases.first { name == (isSDK ? $0.sdkName : $0.rawValue) }
            guard let service, service.operation == operation else { return nil }
            self.service = service
            self.isSDK = isSDK
        }
    }

    /// One entry of a stream.
    struct Message: Sendable, Equatable {
        var stream: String
        var fields: [ItemField]
    }

    /// What goes out; none where the request fails.
    private(set) var messages: [Message] = []
    /// What the request is answered with, without what belongs to the HTTP exchange.
    private(set) var answer: JSONObject = [:]
    /// Why the request fails; `nil` where it does not.
    private(set) var failure: (error: String, cause: String)?

    /// Reads a request.
    ///
    /// - Parameter id: Gives ids for messages: the same for the same number, made again.
    init(_ service: Service, parameters: JSONObject, id: (Int) -> String) throws(ItemProblem) {
        switch service {
        case .sqs:
            let stream = try Self.name(parameters, "QueueUrl", separator: "/")
            let body = Self.text(try Self.required("MessageBody", parameters))
            try append(stream, id(0), "MessageId", parameters, without: ["QueueUrl"])
            answer = ["MD5OfMessageBody": .string(Self.md5(of: body)), "MessageId": .string(id(0))]
        case .sns:
            let target = ["TopicArn", "TargetArn", "PhoneNumber"].first { parameters[$0] != nil } ?? "TopicArn"
            let stream = try Self.name(parameters, target, separator: ":")
            _ = try Self.required("Message", parameters)
            try append(stream, id(0), "MessageId", parameters, without: [Spelling(target)])
            answer = ["MessageId": .string(id(0))]
        case .events:
            try putEvents(parameters, id: id)
        }
    }

    /// The most entries of one request, as AWS has it.
    private static let mostEntries = 10
    /// The longest name of a stream, in bytes.
    private static let longestName = 256
    /// The most parameters that go into one message.
    private static let mostFields = 100

    private mutating func putEvents(_ parameters: JSONObject, id: (Int) -> String) throws(ItemProblem) {
        guard let entries = parameters["Entries"]?.arrayValue, !entries.isEmpty else {
            throw .parameters("The field 'Entries' must be a non-empty array")
        }
        guard entries.count <= Self.mostEntries else {
            throw .parameters(
                "The field 'Entries' must have at most \(Self.mostEntries) elements, has \(entries.count)"
            )
        }
        var results: [JSON] = []
        var failed: Int64 = 0
        for (index, entry) in entries.enumerated() {
            let members = entry.objectValue ?? [:]
            if let missing = ["Source", "DetailType", "Detail"].first(where: { (members[$0] ?? .null) == .null }) {
                failed += 1
                results.append(
                    .object([
                        "ErrorCode": .string("InvalidArgument"),
                        "ErrorMessage": .string(
                            "Parameter \(missing) is not valid. Reason: \(missing) is a required argument."
                        ),
                    ])
                )
            } else {
                let bus = members["EventBusName"]?.stringValue ?? "default"
                let parts = bus.unicodeScalars.split { $0 == ":" || $0 == "/" }
                let name = parts.last.map { String($0) } ?? "default"
                try append(name, id(index), "EventId", members, without: ["EventBusName"])
                results.append(.object(["EventId": .string(id(index))]))
            }
        }
        answer = ["Entries": .array(results), "FailedEntryCount": .integer(failed)]
        if failed > 0 { failure = ("EventBridge.FailedEntry", JSON.object(answer).text) }
    }

    private mutating func append(
        _ stream: String,
        _ id: String,
        _ idField: String,
        _ members: JSONObject,
        without hidden: Set<Spelling>
    ) throws(ItemProblem) {
        guard stream.utf8.count <= Self.longestName else {
            throw .parameters("The name of a queue, topic or bus must have at most \(Self.longestName) bytes")
        }
        guard members.count <= Self.mostFields else {
            throw .parameters("A message must have at most \(Self.mostFields) fields, has \(members.count)")
        }
        var fields = [ItemField(name: idField, value: id)]
        // What is null is what the SDK does not send.
        for (name, value) in members where !hidden.contains(name) && value != .null {
            fields.append(ItemField(name: name, value: Self.text(value)))
        }
        messages.append(Message(stream: stream, fields: fields))
    }

    /// The last part of a queue's URL or a topic's ARN.
    private static func name(
        _ parameters: JSONObject,
        _ field: String,
        separator: Unicode.Scalar
    ) throws(ItemProblem) -> String {
        guard let text = parameters[field]?.stringValue, let name = text.unicodeScalars.split(separator: separator).last
        else {
            throw .parameters("The field '\(field)' is required but was missing")
        }
        return String(name)
    }

    private static func required(_ field: String, _ parameters: JSONObject) throws(ItemProblem) -> JSON {
        guard let value = parameters[field] else {
            throw .parameters("The field '\(field)' is required but was missing")
        }
        return value
    }

    private static func md5(of text: String) -> String { Hex.text(Insecure.MD5.hash(data: Array(text.utf8))) }

    /// A text as it is, anything else as JSON.
    private static func text(_ value: JSON) -> String { value.stringValue ?? value.text }

    static func == (left: PublishTask, right: PublishTask) -> Bool {
        left.messages == right.messages && left.answer == right.answer
            && left.failure?.error == right.failure?.error && left.failure?.cause == right.failure?.cause
    }
}
