/// Reads a regular expression of JavaScript, without the flags `u` and `v`.
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private let ignoresCase: Bool
    private let isMultiline: Bool
    /// How many groups have been opened.
    private var captures = 0
    /// The groups that the whole expression has, and those of them that have names.
    private let groupCount: Int
    private let groupNames: [Spelling: Int]
    private(set) var hasReference = false

    private static let deepest = 40
    private static let mostRepetitions = 5_000

    init(_ source: String, ignoresCase: Bool, isMultiline: Bool) {
        scalars = Array(source.unicodeScalars)
        self.ignoresCase = ignoresCase
        self.isMultiline = isMultiline
        (groupCount, groupNames) = Self.groups(scalars)
    }

    /// How many groups there are, and the numbers of those with names.
    private static func groups(_ scalars: [Unicode.Scalar]) -> (Int, [Spelling: Int]) {
        var (count, names, index, isInClass) = (0, [Spelling: Int](), 0, false)
        while index < scalars.count {
            switch scalars[index] {
            case "\\": index += 1
            case "[": isInClass = true
            case "]": isInClass = false
            case "(" where !isInClass:
                let next = scalars[(index + 1)...].prefix(3)
                let isNamed = next.starts(with: "?<".unicodeScalars) && next.last != "=" && next.last != "!"
                if next.first == "?", !isNamed { break }
                count += 1
                if isNamed { names[String(scalars[(index + 3)...].prefix { $0 != ">" })] = count }
            default: break
            }
            index += 1
        }
        return (count, names)
    }

    mutating func parse() throws(PatternError) -> (part: PatternPart, captures: Int) {
        let part = try alternatives()
        guard position == scalars.count else { throw PatternError("Unmatched ')'") }
        return (part, captures)
    }

    // MARK: Text

    private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        position + offset < scalars.count ? scalars[position + offset] : nil
    }

    private mutating func take(_ text: String) -> Bool {
        let wanted = text.unicodeScalars
        guard scalars[position...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    private mutating func next() -> Unicode.Scalar? {
        guard let scalar = peek() else { return nil }
        position += 1
        return scalar
    }

    private func set(_ set: CodePointSet, negated: Bool = false) -> PatternPart {
        .set(set.with(ignoringCase: ignoresCase, negated: negated))
    }

    // MARK: Structure

    private mutating func alternatives() throws(PatternError) -> PatternPart {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw PatternError("Groups more than \(Self.deepest) deep") }
        var parts = [try sequence()]
        while take("|") { parts.append(try sequence()) }
        return parts.count == 1 ? parts[0] : .alternatives(parts)
    }

    private mutating func sequence() throws(PatternError) -> PatternPart {
        var parts: [PatternPart] = []
        while let scalar = peek(), scalar != "|", scalar != ")" {
            let before = captures
            let atom = try atom()
            parts.append(try repetition(of: atom, captures: before..<captures))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func atom() throws(PatternError) -> PatternPart {
        switch next() {
        case ".": return .set(CodePointSet.lineEnd.complement)
        case "^": return .place(isMultiline ? .lineStart : .start)
        case "$": return .place(isMultiline ? .lineEnd : .end)
        case "(": return try group()
        case "[": return try bracketed()
        case "*", "+", "?": throw PatternError("Nothing to repeat")
        case "\\": return try escaped()
        case let scalar?: return set(CodePointSet(scalar))
        case nil: throw PatternError("Unexpected end")
        }
    }

    private mutating func group() throws(PatternError) -> PatternPart {
        var wrap: (PatternPart) -> PatternPart = { $0 }
        if take("?:") {
        } else if take("?=") {
            wrap = { .lookaround($0, isAhead: true, isNegated: false) }
        } else if take("?!") {
            wrap = { .lookaround($0, isAhead: true, isNegated: true) }
        } else if take("?<=") {
            wrap = { .lookaround($0, isAhead: false, isNegated: false) }
        } else if take("?<!") {
            wrap = { .lookaround($0, isAhead: false, isNegated: true) }
        } else {
            if take("?<") {
                while let scalar = peek(), scalar != ">" { position += 1 }
                guard take(">") else { throw PatternError("Invalid capture group name") }
            } else if peek() == "?" {
                throw PatternError("Invalid group")
            }
            captures += 1
            let number = captures
            wrap = { .capture(number, $0) }
        }
        let part = try alternatives()
        guard take(")") else { throw PatternError("Unterminated group") }
        return wrap(part)
    }

    private mutating func repetition(of part: PatternPart, captures: Range<Int>) throws(PatternError) -> PatternPart {
        var (least, most): (Int, Int?)
        switch peek() {
        case "*": (least, most) = (0, nil)
        case "+": (least, most) = (1, nil)
        case "?": (least, most) = (0, 1)
        case "{":
            guard let counts = counts() else { return part }
            (least, most) = counts
            position -= 1
        default: return part
        }
        position += 1
        if let number = most, number < least { throw PatternError("numbers out of order in {} quantifier") }
        guard max(least, most ?? 0) <= Self.mostRepetitions else {
            throw PatternError("More than \(Self.mostRepetitions) repetitions")
        }
        let isGreedy = !take("?")
        if let scalar = peek(), scalar == "*" || scalar == "+" || scalar == "?" {
            throw PatternError("Nothing to repeat")
        }
        return .repetition(part, least: least, most: most, isGreedy: isGreedy, captures: captures)
    }

    /// Reads `{2}`, `{2,}` or `{2,3}`; `nil`, and nothing read, where it is none of them.
    private mutating func counts() -> (Int, Int?)? {
        let start = position
        position += 1
        if let least = number() {
            if take("}") { return (least, least) }
            if take(",") {
                if take("}") { return (least, nil) }
                if let most = number(), take("}") { return (least, most) }
            }
        }
        // A brace that counts nothing is itself: it is read as an atom.
        position = start
        return nil
    }

    private mutating func number() -> Int? {
        let start = position
        while let scalar = peek(), ("0"..."9").contains(scalar) { position += 1 }
        guard position > start else { return nil }
        return Int(String(scalars[start..<position])) ?? Int.max
    }

    // MARK: Escapes

    private mutating func escaped() throws(PatternError) -> PatternPart {
        guard let scalar = next() else { throw PatternError("\\ at end of pattern") }
        switch scalar {
        case "b": return .place(.wordBoundary)
        case "B": return .place(.noWordBoundary)
        case "1"..."9":
            position -= 1
            let start = position
            if let number = number(), number <= groupCount { return reference(number) }
            position = start + 1
            return set(characters(scalar))
        case "k" where !groupNames.isEmpty && peek() == "<":
            let name = String(scalars[(position + 1)...].prefix { $0 != ">" })
            guard let number = groupNames[name] else { throw PatternError("Invalid named reference") }
            position += name.unicodeScalars.count + 2
            return reference(number)
        default: return set(characters(scalar))
        }
    }

    private mutating func reference(_ number: Int) -> PatternPart {
        hasReference = true
        return .reference(number)
    }

    /// What stands behind a backslash, outside and inside of brackets.
    private mutating func characters(_ scalar: Unicode.Scalar) -> CodePointSet {
        switch scalar {
        case "d": return .digit
        case "D": return CodePointSet.digit.complement
        case "w": return .word
        case "W": return CodePointSet.word.complement
        case "s": return .space
        case "S": return CodePointSet.space.complement
        case "t": return CodePointSet("\t")
        case "n": return CodePointSet("\n")
        case "r": return CodePointSet("\r")
        case "v": return CodePointSet("\u{B}")
        case "f": return CodePointSet("\u{C}")
        case "0"..."7": return CodePointSet(octal())
        case "x": return CodePointSet(hexadecimal(2) ?? scalar)
        case "u": return CodePointSet(surrogatePair() ?? hexadecimal(4) ?? scalar)
        case "c":
            guard let letter = peek(), letter.isASCII, letter.properties.isAlphabetic else { return CodePointSet("\\") }
            position += 1
            return CodePointSet(Unicode.Scalar(UInt8(letter.value % 32)))
        default: return CodePointSet(scalar)
        }
    }

    /// The number in up to three octal digits, of which the first has been read.
    private mutating func octal() -> Unicode.Scalar {
        var value: UInt32 = 0
        position -= 1
        for _ in 0..<3 {
            guard let digit = peek(), ("0"..."7").contains(digit), value * 8 + digit.value - 0x30 < 256 else { break }
            value = value * 8 + digit.value - 0x30
            position += 1
        }
        return Unicode.Scalar(UInt8(value))
    }

    private mutating func hexadecimal(_ count: Int) -> Unicode.Scalar? {
        guard let value = unit(count), let scalar = Unicode.Scalar(value) else { return nil }
        position += count
        return scalar
    }

    private func unit(_ count: Int, at offset: Int = 0) -> UInt32? {
        let digits = scalars.dropFirst(position + offset).prefix(count)
        guard digits.count == count, digits.allSatisfy(\.properties.isASCIIHexDigit) else { return nil }
        return UInt32(String(digits), radix: 16)
    }

    /// Two escapes that are the halves of one code point.
    private mutating func surrogatePair() -> Unicode.Scalar? {
        guard let one = unit(4), one >> 10 == 0x36, peek(4) == "\\", peek(5) == "u", let two = unit(4, at: 6),
            two >> 10 == 0x37
        else { return nil }
        position += 10
        return Unicode.Scalar(0x10000 + ((one & 0x3FF) << 10) + (two & 0x3FF))
    }

    // MARK: Brackets

    private mutating func bracketed() throws(PatternError) -> PatternPart {
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        while let scalar = next() {
            if scalar == "]" { return set(CodePointSet(ranges), negated: isNegated) }
            let from = try member(scalar)
            guard peek() == "-", let end = peek(1), end != "]" else {
                ranges += from.ranges
                continue
            }
            position += 2
            let to = try member(end)
            if let low = from.single, let high = to.single {
                guard low <= high else { throw PatternError("Range out of order in character class") }
                ranges.append(low...high)
            } else {
                ranges += from.ranges + to.ranges + [0x2D...0x2D]
            }
        }
        throw PatternError("Unterminated character class")
    }

    private mutating func member(_ scalar: Unicode.Scalar) throws(PatternError) -> CodePointSet {
        guard scalar == "\\" else { return CodePointSet(scalar) }
        guard let escaped = next() else { throw PatternError("\\ at end of pattern") }
        return escaped == "b" ? CodePointSet("\u{8}") : characters(escaped)
    }
}

extension CodePointSet {
    /// The only code point.
    fileprivate var single: UInt32? {
        ranges.count == 1 && ranges[0].count == 1 ? ranges[0].lowerBound : nil
    }
}

/// What is wrong with a regular expression.
struct PatternError: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
