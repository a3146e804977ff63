package import JSONValues

/// The key of a declared table: a partition key, and perhaps a sort key.
package struct TableSchema: Sendable, Equatable {
    /// An attribute of a key.
    package struct KeyAttribute: Sendable, Equatable {
        /// The attribute's name.
        package var name: String
        /// The type of its values.
        package var type: KeyType

        /// An attribute from its parts.
        package init(name: String, type: KeyType) {
            self.name = name
            self.type = type
        }
    }

    /// The types that a key may have, as DynamoDB calls them.
    package enum KeyType: String, Sendable, CaseIterable {
        /// Text.
        case string = "S"
        /// A number.
        case number = "N"
        /// Bytes.
        case binary = "B"
    }

    /// What says in which partition an item lies.
    package var partitionKey: KeyAttribute
    /// What sorts the items of one partition key; `nil` where there is one item at most.
    package var sortKey: KeyAttribute?

    /// A schema from its parts.
    package init(partitionKey: KeyAttribute, sortKey: KeyAttribute? = nil) {
        self.partitionKey = partitionKey
        self.sortKey = sortKey
    }

    /// The longest name of an attribute of a key, in bytes.
    package static let longestName = 255

    /// Reads `customerId:S,orderId:N`: the partition key, and perhaps the sort key.
    ///
    /// - Throws: ``TableSchemaError`` with the broken rule.
    package init(_ text: some StringProtocol) throws(TableSchemaError) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count) else {
            throw TableSchemaError(
                "must be a partition key, or a partition key and a sort key with a comma between them"
            )
        }
        var attributes: [KeyAttribute] = []
        for part in parts {
            let bytes = Array(part.utf8)
            guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")) else {
                throw TableSchemaError("must have a type behind each attribute's name: NAME:S, NAME:N or NAME:B")
            }
            let type = String(decoding: bytes[(colon + 1)...], as: UTF8.self)
            attributes.append(try Self.attribute(String(decoding: bytes[..<colon], as: UTF8.self), type: type))
        }
        try self.init(attributes)
    }

    /// - Parameter attributes: One or two.
    private init(_ attributes: [KeyAttribute]) throws(TableSchemaError) {
        self.init(partitionKey: attributes[0], sortKey: attributes.count > 1 ? attributes[1] : nil)
        guard sortKey.map({ Spelling($0.name) }) != Spelling(partitionKey.name) else {
            throw TableSchemaError("must not have one attribute as both keys")
        }
    }

    private static func attribute(_ name: String, type: String) throws(TableSchemaError) -> KeyAttribute {
        guard let type = KeyType(rawValue: type) else { throw TableSchemaError("must have the types S, N or B") }
        guard (1...longestName).contains(name.utf8.count) else {
            throw TableSchemaError("must have names of 1 to \(longestName) bytes")
        }
        return KeyAttribute(name: name, type: type)
    }

    /// `customerId:S,orderId:N`
    package var text: String {
        [partitionKey, sortKey].compactMap(\.self).map { "\($0.name):\($0.type.rawValue)" }.joined(separator: ",")
    }

    /// The form that functions read: `[{"name":"customerId","type":"S"},…]`.
    package var json: JSON {
        .array(
            [partitionKey, sortKey].compactMap(\.self).map { attribute in
                .object(["name": .string(attribute.name), "type": .string(attribute.type.rawValue)])
            }
        )
    }

    /// Reads that form.
    ///
    /// - Throws: ``TableSchemaError`` with the broken rule.
    package init(json: JSON) throws(TableSchemaError) {
        let list = json.arrayValue ?? []
        guard (1...2).contains(list.count) else {
            throw TableSchemaError("must be a list of a partition key, and perhaps a sort key")
        }
        var attributes: [KeyAttribute] = []
        for element in list {
            guard let object = element.objectValue, let name = object["name"]?.stringValue,
                let type = object["type"]?.stringValue, object.count == 2
            else {
                throw TableSchemaError(#"must have objects with name and type: {"name":"orderId","type":"S"}"#)
            }
            attributes.append(try Self.attribute(name, type: type))
        }
        try self.init(attributes)
    }
}

/// What is wrong with a table's key.
package struct TableSchemaError: Error, Sendable, Equatable {
    /// The broken rule, as the rest of a sentence ("must be …").
    package let rule: String

    init(_ rule: String) { self.rule = rule }
}

/// The rule for the names of tables.
package enum TableName {
    /// Says what is wrong with a name.
    ///
    /// - Returns: The broken rule as the rest of a sentence, or `nil` for a valid name.
    package static func problem(with name: String) -> String? {
        let isValid = name.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_", ".", "-": true
            default: false
            }
        }
        guard isValid, (1...255).contains(name.utf8.count) else {
            return "must be 1 to 255 letters, digits, '_', '.' and '-'"
        }
        return nil
    }
}
