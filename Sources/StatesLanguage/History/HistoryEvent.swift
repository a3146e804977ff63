/// One event of an execution's history, as AWS records it.
///
/// Source: AWS Step Functions API reference, `HistoryEvent`.
public struct HistoryEvent: Sendable, Equatable {
    /// Its number, from 1.
    public var id: Int
    /// The event that led to it; 0 for none.
    public var previousID: Int
    /// When it happened.
    public var timestamp: Instant
    /// What happened.
    public var type: String
    /// The details, under the name that belongs to the type; `nil` for types without any.
    public var details: Details?

    /// An event's details: the member's name in the API's answer, and its members.
    public struct Details: Sendable, Equatable {
        /// For example `stateEnteredEventDetails`.
        public var name: String
        /// The members.
        public var members: JSONObject

        /// Details from their parts.
        public init(_ name: String, _ members: JSONObject) {
            self.name = name
            self.members = members
        }
    }

    /// An event from its parts.
    public init(id: Int, previousID: Int, timestamp: Instant, type: String, details: Details?) {
        self.id = id
        self.previousID = previousID
        self.timestamp = timestamp
        self.type = type
        self.details = details
    }

    /// The event without inputs, outputs and parameters, for `includeExecutionData: false`.
    public var withoutData: HistoryEvent {
        var event = self
        for name in Self.dataMembers { event.details?.members[name] = nil }
        return event
    }

    /// About how many bytes it has.
    var weight: Int { 256 + (details.map { JSON.object($0.members).weight(upTo: .max) } ?? 0) }

    private static let dataMembers = [
        "input", "inputDetails", "output", "outputDetails", "parameters", "assignedVariables",
        "assignedVariablesDetails",
    ]

    /// The event as `GetExecutionHistory` answers it.
    public var json: JSON {
        var object: JSONObject = [
            "timestamp": timestamp.epochSeconds,
            "type": .string(type),
            "id": .integer(Int64(id)),
            "previousEventId": .integer(Int64(previousID)),
        ]
        if let details { object[details.name] = .object(details.members) }
        return .object(object)
    }
}
