extension JSON {
    /// The deepest nesting that is read; deeper text is an error instead of a stack overflow.
    public static let deepestNesting = 256

    /// Reads a JSON text.
    ///
    /// - Throws: ``JSONError`` where the text is not one JSON value with nothing but white space around it.
    public init(parsing text: String) throws(JSONError) {
        try self.init(parsing: Array(text.utf8))
    }

    /// Reads JSON from UTF-8 bytes.
    public init(parsing bytes: ArraySlice<UInt8>) throws(JSONError) {
        try self.init(parsing: Array(bytes))
    }

    /// Reads JSON from UTF-8 bytes.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        self = try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) -> JSON in
            var parser = JSONParser(buffer)
            return try parser.document()
        }
    }

    /// Splits an object into its members without reading their values.
    ///
    /// - Returns: Each member's key, and where in `bytes` its value stands verbatim.
    /// - Throws: ``JSONError`` where the bytes are not one JSON object.
    public static func members(of bytes: [UInt8]) throws(JSONError) -> [(key: String, value: Range<Int>)] {
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) -> [(key: String, value: Range<Int>)] in
            var parser = JSONParser(buffer)
            return try parser.members()
        }
    }
}

/// A recursive-descent parser over bytes.
struct JSONParser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var depth = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func document() throws(JSONError) -> JSON {
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw unexpectedCharacter("expected end of input") }
        return value
    }

    mutating func members() throws(JSONError) -> [(key: String, value: Range<Int>)] {
        skipSpace()
        guard peek() == UInt8(ascii: "{") else { throw unexpectedCharacter("expected an object") }
        var members: [(key: String, value: Range<Int>)] = []
        try object { (parser, key) throws(JSONError) in
            parser.skipSpace()
            let start = parser.position
            try parser.skipValue()
            members.append((key, start..<parser.position))
        }
        skipSpace()
        guard position == bytes.count else { throw unexpectedCharacter("expected end of input") }
        return members
    }

    // MARK: Values

    private mutating func value() throws(JSONError) -> JSON {
        skipSpace()
        guard let byte = peek() else { throw endOfInput("No content to map due to end-of-input") }
        switch byte {
        case UInt8(ascii: "{"):
            var result = JSONObject()
            try object { (parser, key) throws(JSONError) in result[key] = try parser.value() }
            return .object(result)
        case UInt8(ascii: "["):
            var result: [JSON] = []
            try array { (parser) throws(JSONError) in result.append(try parser.value()) }
            return .array(result)
        case UInt8(ascii: "\""):
            return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try number()
        default:
            return try literal()
        }
    }

    /// Goes past a value with the same checks as reading it, but builds nothing for strings.
    private mutating func skipValue() throws(JSONError) {
        skipSpace()
        switch peek() {
        case UInt8(ascii: "{"):
            try object { (parser, _) throws(JSONError) in try parser.skipValue() }
        case UInt8(ascii: "["):
            try array { (parser) throws(JSONError) in try parser.skipValue() }
        case UInt8(ascii: "\""):
            if try !skipPlainString() { _ = try string() }
        default:
            _ = try value()
        }
    }

    private mutating func object(
        _ member: (inout JSONParser, String) throws(JSONError) -> Void
    ) throws(JSONError) {
        try enter()
        skipSpace()
        if peek() == UInt8(ascii: "}") {
            leave()
            return
        }
        while true {
            skipSpace()
            guard peek() == UInt8(ascii: "\"") else {
                throw unexpectedCharacter("was expecting double-quote to start field name")
            }
            let key = try string()
            skipSpace()
            guard peek() == UInt8(ascii: ":") else {
                throw unexpectedCharacter("was expecting a colon to separate field name and value")
            }
            position += 1
            try member(&self, key)
            if try endsOrContinues(UInt8(ascii: "}"), "Object") { return }
        }
    }

    private mutating func array(_ element: (inout JSONParser) throws(JSONError) -> Void) throws(JSONError) {
        try enter()
        skipSpace()
        if peek() == UInt8(ascii: "]") {
            leave()
            return
        }
        while true {
            try element(&self)
            if try endsOrContinues(UInt8(ascii: "]"), "Array") { return }
        }
    }

    private mutating func endsOrContinues(_ end: UInt8, _ name: String) throws(JSONError) -> Bool {
        skipSpace()
        switch peek() {
        case end:
            leave()
            return true
        case UInt8(ascii: ","):
            position += 1
            return false
        default:
            throw unexpectedCharacter("was expecting comma to separate \(name) entries")
        }
    }

    private mutating func enter() throws(JSONError) {
        position += 1
        depth += 1
        guard depth <= JSON.deepestNesting else { throw error("Nesting is deeper than \(JSON.deepestNesting)") }
    }

    private mutating func leave() {
        position += 1
        depth -= 1
    }

    private mutating func literal() throws(JSONError) -> JSON {
        let start = position
        while let byte = peek(), Self.isTokenByte(byte) { position += 1 }
        switch String(decoding: bytes[start..<position], as: UTF8.self) {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        case "":
            throw unexpectedCharacter(
                "expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
            )
        case let token:
            position = start
            throw error(
                "Unrecognized token '\(token)': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
            )
        }
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

    private mutating func number() throws(JSONError) -> JSON {
        let start = position
        var isInteger = true
        if peek() == UInt8(ascii: "-") { position += 1 }
        if peek() == UInt8(ascii: "0") {
            position += 1
            if let byte = peek(), Self.isDigit(byte) {
                throw error("Invalid numeric value: Leading zeroes not allowed")
            }
        } else {
            try digits()
        }
        if peek() == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try digits()
        }
        if let byte = peek(), byte | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let value = Int64(text), text != "-0" { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw error("Numeric value (\(text)) out of range") }
        return .double(value)
    }

    private mutating func digits() throws(JSONError) {
        guard let byte = peek(), Self.isDigit(byte) else {
            throw unexpectedCharacter("expected digit (0-9) in numeric value")
        }
        while let byte = peek(), Self.isDigit(byte) { position += 1 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }

    // MARK: Strings

    /// Goes past a string without escapes; `false`, and nowhere, where it has some.
    private mutating func skipPlainString() throws(JSONError) -> Bool {
        var index = position + 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                position = index + 1
                return true
            case UInt8(ascii: "\\"), 0..<0x20, 0x80...: return false
            default: index += 1
            }
        }
        return false
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let text = try decode(bytes[start..<position])
                position += 1
                return text
            case UInt8(ascii: "\\"):
                return try escapedString(from: start)
            case 0..<0x20:
                throw error(
                    "Illegal unquoted character ((CTRL-CHAR, code \(bytes[position]))): has to be escaped using backslash to be included in string value"
                )
            default:
                position += 1
            }
        }
        throw endOfInput("Unexpected end-of-input: was expecting closing quote for a string value")
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var text = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return try text.withUnsafeBufferPointer { (buffer) throws(JSONError) in try decode(buffer[...]) }
            case UInt8(ascii: "\\"):
                try escape(into: &text)
            case 0..<0x20:
                throw error(
                    "Illegal unquoted character ((CTRL-CHAR, code \(byte))): has to be escaped using backslash to be included in string value"
                )
            default:
                text.append(byte)
                position += 1
            }
        }
        throw endOfInput("Unexpected end-of-input: was expecting closing quote for a string value")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        position += 1
        guard let byte = peek() else { throw endOfInput("Unexpected end-of-input in character escape sequence") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(Character(try unicodeEscape())).utf8)
        default:
            position -= 1
            throw error("Unrecognized character escape '\(Unicode.Scalar(byte))' (code \(byte))")
        }
    }

    /// Reads the four digits behind `\u`, and the second half of a surrogate pair. A half that stands alone becomes
    /// the replacement character: no Swift string can hold it.
    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let unit = try hexadecimalUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard UTF16.isLeadSurrogate(unit), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let rewind = position
        position += 2
        let second = try hexadecimalUnit()
        guard UTF16.isTrailSurrogate(second) else {
            position = rewind
            return "\u{FFFD}"
        }
        let value = 0x10000 + (UInt32(unit & 0x3FF) << 10) + UInt32(second & 0x3FF)
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }

    private mutating func hexadecimalUnit() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek() else { throw endOfInput("Unexpected end-of-input in character escape sequence") }
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw unexpectedCharacter("expected a hex-digit for character escape sequence")
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    private func decode(_ slice: Slice<UnsafeBufferPointer<UInt8>>) throws(JSONError) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else { throw error("Invalid UTF-8 in a string") }
        return text
    }

    // MARK: Bytes

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    // MARK: Errors

    private func error(_ message: String) -> JSONError {
        let before = bytes[..<min(position, bytes.count)]
        let line = before.count { $0 == 0x0A } + 1
        let column = before.reversed().firstIndex(of: 0x0A).map { before.endIndex - $0.base } ?? before.count
        return JSONError(message: message, line: line, column: column + 1)
    }

    private func endOfInput(_ message: String) -> JSONError { error(message) }

    private func unexpectedCharacter(_ expectation: String) -> JSONError {
        guard position < bytes.count else { return error("Unexpected end-of-input: \(expectation)") }
        let rest = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self)
        let scalar = rest.unicodeScalars.first ?? "\u{FFFD}"
        return error("Unexpected character ('\(scalar)' (code \(scalar.value))): \(expectation)")
    }
}
