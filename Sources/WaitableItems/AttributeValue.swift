package import JSONValues

/// A value of an item's attribute, as DynamoDB knows them.
///
/// Source: Amazon DynamoDB API reference, `AttributeValue`.
package enum AttributeValue: Sendable, Hashable {
    /// `S`: text.
    case string(String)
    /// `N`: a decimal number of up to 38 digits, in canonical text (``DecimalText``).
    case number(String)
    /// `B`: bytes, as base64 text.
    case binary(String)
    /// `BOOL`.
    case bool(Bool)
    /// `NULL`.
    case null
    /// `L`: values of any types.
    case list([AttributeValue])
    /// `M`: named values.
    case map([Spelling: AttributeValue])
    /// `SS`: texts, none twice.
    case stringSet([String])
    /// `NS`: numbers in canonical text, none twice.
    case numberSet([String])
    /// `BS`: bytes as base64 texts, none twice.
    case binarySet([String])

    /// The name of the type in DynamoDB's JSON, such as `S`.
    package var typeName: String {
        switch self {
        case .string: "S"
        case .number: "N"
        case .binary: "B"
        case .bool: "BOOL"
        case .null: "NULL"
        case .list: "L"
        case .map: "M"
        case .stringSet: "SS"
        case .numberSet: "NS"
        case .binarySet: "BS"
        }
    }

    /// DynamoDB's JSON: an object whose only member is named after the type. The members of maps are in order of name.
    package var json: JSON {
        switch self {
        case .string(let text): .object(["S": .string(text)])
        case .number(let text): .object(["N": .string(text)])
        case .binary(let text): .object(["B": .string(text)])
        case .bool(let value): .object(["BOOL": .bool(value)])
        case .null: .object(["NULL": .bool(true)])
        case .list(let elements): .object(["L": .array(elements.map(\.json))])
        case .map(let members): .object(["M": .object(Self.json(of: members))])
        case .stringSet(let texts): .object(["SS": .array(texts.map(JSON.string))])
        case .numberSet(let texts): .object(["NS": .array(texts.map(JSON.string))])
        case .binarySet(let texts): .object(["BS": .array(texts.map(JSON.string))])
        }
    }

    /// DynamoDB's JSON of named values, in order of name.
    static func json(of members: [Spelling: AttributeValue]) -> JSONObject {
        var object = JSONObject()
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            object[name.text] = value.json
        }
        return object
    }

    /// The size in bytes by which DynamoDB limits items.
    var size: Int {
        switch self {
        case .string(let text): text.utf8.count
        case .number(let text): (text.utf8.count + 1) / 2 + 1
        case .binary(let text): Base64.byteCount(of: text)
        case .bool, .null: 1
        case .list(let elements): elements.reduce(3) { $0 + $1.size + 1 }
        case .map(let members): members.reduce(3) { $0 + $1.key.text.utf8.count + $1.value.size + 1 }
        case .stringSet(let texts): texts.reduce(0) { $0 + $1.utf8.count }
        case .numberSet(let texts): texts.reduce(0) { $0 + ($1.utf8.count + 1) / 2 + 1 }
        case .binarySet(let texts): texts.reduce(0) { $0 + Base64.byteCount(of: $1) }
        }
    }
}
