import JSONValues

extension AttributeValue {
    /// The deepest nesting of lists and maps that DynamoDB stores.
    static let deepestNesting = 32

    /// Reads DynamoDB's JSON.
    ///
    /// - Parameters:
    ///   - json: An object with exactly one member, named after a type.
    ///   - field: Its name in the caller's parameters, for errors.
    /// - Throws: A ``ItemProblem`` in DynamoDB's words.
    init(json: JSON, field: String) throws(ItemProblem) {
        try self.init(json: json, field: field, depth: 0)
    }

    private init(json: JSON, field: String, depth: Int) throws(ItemProblem) {
        guard let object = json == .null ? [:] : json.objectValue else {
            throw .parameters("The value for the field '\(field)' must be an object")
        }
        // A type without a value is what the SDK does not send.
        guard let (type, value) = object.first(where: { _ in true }), object.count > 1 || value != .null else {
            throw .validation(
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
            )
        }
        guard object.count == 1 else {
            throw .validation(
                "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
            )
        }
        guard depth < Self.deepestNesting else { throw .validation("Nesting Levels have exceeded supported limits") }
        switch type {
        case "S": self = .string(try Self.text(value, "S"))
        case "N": self = .number(try DecimalText.canonical(try Self.text(value, "N")))
        case "B": self = .binary(try Self.base64(value, "B"))
        case "BOOL": self = .bool(try Self.bool(value, "BOOL"))
        case "NULL":
            guard try Self.bool(value, "NULL") else {
                throw .validation(
                    "One or more parameter values were invalid: Null attribute value types must have the value of true"
                )
            }
            self = .null
        case "L":
            guard let elements = value.arrayValue else {
                throw .parameters("The value for the field 'L' must be an array")
            }
            var list: [AttributeValue] = []
            for element in elements { list.append(try AttributeValue(json: element, field: "L", depth: depth + 1)) }
            self = .list(list)
        case "M":
            guard let members = value.objectValue else {
                throw .parameters("The value for the field 'M' must be an object")
            }
            self = .map(try Self.members(members, depth: depth + 1))
        case "SS":
            self = .stringSet(try Self.set(value, "SS", "An string set  may not be empty", Self.text))
        case "NS":
            self = .numberSet(
                try Self.set(value, "NS", "An number set  may not be empty") { (value, type) throws(ItemProblem) in
                    try DecimalText.canonical(try Self.text(value, type))
                }
            )
        case "BS":
            self = .binarySet(try Self.set(value, "BS", "Binary sets should not be empty", Self.base64))
        default:
            throw .parameters("The field '\(type)' is not supported by Step Functions")
        }
    }

    /// Reads named values.
    static func members(_ object: JSONObject, depth: Int = 0) throws(ItemProblem) -> [Spelling: AttributeValue] {
        var members: [Spelling: AttributeValue] = [:]
        for (name, value) in object {
            guard !name.isEmpty else {
                throw .validation("One or more parameter values were invalid: Attribute name must not be empty")
            }
            guard name.utf8.count <= 65_535 else {
                throw .validation(
                    "One or more parameter values were invalid: Attribute name is too large, must be less than 65536 bytes"
                )
            }
            members[name] = try AttributeValue(json: value, field: name, depth: depth)
        }
        return members
    }

    private static func text(_ value: JSON, _ type: String) throws(ItemProblem) -> String {
        guard let text = value.stringValue else {
            throw .parameters("The value for the field '\(type)' must be a STRING")
        }
        return text
    }

    private static func bool(_ value: JSON, _ type: String) throws(ItemProblem) -> Bool {
        guard let flag = value.boolValue else {
            throw .parameters("The value for the field '\(type)' must be a BOOLEAN")
        }
        return flag
    }

    private static func base64(_ value: JSON, _ type: String) throws(ItemProblem) -> String {
        let text = try text(value, type)
        guard Base64.isValid(text) else {
            throw .parameters("The value for the field '\(type)' must be base64-encoded")
        }
        return text
    }

    private static func set(
        _ value: JSON,
        _ type: String,
        _ emptyMessage: String,
        _ element: (JSON, String) throws(ItemProblem) -> String
    ) throws(ItemProblem) -> [String] {
        guard let elements = value.arrayValue else {
            throw .parameters("The value for the field '\(type)' must be an array")
        }
        guard !elements.isEmpty else { throw .validation("One or more parameter values were invalid: \(emptyMessage)") }
        var texts: [String] = []
        for value in elements { texts.append(try element(value, type)) }
        guard Set<Spelling>(texts).count == texts.count else {
            throw .validation(
                "One or more parameter values were invalid: Input collection [\(texts.joined(separator: ", "))] contains duplicates."
            )
        }
        return texts
    }
}
