import JSONValues

extension AttributeValue {
    /// The form in a field of an item's hash, for people to read: a text is itself; all else, and a text that begins
    /// like it, is DynamoDB's JSON.
    package var stored: String {
        if case .string(let text) = self, !text.utf8.starts(with: #"{""#.utf8) { return text }
        return json.text
    }

    /// Reads a field of an item's hash. Whoever wrote it, it is a value: what is not exactly one value in DynamoDB's
    /// JSON is a text.
    package init(stored text: String) {
        if text.utf8.starts(with: #"{""#.utf8), let json = try? JSON(parsing: text),
            let value = try? AttributeValue(json: json, field: "")
        {
            self = value
        } else {
            self = .string(text)
        }
    }
}
