package import StatesLanguage

/// How an item is shown: its four fields first, then whatever else it has, by name.
package enum ItemView {
    /// The attributes of every item of the waitable pattern.
    package static let standardAttributes = ["Id", "StartActionAt", "LastUpdated", "ProcessStatus"]

    /// Strings as strings, every other type as DynamoDB JSON.
    package static func json(of item: [ItemField]) -> JSON {
        var object = JSONObject()
        for name in standardAttributes {
            if let field = item.first(where: { $0.name == name }) { object[name] = view(field.value) }
        }
        for field in item.sorted(by: { $0.name < $1.name }) where !standardAttributes.contains(field.name) {
            object[field.name] = view(field.value)
        }
        return .object(object)
    }

    private static func view(_ stored: String) -> JSON {
        let value = AttributeValue(stored: stored)
        if case .string(let text) = value { return .string(text) }
        return value.json
    }
}
