/// A JSON value that keeps what the text said: integers apart from doubles, and the order of an object's members.
public enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number without a fraction or exponent that fits into 64 bits.
    case integer(Int64)
    /// Every other number.
    case double(Double)
    case string(String)
    case array([JSON])
    /// Behind a reference: values are copied more often than objects are made.
    indirect case object(JSONObject)
}

extension JSON {
    /// The text of a string; `nil` for every other value.
    public var stringValue: String? { if case .string(let value) = self { value } else { nil } }
    /// The value of an integer; `nil` for every other value.
    public var integerValue: Int64? { if case .integer(let value) = self { value } else { nil } }
    /// A number that counts something: an integer from 0 to 10^11, from which programs count on without overflow; `nil` for
    /// every other value.
    package var countValue: Int? {
        if case .integer(let value) = self, (0...100_000_000_000).contains(value) { Int(value) } else { nil }
    }
    /// The value of a boolean; `nil` for every other value.
    public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The elements of an array; `nil` for every other value.
    public var arrayValue: [JSON]? { if case .array(let value) = self { value } else { nil } }
    /// An object; `nil` for every other value.
    public var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// The value of any number; `nil` for every other value.
    public var numberValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }
}
