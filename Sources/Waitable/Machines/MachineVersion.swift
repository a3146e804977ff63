package import StatesLanguage

/// A published version of a state machine: a number for a revision, for ever.
package struct MachineVersion: Sendable, Equatable {
    /// Counted from 1 within the machine; a number is never given twice.
    package var number: Int
    /// The hash of its ``Revision``.
    package var revision: String
    /// When it was published, by the Redis clock.
    package var creationDate: Instant
    /// What the publisher said of it.
    package var description: String?

    /// A version from its parts.
    package init(number: Int, revision: String, creationDate: Instant, description: String? = nil) {
        self.number = number
        self.revision = revision
        self.creationDate = creationDate
        self.description = description
    }

    /// The stored form.
    package var json: JSON {
        var object: JSONObject = [
            "n": .integer(Int64(number)), "hash": .string(revision), "created": .integer(creationDate.milliseconds),
        ]
        object["description"] = description.map(JSON.string)
        return .object(object)
    }

    /// Reads the stored form; `nil` where it is not one.
    package init?(json: JSON) {
        guard let object = json.objectValue, let number = object["n"]?.integerValue,
            let revision = object["hash"]?.stringValue, let created = object["created"]?.integerValue
        else { return nil }
        self.init(
            number: Int(number),
            revision: revision,
            creationDate: Instant(milliseconds: created),
            description: object["description"]?.stringValue
        )
    }
}
