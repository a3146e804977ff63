/// Text in a log.
enum LogText {
    /// A text without the characters that end a line, move a terminal's cursor or turn the direction of reading, so that
    /// no value can look like a line or a field of its own: each becomes `\n`, `\r`, `\t` or `\u{…}`.
    static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isEscaped) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            case "\t": escaped += "\\t"
            case _ where isEscaped(scalar): escaped += "\\u{\(String(scalar.value, radix: 16))}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// A text as the value of a field: in double quotes where it would not be told from other fields otherwise, as
    /// [logfmt](https://brandur.org/logfmt) has it.
    static func value(_ text: String) -> String {
        let isPlain = !text.isEmpty && !text.unicodeScalars.contains { isEscaped($0) || isMark($0) }
        if isPlain { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted += "\\" }
            quoted.unicodeScalars.append(scalar)
        }
        return escaped(quoted) + "\""
    }

    /// Whether a character means something between fields.
    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "=", "\"", "\\": true
        default: false
        }
    }

    /// The start of a text that is too long for a line, and how long it is; every other text as it is.
    static func shortened(_ text: String) -> String {
        guard text.utf8.count > longest else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: longest)
        // Not in the middle of a character's bytes.
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return "\(text[..<end])… (\(text.utf8.count) bytes)"
    }

    /// The longest text of a field, in bytes.
    private static let longest = 4_096

    /// Whether a character is one that is not shown as itself: controls, formats, line and paragraph separators.
    static func isEscaped(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7F { return scalar.value < 0x20 }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }
}
