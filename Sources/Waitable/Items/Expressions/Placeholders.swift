import StatesLanguage

/// The names and values that expressions refer to by placeholders, and which of them have been used.
struct Placeholders {
    private let names: [String: String]
    private let values: [String: AttributeValue]
    private var unusedNames: Set<String>
    private var unusedValues: Set<String>

    /// Reads `ExpressionAttributeNames` and `ExpressionAttributeValues`.
    init(names: JSON?, values: JSON?) throws(ItemProblem) {
        self.names = try Self.names(names)
        self.values = try Self.values(values)
        unusedNames = Set(self.names.keys)
        unusedValues = Set(self.values.keys)
    }

    private static func names(_ json: JSON?) throws(ItemProblem) -> [String: String] {
        guard let json else { return [:] }
        guard let object = json.objectValue else {
            throw .parameters("The value for the field 'ExpressionAttributeNames' must be an object")
        }
        guard !object.isEmpty else { throw .validation("ExpressionAttributeNames must not be empty") }
        var names: [String: String] = [:]
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
            names[placeholder] = name
        }
        return names
    }

    private static func values(_ json: JSON?) throws(ItemProblem) -> [String: AttributeValue] {
        guard let json else { return [:] }
        guard let object = json.objectValue else {
            throw .parameters("The value for the field 'ExpressionAttributeValues' must be an object")
        }
        guard !object.isEmpty else { throw .validation("ExpressionAttributeValues must not be empty") }
        var values: [String: AttributeValue] = [:]
        for (placeholder, value) in object {
            guard isPlaceholder(placeholder, ":") else {
                throw .validation(
                    #"ExpressionAttributeValues contains invalid key: Syntax error; key: "\#(placeholder)""#
                )
            }
            do {
                values[placeholder] = try AttributeValue(json: value, field: placeholder)
            } catch .validation(let message) {
                throw .validation("ExpressionAttributeValues contains invalid value: \(message) for key \(placeholder)")
            }
        }
        return values
    }

    private static func isPlaceholder(_ text: String, _ mark: Unicode.Scalar) -> Bool {
        let scalars = text.unicodeScalars
        return scalars.first == mark && scalars.count > 1
            && scalars.dropFirst().allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || $0 == "_" || ("0"..."9").contains($0))
            }
    }

    /// The attribute's name behind `#name`.
    mutating func name(_ placeholder: String, label: String) throws(ItemProblem) -> String {
        guard let name = names[placeholder] else {
            throw .validation(
                "Invalid \(label): An expression attribute name used in the document path is not defined; "
                    + "attribute name: \(placeholder)"
            )
        }
        unusedNames.remove(placeholder)
        return name
    }

    /// The value behind `:value`.
    mutating func value(_ placeholder: String, label: String) throws(ItemProblem) -> AttributeValue {
        guard let value = values[placeholder] else {
            throw .validation(
                "Invalid \(label): An expression attribute value used in expression is not defined; "
                    + "attribute value: \(placeholder)"
            )
        }
        unusedValues.remove(placeholder)
        return value
    }

    /// Refuses placeholders that no expression used.
    ///
    /// - Parameter expressions: Names of the operation's expression parameters, and whether each was given.
    func checkUse(_ expressions: [(name: String, isGiven: Bool)]) throws(ItemProblem) {
        if !expressions.contains(where: \.isGiven) {
            let nulls = expressions.map(\.name).joined(separator: " and ")
            let verb = expressions.count == 1 ? "is" : "are"
            for (field, isGiven) in [
                ("ExpressionAttributeNames", !names.isEmpty), ("ExpressionAttributeValues", !values.isEmpty),
            ] where isGiven {
                throw .validation("\(field) can only be specified when using expressions: \(nulls) \(verb) null")
            }
        }
        guard unusedNames.isEmpty else {
            throw .validation(
                "Value provided in ExpressionAttributeNames unused in expressions: "
                    + "keys: {\(unusedNames.sorted().joined(separator: ", "))}"
            )
        }
        guard unusedValues.isEmpty else {
            throw .validation(
                "Value provided in ExpressionAttributeValues unused in expressions: "
                    + "keys: {\(unusedValues.sorted().joined(separator: ", "))}"
            )
        }
    }
}
