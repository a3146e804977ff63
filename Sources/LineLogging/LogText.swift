/// Text in a log.
enum LogText {
    /// A text as the value of a field: in double quotes where it would not be told from other fields otherwise, as
    /// [logfmt](https://brandur.org/logfmt) has it.
    static func value(_ text: String) -> String {
        let isPlain = !text.isEmpty && !text.unicodeScalars.contains { $0.isControl || isMark($0) }
        if isPlain { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted += "\\" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted.escapingControls + "\""
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
}
