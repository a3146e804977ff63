// Scans of text go by code points: a combining mark behind a separator does not hide it, and "\r\n" is two.

extension String {
    /// Whether the text's code units begin with another's.
    package func hasPrefix(_ prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }

    /// Whether the text's code units end with another's.
    package func hasSuffix(_ suffix: String) -> Bool { utf8.reversed().starts(with: suffix.utf8.reversed()) }

    /// The text without a beginning that it has; `nil` where it has another one.
    package func without(prefix: String) -> String? {
        hasPrefix(prefix) ? String(decoding: utf8.dropFirst(prefix.utf8.count), as: UTF8.self) : nil
    }

    /// The text without an end that it has; `nil` where it has another one.
    package func without(suffix: String) -> String? {
        hasSuffix(suffix) ? String(decoding: utf8.dropLast(suffix.utf8.count), as: UTF8.self) : nil
    }
}

extension StringProtocol {
    /// Whether the text's code units begin with another's.
    package func hasPrefix(_ prefix: some StringProtocol) -> Bool { utf8.starts(with: prefix.utf8) }

    /// Whether the text's code units end with another's.
    package func hasSuffix(_ suffix: some StringProtocol) -> Bool {
        utf8.reversed().starts(with: suffix.utf8.reversed())
    }

    /// The first code points of the text. A character can have any number of them.
    package func prefix(codePoints: Int) -> String { String(unicodeScalars.prefix(codePoints)) }

    /// Whether a character of one code point is in the text.
    package func contains(_ character: Character) -> Bool { firstIndex(of: character) != nil }

    /// Where a character of one code point first stands.
    package func firstIndex(of character: Character) -> Index? {
        unicodeScalars.firstIndex(of: character.codePoint)
    }

    /// Where a character of one code point last stands.
    package func lastIndex(of character: Character) -> Index? {
        unicodeScalars.lastIndex(of: character.codePoint)
    }

    /// The texts between the places where a character of one code point stands.
    package func split(
        separator: Character,
        maxSplits: Int = .max,
        omittingEmptySubsequences: Bool = true
    ) -> [SubSequence] {
        var parts: [SubSequence] = []
        var start = startIndex
        func take(to end: Index) { if !omittingEmptySubsequences || start < end { parts.append(self[start..<end]) } }
        var rest = unicodeScalars[...]
        while parts.count < maxSplits, let end = rest.firstIndex(of: separator.codePoint) {
            take(to: end)
            start = unicodeScalars.index(after: end)
            rest = unicodeScalars[start...]
        }
        take(to: endIndex)
        return parts
    }
}

extension Character {
    /// The only code point. A separator is a literal: one of several code points, such as "\r\n", would never be found.
    fileprivate var codePoint: Unicode.Scalar {
        let scalars = unicodeScalars
        precondition(scalars.count == 1, "a character must have one code point")
        return scalars[scalars.startIndex]
    }
}

extension Unicode.Scalar {
    /// Whether it is whitespace or the end of a line.
    package var isWhitespace: Bool { properties.isWhitespace }
    /// Whether it is a letter of any script.
    package var isLetter: Bool { properties.isAlphabetic }
    /// Whether it is a number of any script: `5`, `½`, `Ⅷ`.
    package var isNumber: Bool { properties.numericType != nil }
    /// Whether it stands with the code point before it, as an accent does.
    package var isMark: Bool { [.nonspacingMark, .spacingMark, .enclosingMark].contains(properties.generalCategory) }
}

extension String {
    /// The text of some code points.
    package init(_ scalars: some Sequence<Unicode.Scalar>) {
        self.init(UnicodeScalarView(scalars))
    }
}

extension Sequence<String> {
    /// Whether a text of the same code units is among them.
    package func contains(_ text: String) -> Bool { contains { $0 == text } }

    /// The texts in the order of their UTF-8.
    package func sorted() -> [String] { sorted(by: <) }

    /// The first in the order of their UTF-8; `nil` where there is none.
    package func min() -> String? { self.min(by: <) }
}

extension Collection<String> {
    /// Where a text of the same code units first stands.
    package func firstIndex(of text: String) -> Index? { firstIndex { $0 == text } }
}
