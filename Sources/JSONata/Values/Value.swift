/// A value while an expression is evaluated: those of JSON, nothing, and functions.
enum Value {
    /// Nothing: what a path finds where there is nothing to find.
    case undefined
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array(ValueArray)
    case object(ValueObject)
    case function(Function)
}

extension Value {
    /// A value of JSON. Arrays and objects are looked into only where that is asked for.
    init(_ json: JSON) {
        self =
            switch json {
            case .null: .null
            case .bool(let value): .bool(value)
            case .integer(let value): .number(Double(value))
            case .double(let value): .number(value)
            case .string(let value): .string(value)
            case .array(let elements): .array(ValueArray(elements))
            case .object(let object): .object(ValueObject(object))
            }
    }

    /// Whether it is nothing.
    var isUndefined: Bool { if case .undefined = self { true } else { false } }

    var isFunction: Bool { if case .function = self { true } else { false } }

    var isNumber: Bool { if case .number = self { true } else { false } }

    var array: ValueArray? { if case .array(let array) = self { array } else { nil } }

    var string: String? { if case .string(let string) = self { string } else { nil } }

    /// How deep arrays, objects and functions made by the expression are in each other.
    var depth: Int {
        switch self {
        case .array(let array): array.depth
        case .object(let object): object.depth
        case .function(let function): function.depth
        default: 0
        }
    }

    /// The letter of its type in a signature.
    var typeSymbol: UInt8 {
        switch self {
        case .undefined: Signature.missing
        case .null: UInt8(ascii: "l")
        case .bool: UInt8(ascii: "b")
        case .number: UInt8(ascii: "n")
        case .string: UInt8(ascii: "s")
        case .array: UInt8(ascii: "a")
        case .object: UInt8(ascii: "o")
        case .function: UInt8(ascii: "f")
        }
    }

    /// The number; `nil` where it is none.
    ///
    /// - Throws: `D1001` where it is beyond what JSON can say.
    var number: Double? {
        get throws(JSONataError) {
            guard case .number(let number) = self else { return nil }
            guard number.isFinite else { throw JSONataError(.d1001, value: self) }
            return number
        }
    }

    /// The beginning of its JSON text, for errors.
    var excerpt: String {
        switch self {
        case .undefined: "undefined"
        case .function: "function"
        case .array(let array): "an array of \(array.count)"
        case .object(let object): "an object of \(object.count)"
        case .string(let text): JSON.string(text.prefix(codePoints: 100)).text
        case .number(let number): NumberText.text(number)
        case .bool(let value): value ? "true" : "false"
        case .null: "null"
        }
    }
}
