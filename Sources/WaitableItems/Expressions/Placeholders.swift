import JSONValues

/// The names and values that expressions refer to by placeholders, and which of them have been used.
struct Placeholders {
    private var names: [Entry<String>]
    private var values: [Entry<AttributeValue>]

    /// What a placeholder stands for. There are few of them: they are looked through.
    private struct Entry<Value> {
        let placeholder: String
        let value: Value
        var isUsed = false
    }

    /// Reads `ExpressionAttributeNames` and `ExpressionAttributeValues`.
    init(names: JSON?, values: JSON?) throws(ItemProblem) {
        self.names = try Self.names(names)
        self.values = try Self.values(values)
    }

    private static func names(_ json: JSON?) throws(ItemProblem) -> [Entry<String>] {
        guard let json else { return [] }
        guard let object = json.objectValue else {
            throw .parameters("The value for the field 'ExpressionAttributeNames' must be an object")
        }
        guard !object.isEmpty else { throw .validation("ExpressionAttributeNames must not be empty") }
        var names: [Entry<String>] = []
        for (placeholder, value) in object {
            guard isPlaceholder(placeholder, "#") else {
                throw .validation(
                    #"ExpressionAttributeNames contains invalid key: Syntax error; key: "\#(placeholder)""#
                )
            }
            guard let name = value.stringValue else {
                throw .parameters("The value for the field '\(placeholder)' must be a STRING")
            }
            guard !name.isEmpty else {
                throw .validation(
                    #"ExpressionAttributeNames contains invalid value: Empty attribute name; key: "\#(placeholder)""#
                )
            }
            names.append(Entry(placeholder: placeholder, value: name))
        }
        return names
    }

    private static func values(_ json: JSON?) throws(ItemProblem) -> [Entry<AttributeValue>] {
        guard let json else { return [] }
        guard let object = json.objectValue else {
            throw .parameters("The value for the field 'ExpressionAttributeValues' must be an object")
        }
        guard !object.isEmpty else { throw .validation("ExpressionAttributeValues must not be empty") }
        var values: [Entry<AttributeValue>] = []
        for (placeholder, value) in object {
            guard isPlaceholder(placeholder, ":") else {
                throw .validation(
                    #"ExpressionAttributeValues contains invalid key: Syntax error; key: "\#(placeholder)""#
                )
            }
            do {
                values.append(
                    Entry(placeholder: placeholder, value: try AttributeValue(json: value, field: placeholder))
                )
            } catch .validation(let message) {
                throw .validation("ExpressionAttributeValues contains invalid value: \(message) for key \(placeholder)")
            }
        }
        return values
    }

    private static func isPlaceholder(_ text: String, _ mark: Unicode.Scalar) -> Bool {
        text.unicodeScalars.first == mark && text.utf8.count > 1
            && text.utf8.dropFirst().allSatisfy(ExpressionTokenizer.isWord)
    }

    /// The attribute's name behind `#name`.
    mutating func name(_ placeholder: String, label: String) throws(ItemProblem) -> String {
        guard let index = names.firstIndex(where: { $0.placeholder == placeholder }) else {
            throw .validation(
                "Invalid \(label): An expression attribute name used in the document path is not defined; "
                    + "attribute name: \(placeholder)"
            )
        }
        names[index].isUsed = true
        return names[index].value
    }

    /// The value behind `:value`.
    mutating func value(_ placeholder: String, label: String) throws(ItemProblem) -> AttributeValue {
        guard let index = values.firstIndex(where: { $0.placeholder == placeholder }) else {
            throw .validation(
                "Invalid \(label): An expression attribute value used in expression is not defined; "
                    + "attribute value: \(placeholder)"
            )
        }
        values[index].isUsed = true
        return values[index].value
    }

    /// Refuses placeholders that no expression used.
    ///
    /// - Parameters:
    ///   - expressions: Names of the operation's expression parameters.
    ///   - isGiven: Whether one of them was given.
    func checkUse(in expressions: [String], isGiven: (String) -> Bool) throws(ItemProblem) {
        if !expressions.contains(where: isGiven) {
            let nulls = expressions.joined(separator: " and ")
            let verb = expressions.count == 1 ? "is" : "are"
            for (field, isGiven) in [
                ("ExpressionAttributeNames", !names.isEmpty), ("ExpressionAttributeValues", !values.isEmpty),
            ] where isGiven {
                throw .validation("\(field) can only be specified when using expressions: \(nulls) \(verb) null")
            }
        }
        guard names.allSatisfy(\.isUsed) else {
            throw .validation(
                "Value provided in ExpressionAttributeNames unused in expressions: "
                    + "keys: {\(Self.unused(names))}"
            )
        }
        guard values.allSatisfy(\.isUsed) else {
            throw .validation(
                "Value provided in ExpressionAttributeValues unused in expressions: "
                    + "keys: {\(Self.unused(values))}"
            )
        }
    }

    private static func unused<Value>(_ entries: [Entry<Value>]) -> String {
        entries.filter { !$0.isUsed }.map(\.placeholder).sorted().joined(separator: ", ")
    }
}
