/// Reads a regular expression.
struct RegularExpressionParser {
    typealias Part = RegularExpressionProgram.Part

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    /// Whether a dot is a line's end too.
    private let dotIsAll: Bool

    /// How deep groups may stand in each other.
    private static let deepest = 32
    /// The most repetitions that can be asked for.
    private static let mostRepetitions = 1_000

    init(_ pattern: [Unicode.Scalar], dotIsAll: Bool) {
        scalars = pattern
        self.dotIsAll = dotIsAll
    }

    /// - Throws: ``PathError`` with the reason as the rest of a sentence.
    mutating func parse() throws(PathError) -> Part {
        let part = try alternatives()
        guard position == scalars.count else { throw error("a ')' too many") }
        return part
    }

    private func error(_ reason: String) -> PathError {
        PathError(reason: "has a regular expression with \(reason)")
    }

    private func unsupported(_ reason: String) -> PathError {
        PathError(reason: "has a regular expression with \(reason), which is not supported by this version")
    }

    private mutating func alternatives() throws(PathError) -> Part {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw error("groups more than \(Self.deepest) deep") }
        var parts = [try sequence()]
        while take("|") { parts.append(try sequence()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func sequence() throws(PathError) -> Part {
        var parts: [Part] = []
        while let scalar = peek(), scalar != "|", scalar != ")" {
            position += 1
            let part = try repetition(of: try atom(scalar))
            // What comes to nothing is left out: repeated, it would be gone through again and again.
            if part.size > 0 { parts.append(part) }
        }
        return .sequence(parts)
    }

    private mutating func atom(_ scalar: Unicode.Scalar) throws(PathError) -> Part {
        switch scalar {
        case ".": return .set(dotIsAll ? .all : .dot)
        case "^": return .look(.start)
        case "$": return .look(.end)
        case "[": return .set(try bracketed())
        case "(": return try group()
        case "*", "+", "?", "{": throw error("a '\(scalar)' that repeats nothing")
        case "\\":
            if take("b") { return .look(.wordBoundary) }
            if take("B") { return .look(.noWordBoundary) }
            return .set(try escaped())
        default: return .set(.one(scalar))
        }
    }

    private mutating func group() throws(PathError) -> Part {
        if take("?") {
            if take("<"), let next = peek(), next != "=", next != "!" {
                while let scalar = peek(), scalar.isLetter || scalar.isNumber { position += 1 }
                guard take(">") else { throw error("an open group") }
            } else if !take(":") {
                throw unsupported("a group that begins with '(?'")
            }
        }
        let part = try alternatives()
        guard take(")") else { throw error("an open group") }
        return part
    }

    private mutating func repetition(of part: Part) throws(PathError) -> Part {
        let (least, most): (Int, Int?)
        switch peek() {
        case "*": (least, most) = (0, nil)
        case "+": (least, most) = (1, nil)
        case "?": (least, most) = (0, 1)
        case "{":
            position += 1
            return try ending(try counted(part))
        default: return part
        }
        position += 1
        return try ending(.repeated(part, least: least, most: most))
    }

    /// What stands behind a quantifier: of all ways to match a whole text, it does not matter which one comes first.
    private mutating func ending(_ part: Part) throws(PathError) -> Part {
        _ = take("?")
        if peek() == "+" { throw unsupported("a possessive quantifier") }
        if let scalar = peek(), "*?{".unicodeScalars.contains(scalar) {
            throw error("a '\(scalar)' that repeats nothing")
        }
        return part
    }

    private mutating func counted(_ part: Part) throws(PathError) -> Part {
        guard let least = number() else { throw error("a '{' without a number") }
        var most: Int? = least
        if take(",") { most = peek() == "}" ? nil : number() ?? -1 }
        guard take("}"), least <= Self.mostRepetitions, (most ?? least) >= least,
            (most ?? least) <= Self.mostRepetitions
        else { throw error("repetitions that are not '{n}', '{n,}' or '{n,m}' up to \(Self.mostRepetitions)") }
        return .repeated(part, least: least, most: most)
    }

    private mutating func number() -> Int? {
        let start = position
        while let scalar = peek(), scalar.isASCII, scalar.isNumber { position += 1 }
        return Int(String(scalars[start..<position]))
    }

    // MARK: Classes

    private mutating func bracketed() throws(PathError) -> ScalarSet {
        let isNegated = take("^")
        var sets: [ScalarSet] = []
        while let scalar = peek(), scalar != "]" || sets.isEmpty {
            if scalar == "[" || scalar == "&" && scalars[position...].starts(with: "&&".unicodeScalars) {
                throw unsupported("a class within a class")
            }
            position += 1
            let first = scalar == "\\" ? try escaped() : .one(scalar)
            guard case .range(let from) = first, from.count == 1, peek() == "-", position + 1 < scalars.count,
                scalars[position + 1] != "]"
            else {
                sets.append(first)
                continue
            }
            position += 1
            let end = scalars[position]
            position += 1
            guard case .range(let to) = end == "\\" ? try escaped() : .one(end), to.count == 1,
                from.lowerBound <= to.lowerBound
            else { throw error("a class whose range ends before it begins") }
            sets.append(.range(from.lowerBound...to.lowerBound))
        }
        guard take("]") else { throw error("an open class") }
        return isNegated ? .not(.union(sets)) : .union(sets)
    }

    /// What stands behind a backslash.
    private mutating func escaped() throws(PathError) -> ScalarSet {
        guard let scalar = peek() else { throw error("a backslash at its end") }
        position += 1
        switch scalar {
        case "d": return .digit
        case "D": return .not(.digit)
        case "w": return .word
        case "W": return .not(.word)
        case "s": return .space
        case "S": return .not(.space)
        case "t": return .one("\t")
        case "n": return .one("\n")
        case "r": return .one("\r")
        case "f": return .one("\u{C}")
        case "x": return .one(try hexadecimal(2))
        case "u": return .one(try hexadecimal(4))
        default:
            guard !scalar.isLetter, !scalar.isNumber else { throw unsupported("'\\\(scalar)'") }
            return .one(scalar)
        }
    }

    private mutating func hexadecimal(_ digits: Int) throws(PathError) -> Unicode.Scalar {
        let text = String(scalars[position..<min(position + digits, scalars.count)])
        guard text.utf8.count == digits, text.unicodeScalars.allSatisfy(\.properties.isASCIIHexDigit),
            let value = UInt32(text, radix: 16), let scalar = Unicode.Scalar(value)
        else { throw error("an escape that is no code point") }
        position += digits
        return scalar
    }

    // MARK: Text

    private func peek() -> Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek() == scalar else { return false }
        position += 1
        return true
    }
}
