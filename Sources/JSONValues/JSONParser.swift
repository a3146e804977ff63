/// A recursive-descent parser over bytes.
///
/// Source: RFC 8259; the words of its errors are those of Jackson, which the Step Functions API hands on.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0
    private let deepest: Int
    private let allowsRepeatedKeys: Bool
    private(set) var depth = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, deepest: Int, allowsRepeatedKeys: Bool = true) {
        self.bytes = bytes
        self.deepest = deepest
        self.allowsRepeatedKeys = allowsRepeatedKeys
    }

    /// The one value that is all of the text.
    mutating func document() throws(JSONError) -> JSON {
        let value = try value()
        try finish()
        return value
    }

    /// The members of the object that the text begins with, their values checked but not read, and where it ends.
    mutating func members() throws(JSONError) -> (members: [(key: String, value: Range<Int>)], end: Int) {
        skipSpace()
        guard let byte = peek() else { throw unexpectedEnd() }
        guard byte == UInt8(ascii: "{") else { throw unexpected("expected an object") }
        var members: [(key: String, value: Range<Int>)] = []
        members.reserveCapacity(12)
        guard try open(end: UInt8(ascii: "}")) else { return (members, position) }
        repeat {
            let key = try key()
            skipSpace()
            let start = position
            try skipValue()
            members.append((key, start..<position))
        } while try continues(end: UInt8(ascii: "}"), "Object")
        return (members, position)
    }

    private mutating func finish() throws(JSONError) {
        skipSpace()
        guard position == bytes.count else { throw unexpected("expected end of input") }
    }

    // MARK: Values

    private mutating func value() throws(JSONError) -> JSON {
        skipSpace()
        guard let byte = peek() else { throw unexpectedEnd() }
        switch byte {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: return try literal()
        }
    }

    private mutating func object() throws(JSONError) -> JSONObject {
        guard try open(end: UInt8(ascii: "}")) else { return JSONObject() }
        var object = JSONObject(minimumCapacity: 2)
        repeat {
            let key = try key()
            guard allowsRepeatedKeys || object[key] == nil else { throw error("Duplicate field '\(key)'") }
            object[key] = try value()
        } while try continues(end: UInt8(ascii: "}"), "Object")
        return object
    }

    private mutating func array() throws(JSONError) -> [JSON] {
        var array: [JSON] = []
        guard try open(end: UInt8(ascii: "]")) else { return array }
        repeat { array.append(try value()) } while try continues(end: UInt8(ascii: "]"), "Array")
        return array
    }

    /// Goes past a value with the same checks as reading it.
    private mutating func skipValue() throws(JSONError) {
        skipSpace()
        switch peek() {
        case UInt8(ascii: "{"):
            guard try open(end: UInt8(ascii: "}")) else { return }
            repeat {
                _ = try key()
                try skipValue()
            } while try continues(end: UInt8(ascii: "}"), "Object")
        case UInt8(ascii: "["):
            guard try open(end: UInt8(ascii: "]")) else { return }
            repeat { try skipValue() } while try continues(end: UInt8(ascii: "]"), "Array")
        case UInt8(ascii: "\""):
            if !skipPlainString() { _ = try string() }
        default:
            _ = try value()
        }
    }

    private mutating func literal() throws(JSONError) -> JSON {
        let start = position
        while let byte = peek(), Self.isTokenByte(byte) { position += 1 }
        switch String(decoding: bytes[start..<position], as: UTF8.self) {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        default:
            position = start
            throw wrongValue()
        }
    }

    /// The error of what stands at the position and is no value.
    private func wrongValue() -> JSONError {
        if scalar().beginsIdentifier { return unrecognizedToken(from: position) }
        let isClosing = bytes[position] == UInt8(ascii: "}") || bytes[position] == UInt8(ascii: "]")
        if depth == 0, isClosing { return mismatchedBracket() }
        return bytes[position] == UInt8(ascii: "}") ? unexpected("expected a value") : unexpectedValue()
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
            true
        default:
            false
        }
    }

    // MARK: Structure

    /// Goes into an object or array; `false` where it is empty, and then past it.
    private mutating func open(end: UInt8) throws(JSONError) -> Bool {
        position += 1
        skipSpace()
        if peek() == end {
            position += 1
            return false
        }
        guard let byte = peek() else { throw unclosed() }
        if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { throw mismatchedBracket() }
        depth += 1
        guard depth <= deepest else { throw error("Document nesting depth exceeds the maximum allowed (\(deepest))") }
        return true
    }

    /// Goes to the next element, or out of the object or array.
    private mutating func continues(end: UInt8, _ name: String) throws(JSONError) -> Bool {
        skipSpace()
        switch peek() {
        case UInt8(ascii: ","):
            position += 1
            return true
        case end:
            position += 1
            depth -= 1
            return false
        case nil:
            throw unclosed()
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            throw mismatchedBracket()
        default:
            throw unexpected("was expecting comma to separate \(name) entries")
        }
    }

    private mutating func key() throws(JSONError) -> String {
        skipSpace()
        guard let quote = peek() else { throw unexpectedEndOfEntries() }
        guard quote == UInt8(ascii: "\"") else { throw unexpected("was expecting double-quote to start field name") }
        let key = try string(isName: true)
        skipSpace()
        guard let colon = peek() else { throw unexpectedEndOfEntries() }
        guard colon == UInt8(ascii: ":") else {
            throw unexpected("was expecting a colon to separate field name and value")
        }
        position += 1
        return key
    }

    // MARK: Bytes

    func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }
}
