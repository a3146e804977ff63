import Crypto
package import StatesLanguage

/// What an execution keeps of its state machine from its start on: the definition and what belongs to it.
///
/// Revisions are immutable and addressed by their hash, so a running execution is untouched by an update.
package struct Revision: Sendable, Equatable {
    /// The definition's text, verbatim, after substitutions.
    package var definition: String
    /// The role that the caller named, kept for the API's answers; Waitable assumes no role.
    package var roleARN: String
    /// The machine's type.
    package var type = MachineType.standard
    /// How much of its executions' histories is kept.
    package var history = HistoryLevel.all
    /// Whether the change feed tells of its executions.
    package var hasEvents = false
    /// The logging configuration as the API takes it; empty for AWS's default, which is off.
    package var logging = JSONObject()
    /// Whether tracing was asked for; kept for the API's answers.
    package var isTraced = false
    /// The id that the API gave it; `nil` for the revision that a machine was created with.
    package var id: String?
    /// When the machine was updated to it, by the Redis clock; `nil` for the revision that it was created with.
    package var updateDate: Instant?

    /// The tag by which a state machine that is created over the API has the change feed tell of its executions: `true`.
    package static let eventsTag = "waitable:events"

    /// A revision from its parts.
    package init(definition: String, roleARN: String) {
        self.definition = definition
        self.roleARN = roleARN
    }

    /// Whether executions of both would be the same: all but id and date.
    package func isLike(_ other: Revision) -> Bool {
        definition == other.definition && roleARN == other.roleARN && logging == other.logging
            && isTraced == other.isTraced && type == other.type && history == other.history
            && hasEvents == other.hasEvents
    }

    /// Whether a call that asks for another revision repeats the creation of this one: AWS compares neither role nor tags.
    package func isCreated(by other: Revision) -> Bool {
        var other = other
        other.roleARN = roleARN
        other.history = history
        other.hasEvents = hasEvents
        return isLike(other)
    }

    /// The stored form.
    package var json: JSON {
        var object = JSONObject()
        // The first one, where functions look for it: see feed.lua.
        if hasEvents { object["events"] = .bool(true) }
        object["definition"] = .string(definition)
        object["roleArn"] = .string(roleARN)
        if !logging.isEmpty { object["logging"] = .object(logging) }
        if type != .standard { object["type"] = .string(type.rawValue) }
        if history != .all { object["history"] = .string(history.rawValue) }
        if isTraced { object["tracing"] = .bool(true) }
        object["id"] = id.map(JSON.string)
        object["updated"] = (updateDate?.milliseconds).map(JSON.integer)
        return .object(object)
    }

    /// Reads the stored form.
    ///
    /// - Returns: `nil` where it is not one.
    package init?(json: JSON) {
        guard let object = json.objectValue, let definition = object["definition"]?.stringValue else { return nil }
        self.definition = definition
        self.roleARN = object["roleArn"]?.stringValue ?? ""
        self.logging = object["logging"]?.objectValue ?? [:]
        self.type = object["type"]?.stringValue.flatMap(MachineType.init) ?? .standard
        self.history = object["history"]?.stringValue.flatMap(HistoryLevel.init) ?? .all
        self.hasEvents = object["events"]?.boolValue ?? false
        self.isTraced = object["tracing"]?.boolValue ?? false
        self.id = object["id"]?.stringValue
        self.updateDate = (object["updated"]?.integerValue).map(Instant.init(milliseconds:))
    }

    /// The first 16 hexadecimal digits of the SHA-256 of the stored form.
    package var hash: String { Hex.text(SHA256.hash(data: Array(json.text.utf8)).prefix(8)) }
}
