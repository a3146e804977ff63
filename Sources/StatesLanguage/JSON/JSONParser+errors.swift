extension JSONParser {
    /// An error at the parser's position.
    func error(_ message: String) -> JSONError {
        let before = bytes[..<min(position, bytes.count)]
        let line = before.count { $0 == 0x0A } + 1
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return JSONError(message: message, line: line, column: before.endIndex - lineStart + 1)
    }

    /// The character at the position is not the one that belongs there.
    func unexpected(_ expectation: String) -> JSONError {
        guard position < bytes.count else { return error("Unexpected end-of-input: \(expectation)") }
        let scalar = scalar()
        return error("Unexpected character ('\(scalar)' (code \(scalar.value))): \(expectation)")
    }

    /// The text ends where a value belongs.
    func unexpectedEnd() -> JSONError {
        error(depth == 0 ? "No content to map due to end-of-input" : "Unexpected end-of-input within a value")
    }

    func unexpectedEndOfString() -> JSONError {
        error("Unexpected end-of-input: was expecting closing quote for a string value")
    }

    func controlCharacter() -> JSONError {
        error(
            "Illegal unquoted character ((CTRL-CHAR, code \(bytes[position]))): "
                + "has to be escaped using backslash to be included in string value"
        )
    }

    /// The character at the position.
    func scalar() -> Unicode.Scalar {
        let rest = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self)
        return rest.unicodeScalars.first ?? "\u{FFFD}"
    }
}
