import JSONValues

/// A task's parameters, read by name.
struct ParameterFields {
    private let object: JSONObject

    init(_ parameters: JSON, _ action: ItemOperationName) throws(ItemProblem) {
        try self.init(parameters, "Parameters", required: action.requiredFields, optional: action.optionalFields)
    }

    /// Reads an object in them.
    ///
    /// - Parameter field: Its name, for errors.
    init(_ parameters: JSON, _ field: String, required: [String], optional: [String]) throws(ItemProblem) {
        guard let object = parameters.objectValue else {
            throw .parameters(
                field == "Parameters"
                    ? "The Parameters must be an object" : "The value for the field '\(field)' must be an object"
            )
        }
        for name in required where object[name] == nil {
            throw .parameters("The field '\(name)' is required but was missing")
        }
        for (name, _) in object where !optional.contains(name) && !required.contains(name) {
            throw .parameters("The field '\(name)' is not supported by Step Functions")
        }
        // What is null is what the SDK does not send.
        let problems = required.filter { object[$0] == .null }.map { name in
            "Value null at '\(Self.member(name))' failed to satisfy constraint: Member must not be null"
        }
        guard problems.isEmpty else {
            throw .validation(
                "\(problems.count) validation error\(problems.count == 1 ? "" : "s") detected: "
                    + problems.joined(separator: "; ")
            )
        }
        self.object = object
    }

    /// A parameter's name as DynamoDB has it in its errors.
    private static func member(_ name: String) -> String { name.prefix(1).lowercased() + name.dropFirst() }

    subscript(name: String) -> JSON? { object[name].flatMap { $0 == .null ? nil : $0 } }

    func text(_ name: String) throws(ItemProblem) -> String? {
        guard let value = self[name] else { return nil }
        guard let text = value.stringValue else {
            throw .parameters("The value for the field '\(name)' must be a STRING")
        }
        return text
    }

    func choice(_ name: String, among values: @autoclosure () -> [String]) throws(ItemProblem) -> String? {
        guard let text = try text(name) else { return nil }
        let values = values()
        guard values.contains(text) else {
            throw .validation(
                "1 validation error detected: Value '\(text)' at '\(Self.member(name))' failed to satisfy constraint: "
                    + "Member must satisfy enum value set: [\(values.joined(separator: ", "))]"
            )
        }
        return text
    }

    /// A parameter that is true or false.
    func flag(_ name: String) throws(ItemProblem) -> Bool? {
        guard let value = self[name] else { return nil }
        guard let flag = value.boolValue else {
            throw .parameters("The value for the field '\(name)' must be a BOOLEAN")
        }
        return flag
    }

    /// A parameter that is a number, at least `least`.
    func integer(_ name: String, from least: Int64) throws(ItemProblem) -> Int64? {
        guard let value = self[name] else { return nil }
        guard let number = value.integerValue else {
            throw .parameters("The value for the field '\(name)' must be an INTEGER")
        }
        guard number >= least else {
            throw .validation(
                "1 validation error detected: Value '\(number)' at '\(Self.member(name))' failed to satisfy constraint: "
                    + "Member must have value greater than or equal to \(least)"
            )
        }
        return number
    }

    /// A parameter that is a list.
    func list(_ name: String) throws(ItemProblem) -> [JSON] {
        guard let list = self[name]?.arrayValue else {
            throw .parameters("The value for the field '\(name)' must be an array")
        }
        return list
    }

    /// A parameter whose members are named by the caller.
    func members(_ name: String) throws(ItemProblem) -> JSONObject {
        guard let object = self[name]?.objectValue else {
            throw .parameters("The value for the field '\(name)' must be an object")
        }
        return object
    }

    /// The parameter `TableName`, read by ``tableName(_:)``.
    func table() throws(ItemProblem) -> String { try Self.tableName(try text("TableName") ?? "") }

    /// A table's name, also out of a table's ARN.
    static func tableName(_ text: String) throws(ItemProblem) -> String {
        var name = Substring(text)
        if text.hasPrefix("arn:"), let slash = text.firstIndex(of: "/") {
            name = text[text.unicodeScalars.index(after: slash)...]
        }
        guard !name.isEmpty, name.utf8.count <= 255 else {
            throw .validation(
                "1 validation error detected: Value '\(text)' at 'tableName' failed to satisfy constraint: "
                    + "Member must have length \(name.isEmpty ? "greater than or equal to 1" : "less than or equal to 255")"
            )
        }
        let isValid = name.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_", ".", "-": true
            default: false
            }
        }
        guard isValid else {
            throw .validation(
                "1 validation error detected: Value '\(text)' at 'tableName' failed to satisfy constraint: "
                    + "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
            )
        }
        return String(name)
    }

    func attributes(_ name: String) throws(ItemProblem) -> [(name: String, value: AttributeValue)] {
        try Self.attributes(object[name] ?? .null, name)
    }

    /// Reads attributes in the order in which they are given.
    static func attributes(_ json: JSON, _ name: String) throws(ItemProblem) -> [(name: String, value: AttributeValue)]
    {
        guard let object = json.objectValue else {
            throw .parameters("The value for the field '\(name)' must be an object")
        }
        let members = try AttributeValue.members(object)
        return object.keys.compactMap { name in members[name].map { (name, $0) } }
    }
}
