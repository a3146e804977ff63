extension JSONParser {
    /// The error of a word that is none of the language's.
    ///
    /// - Parameter start: Where it begins.
    func unrecognizedToken(from start: Int) -> JSONError {
        let rest = bytes[start..<min(start + Self.longestToken * 4, bytes.count)]
        let token = String(decoding: rest, as: UTF8.self).unicodeScalars.prefix(Self.longestToken)
            .prefix { $0.goesOnAsIdentifier }
        let name = String(token)
        if name == "NaN" || name == "Infinity" {
            return error(
                "Non-standard token '\(name)': enable JsonParser.Feature.ALLOW_NON_NUMERIC_NUMBERS to allow",
                at: start,
                past: token.count
            )
        }
        return error(
            "Unrecognized token '\(name)\(token.count == Self.longestToken ? "..." : "")': was expecting "
                + "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
            at: start,
            past: token.count
        )
    }

    /// The most characters of a word that are shown.
    private static let longestToken = 256
}

/// What Java calls an identifier: Jackson reads a word by it.
extension Unicode.Scalar {
    /// Whether a word can begin with the character.
    var beginsIdentifier: Bool {
        guard value <= 0xFFFF else { return false }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber,
            .currencySymbol, .connectorPunctuation:
            return true
        default:
            return false
        }
    }

    /// Whether a word can go on with the character.
    var goesOnAsIdentifier: Bool {
        guard value <= 0xFFFF, !beginsIdentifier else { return beginsIdentifier }
        switch properties.generalCategory {
        case .decimalNumber, .spacingMark, .nonspacingMark, .format: return true
        case .control: return !(0x09...0x0D).contains(value) && !(0x1C...0x1F).contains(value)
        default: return false
        }
    }
}
