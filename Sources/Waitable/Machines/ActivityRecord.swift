package import StatesLanguage

/// An activity as the registry knows it: a name under which workers of the user's own take tasks.
package struct ActivityRecord: Sendable, Equatable {
    /// The activity's name.
    package var name: String
    /// When it was created, by the Redis clock.
    package var creationDate: Instant

    /// A record from its parts.
    package init(name: String, creationDate: Instant) {
        self.name = name
        self.creationDate = creationDate
    }

    /// The stored form, the value in the `activities` hash.
    package var json: JSON { .object(["created": .integer(creationDate.milliseconds)]) }

    /// Reads the stored form; `nil` where it is not one.
    package init?(name: String, json: JSON) {
        guard let created = json.objectValue?["created"]?.integerValue else { return nil }
        self.init(name: name, creationDate: Instant(milliseconds: created))
    }
}
