extension PathParser {
    /// How deep conditions may stand in each other, and so lists.
    private static let deepest = 32

    /// Reads what stands one level deeper in a condition: in parentheses, behind a `!`, or in a path's filter.
    private mutating func inCondition(
        _ read: (inout PathParser) throws(PathError) -> PathCondition
    ) throws(PathError) -> PathCondition {
        conditions += 1
        defer { conditions -= 1 }
        guard conditions <= Self.deepest else {
            throw PathError(reason: "has conditions more than \(Self.deepest) deep")
        }
        return try read(&self)
    }

    /// The condition of a filter, up to its closing parenthesis.
    mutating func condition() throws(PathError) -> PathCondition {
        try inCondition { (parser) throws(PathError) in try parser.disjunction() }
    }

    private mutating func disjunction() throws(PathError) -> PathCondition {
        var alternatives = [try conjunction()]
        skipSpace()
        while take(word: "||") {
            alternatives.append(try conjunction())
            skipSpace()
        }
        return alternatives.count == 1 ? alternatives[0] : .any(alternatives)
    }

    private mutating func conjunction() throws(PathError) -> PathCondition {
        var parts = [try part()]
        skipSpace()
        while take(word: "&&") {
            parts.append(try part())
            skipSpace()
        }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func part() throws(PathError) -> PathCondition {
        skipSpace()
        if take("!") { return .not(try inCondition { (parser) throws(PathError) in try parser.part() }) }
        if take("(") {
            let inner = try condition()
            skipSpace()
            guard take(")") else { throw PathError(reason: "has an open parenthesis in a filter") }
            return inner
        }
        let left = try operand()
        skipSpace()
        if take(word: "=~") {
            skipSpace()
            return .matches(left, try regularExpression())
        }
        for comparison in PathCondition.Operator.allCases where take(word: comparison.rawValue) {
            skipSpace()
            return .compares(left, comparison, try operand())
        }
        guard case .path = left else { throw PathError(reason: "has a filter that compares nothing") }
        return .exists(left)
    }

    private mutating func operand() throws(PathError) -> PathCondition.Operand {
        switch peek() {
        case "@", "$":
            let start = position
            let fromElement = peek() == "@"
            position += 1
            let segments = try segments()
            let text = String(scalars[start..<position])
            return .path(Path(text: text, root: .data, segments: segments), fromElement: fromElement)
        default:
            return .literal(try literal())
        }
    }

    private mutating func literal(depth: Int = 0) throws(PathError) -> JSON {
        guard depth <= Self.deepest else { throw PathError(reason: "has lists more than \(Self.deepest) deep") }
        skipSpace()
        if peek() == "'" || peek() == "\"" { return .string(try quotedText()) }
        if take("[") {
            var elements: [JSON] = []
            skipSpace()
            while peek() != "]" {
                elements.append(try literal(depth: depth + 1))
                skipSpace()
                guard take(",") || peek() == "]" else { throw PathError(reason: "has an open bracket") }
                skipSpace()
            }
            position += 1
            return .array(elements)
        }
        let start = position
        while let scalar = peek(), !scalar.isWhitespace, !"=!<>&|,()[]{}'\"".unicodeScalars.contains(scalar) {
            position += 1
        }
        let word = String(scalars[start..<position])
        guard !word.isEmpty else { throw PathError(reason: "has a filter with something that is no value: ''") }
        // Text need not have quotes.
        return (try? JSON(parsing: word)) ?? .string(word)
    }

    /// A text in quotes, single or double, with Java's escapes.
    private mutating func quotedText() throws(PathError) -> String {
        let quote = scalars[position]
        position += 1
        var text = String.UnicodeScalarView()
        while let scalar = peek() {
            position += 1
            if scalar == quote { return String(text) }
            guard scalar == "\\", let escaped = peek() else {
                text.append(scalar)
                continue
            }
            position += 1
            text.append(escaped == "u" ? try codeUnit() : Self.escapes[escaped] ?? escaped)
        }
        throw PathError(reason: "has an open quote")
    }

    private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
        "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t",
    ]

    /// What stands behind a `\u`.
    private mutating func codeUnit() throws(PathError) -> Unicode.Scalar {
        let digits = scalars[position..<min(position + 4, scalars.count)]
        guard digits.count == 4, digits.allSatisfy(\.properties.isASCIIHexDigit),
            let scalar = UInt32(String(digits), radix: 16).flatMap(Unicode.Scalar.init)
        else { throw PathError(reason: "has an escape that is no code point") }
        position += 4
        return scalar
    }

    /// `/…/`, and the letters of its flags.
    private mutating func regularExpression() throws(PathError) -> RegularExpression {
        guard take("/") else { throw PathError(reason: "has a '=~' without a regular expression in slashes") }
        let start = position
        while let scalar = peek(), scalar != "/" { position += scalar == "\\" ? 2 : 1 }
        let end = position
        guard take("/") else { throw PathError(reason: "has an open regular expression") }
        while let scalar = peek(), scalar.isLetter { position += 1 }
        return try RegularExpression(
            Array(scalars[start..<end]),
            flags: Array(scalars[(end + 1)..<position])
        )
    }
}
