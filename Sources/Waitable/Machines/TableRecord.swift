package import StatesLanguage

/// A declared table as the registry knows it.
package struct TableRecord: Sendable, Equatable {
    /// The table's name.
    package var name: String
    /// Its key.
    package var schema: TableSchema
    /// When it was declared, by the Redis clock.
    package var creationDate: Instant
    /// Whether it is being deleted: its items go, and operations do not find it any more.
    package var isLeaving = false

    /// A record from its parts.
    package init(name: String, schema: TableSchema, creationDate: Instant) {
        self.name = name
        self.schema = schema
        self.creationDate = creationDate
    }

    /// The stored form, the value in the `tables` hash.
    package var json: JSON {
        var object: JSONObject = ["key": schema.json, "created": .integer(creationDate.milliseconds)]
        if isLeaving { object["deleting"] = .bool(true) }
        return .object(object)
    }

    /// Reads the stored form; `nil` where it is not one.
    package init?(name: String, json: JSON) {
        guard let object = json.objectValue, let created = object["created"]?.integerValue, let key = object["key"],
            let schema = try? TableSchema(json: key)
        else { return nil }
        self.init(name: name, schema: schema, creationDate: Instant(milliseconds: created))
        isLeaving = object["deleting"] == .bool(true)
    }
}
