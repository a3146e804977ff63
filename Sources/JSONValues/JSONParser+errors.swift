extension JSONParser {
    /// An error at the parser's position.
    ///
    /// - Parameter past: How many UTF-16 units behind the position Jackson has read when it finds the error.
    func error(_ message: String, past: Int = 0) -> JSONError { error(message, at: position, past: past) }

    /// An error at another position.
    func error(_ message: String, at position: Int, past: Int = 0, opening: JSONError.Opening? = nil) -> JSONError {
        let (line, column) = place(of: position)
        return JSONError(message: message, line: line, column: column + past, opening: opening)
    }

    private func place(of position: Int) -> (line: Int, column: Int) {
        var line = 1
        var column = 1
        for index in 0..<min(position, bytes.count) {
            switch bytes[index] {
            case 0x0A:
                // A carriage return before it has begun the line.
                if index == 0 || bytes[index - 1] != 0x0D { line += 1 }
                column = 1
            case 0x0D:
                line += 1
                column = 1
            case 0x80..<0xC0: break
            case 0xF0..<0xF8: column += 2
            default: column += 1
            }
        }
        return (line, column)
    }

    // MARK: Characters

    /// The character at the position is not the one that belongs there.
    func unexpected(_ expectation: String) -> JSONError {
        switch bytes[position] {
        case UInt8(ascii: "/"):
            error(
                "Unexpected character (\(found)): maybe a (non-standard) comment? (not recognized as one since Feature "
                    + "'ALLOW_COMMENTS' not enabled for parser)",
                past: 1
            )
        case 0..<0x20:
            error(
                #"Illegal character (\#(found)): only regular white space (\r, \n, \t) is allowed between tokens"#,
                past: 1
            )
        default: error("Unexpected character (\(found)): \(expectation)", past: 1)
        }
    }

    /// No value begins at the position.
    func unexpectedValue() -> JSONError {
        unexpected("expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')")
    }

    func controlCharacter(isName: Bool) -> JSONError {
        error(
            "Illegal unquoted character (\(found)): has to be escaped using backslash to be included in "
                + (isName ? "name" : "string value"),
            past: 1
        )
    }

    /// The character at the position, as Jackson shows one: `'x' (code 120)`.
    var found: String {
        let scalar = scalar()
        let unit = Int(scalar.utf16.first ?? 0)
        if scalar.properties.generalCategory == .control { return "(CTRL-CHAR, code \(unit))" }
        // Half of a surrogate pair cannot be shown.
        let shown = scalar.value > 0xFFFF ? "?" : String(scalar)
        return unit > 0xFF ? "'\(shown)' (code \(unit) / 0x\(String(unit, radix: 16)))" : "'\(shown)' (code \(unit))"
    }

    private func scalar(at position: Int) -> Unicode.Scalar {
        let rest = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self)
        return rest.unicodeScalars.first ?? "\u{FFFD}"
    }

    /// The character at the position.
    func scalar() -> Unicode.Scalar { scalar(at: position) }

    // MARK: Ends

    /// The text ends where a value belongs.
    func unexpectedEnd() -> JSONError {
        depth == 0 ? error("No content to map due to end-of-input") : unexpectedEndOfEntries()
    }

    /// The text ends behind a comma or a colon, or behind the key before one.
    func unexpectedEndOfEntries() -> JSONError {
        error("Unexpected end-of-input within/between \(innermost.name) entries")
    }

    func unexpectedEndOfString(isName: Bool) -> JSONError {
        error(
            isName
                ? "Unexpected end-of-input in field name"
                : "Unexpected end-of-input: was expecting closing quote for a string value"
        )
    }

    // MARK: Brackets

    /// The text ends within an object or array.
    func unclosed() -> JSONError {
        let (name, start) = innermost
        return error(
            "Unexpected end-of-input: expected close marker for \(name)",
            at: position,
            opening: opening("start marker", start)
        )
    }

    /// A bracket closes what was not opened.
    func mismatchedBracket() -> JSONError {
        let (name, start) = innermost
        let bracket = Unicode.Scalar(bytes[position])
        let reason = "Unexpected close marker '\(bracket)': expected '\(bracket == "}" ? "]" : "}")'"
        return error(reason, at: position, past: 1, opening: opening("for \(name) starting", start))
    }

    private func opening(_ role: String, _ start: Int?) -> JSONError.Opening {
        let (line, column) = start.map(place) ?? (1, 0)
        return JSONError.Opening(role: role, line: line, column: column)
    }

    /// What stands open around the position, and where it begins. Only an error asks for it, so nothing is kept while
    /// reading.
    private var innermost: (name: String, start: Int?) {
        var open: [Int] = []
        var index = 0
        while index < min(position, bytes.count) {
            switch bytes[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): open.append(index)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = open.popLast()
            case UInt8(ascii: "\""):
                index += 1
                while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
                    index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
                }
            default: break
            }
            index += 1
        }
        guard let start = open.last else { return ("root", nil) }
        return (bytes[start] == UInt8(ascii: "{") ? "Object" : "Array", start)
    }
}
