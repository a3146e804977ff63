extension String {
    /// The text without the characters that end a line, move a terminal's cursor or turn the direction of reading, so that
    /// no value can look like a line or a field of its own: each becomes `\n`, `\r`, `\t` or `\u{…}`.
    package var escapingControls: String { escapingControls { _ in false } }

    /// The same for a text of several lines, whose parts were escaped before they were put together.
    package var escapingControlsInLines: String { escapingControls { $0 == "\n" } }

    private func escapingControls(but isKept: (Unicode.Scalar) -> Bool) -> String {
        replacingControls(but: isKept) { scalar in
            switch scalar {
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            default: "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
    }

    /// A JSON text with the same characters as JSON escapes, `\u…`: it means the same, and is of no effect on a terminal.
    package var escapingControlsOfJSON: String {
        replacingControls(but: { _ in false }) { scalar in
            Unicode.UTF16.encode(scalar)!.map { unit in
                "\\u" + Hex.text([UInt8(unit >> 8), UInt8(unit & 0xFF)]).uppercased()
            }.joined()
        }
    }

    private func replacingControls(
        but isKept: (Unicode.Scalar) -> Bool,
        _ escape: (Unicode.Scalar) -> String
    ) -> String {
        guard unicodeScalars.contains(where: { $0.isControl && !isKept($0) }) else { return self }
        var escaped = ""
        for scalar in unicodeScalars {
            if scalar.isControl, !isKept(scalar) {
                escaped += escape(scalar)
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

extension Unicode.Scalar {
    /// Whether it is one that is not shown as itself: a control, a format such as a mark of direction, a separator of lines
    /// or paragraphs.
    package var isControl: Bool {
        if value < 0x7F { return value < 0x20 }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }
}
