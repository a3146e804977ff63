package import RedisClient
package import StatesLanguage
package import Waitable

/// Something that happened to an execution, as the change feed tells it.
package struct FeedEvent: Sendable, Equatable {
    /// What has happened.
    package enum Kind: String, Sendable, CaseIterable {
        /// It was started, and is in Redis.
        case accepted
        /// Its wait was given another end.
        case moved
        /// It has succeeded.
        case completed
        /// It has failed or timed out.
        case failed
        /// It was stopped.
        case stopped
        /// It was opened again.
        case redriven
    }

    /// The number of the partition whose feed has it.
    package var partition: Int
    /// Its place there.
    package var entry: StreamID
    package var kind: Kind
    package var execution: ExecutionKey
    /// When it happened, by the Redis clock.
    package var at: Instant
    /// When the execution is due; `nil` where that is not told.
    package var due: Instant?
    /// How it closed; `nil` where it did not.
    package var status: ExecutionStatus?
    /// The name of the error with which it closed, at most 256 bytes.
    package var error: String?

    /// What tells it from all other events of the namespace.
    package var id: String { "\(partition)-\(entry)" }

    /// Reads an entry of a feed; `nil` where it is no event.
    ///
    /// - Parameter words: Names and values by turns.
    package init?(partition: Int, entry: StreamID, words: [RedisValue]) {
        var fields: [Spelling: String] = [:]
        for (name, value) in words[...].pairs {
            if let name = name.string, let value = value.string, !value.isEmpty { fields[Spelling(name)] = value }
        }
        func instant(_ name: String) -> Instant? {
            fields[Spelling(name)].flatMap { Int64($0) }.map(Instant.init(milliseconds:))
        }
        guard let kind = fields["type"].flatMap(Kind.init), let at = instant("at"),
            let execution = fields["execution"].flatMap(ExecutionKey.init(member:))
        else { return nil }
        self.partition = partition
        self.entry = entry
        self.kind = kind
        self.execution = execution
        self.at = at
        due = instant("due")
        status = fields["status"].flatMap(ExecutionStatus.init(rawValue:))
        error = fields["error"]
    }

    /// `{"id","type","Id","stateMachine","at","due"?,"status"?,"error"?}`
    package var json: JSON {
        var object: JSONObject = [
            "id": .string(id),
            "type": .string(kind.rawValue),
            "Id": .string(execution.name),
            "stateMachine": .string(execution.machine),
            "at": .string(at.iso8601),
        ]
        object["due"] = due.map { .string($0.iso8601) }
        object["status"] = status.map { .string($0.rawValue) }
        object["error"] = error.map(JSON.string)
        return .object(object)
    }
}
