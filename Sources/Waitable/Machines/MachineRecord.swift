package import StatesLanguage

/// A state machine as the registry knows it: its name and the revision that new executions start with.
package struct MachineRecord: Sendable, Equatable {
    /// The machine's name.
    package var name: String
    /// The hash of the current ``Revision``.
    package var revision: String
    /// When the machine was created, by the Redis clock.
    package var creationDate: Instant
    /// Its type, which no update changes.
    package var type = MachineType.standard
    /// How many versions were ever published: the last one's number.
    package var lastVersion = 0

    /// A record from its parts.
    package init(name: String, revision: String, creationDate: Instant) {
        self.name = name
        self.revision = revision
        self.creationDate = creationDate
    }

    /// The stored form, the value in the `machines` hash.
    package var json: JSON {
        var object: JSONObject = ["hash": .string(revision), "created": .integer(creationDate.milliseconds)]
        if type != .standard { object["type"] = .string(type.rawValue) }
        if lastVersion > 0 { object["versions"] = .integer(Int64(lastVersion)) }
        return .object(object)
    }

    /// Reads the stored form.
    ///
    /// - Returns: `nil` where it is not one.
    package init?(name: String, json: JSON) {
        guard let object = json.objectValue, let revision = object["hash"]?.stringValue else { return nil }
        self.name = name
        self.revision = revision
        self.creationDate = Instant(milliseconds: object["created"]?.integerValue ?? 0)
        self.type = object["type"]?.stringValue.flatMap(MachineType.init) ?? .standard
        self.lastVersion = object["versions"]?.countValue ?? 0
    }
}
