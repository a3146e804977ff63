/// Splits an expression into its words.
struct Tokenizer {
    let scalars: [Unicode.Scalar]
    var position = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    /// The next word.
    ///
    /// - Parameter isInfix: Whether an operator can stand here, so that a slash divides; else it begins a regular expression.
    mutating func next(isInfix: Bool) throws(JSONataError) -> Token {
        try skipSpace()
        let start = position
        guard let scalar = peek() else { return Token(kind: .end, position: start) }
        if scalar == "/", !isInfix {
            position += 1
            return Token(kind: .regex(try regex()), position: start)
        }
        if let symbol = symbol(scalar) {
            position += symbol.rawValue.unicodeScalars.count
            return Token(kind: .symbol(symbol), position: start)
        }
        switch scalar {
        case "\"", "'": return Token(kind: .string(try string(scalar)), position: start)
        case "0"..."9": return Token(kind: .number(try number()), position: start)
        case "`": return Token(kind: .name(try quotedName()), position: start)
        default: return Token(kind: word(), position: start)
        }
    }

    func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        position + offset < scalars.count ? scalars[position + offset] : nil
    }

    private mutating func skipSpace() throws(JSONataError) {
        while let scalar = peek() {
            if Self.isSpace(scalar) {
                position += 1
            } else if scalar == "/", peek(1) == "*" {
                let start = position
                position += 2
                while !(peek() == "*" && peek(1) == "/") {
                    guard position < scalars.count else { throw JSONataError(.s0106, at: start) }
                    position += 1
                }
                position += 2
            } else {
                return
            }
        }
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" || scalar == "\u{B}"
    }

    /// The sign that begins with a character at the position: the longer one where there are two.
    private func symbol(_ scalar: Unicode.Scalar) -> Symbol? {
        if let second = peek(1),
            second == "." || second == "=" || second == "*" || second == ">" || second == ":"
                || second == "?", let symbol = Symbol(rawValue: String([scalar, second]))
        {
            return symbol
        }
        return Self.single(scalar)
    }

    private static func single(_ scalar: Unicode.Scalar) -> Symbol? {
        scalar.isASCII ? singles[Int(scalar.value)] : nil
    }

    private static let singles: [Symbol?] = (0..<128).map { Symbol(rawValue: String([Unicode.Scalar(UInt8($0))])) }

    /// A name, a variable or a word of the language.
    private mutating func word() -> Token.Kind {
        let start = position
        while let scalar = peek(), !Self.isSpace(scalar), Self.single(scalar) == nil { position += 1 }
        if scalars[start] == "$" { return .variable(String(scalars[(start + 1)..<position])) }
        let name = String(scalars[start..<position])
        return switch name {
        case "or": .symbol(.or)
        case "in": .symbol(.in)
        case "and": .symbol(.and)
        case "true": .bool(true)
        case "false": .bool(false)
        case "null": .null
        default: .name(name)
        }
    }

    private mutating func quotedName() throws(JSONataError) -> String {
        let start = position
        position += 1
        guard let end = scalars[position...].firstIndex(of: "`") else {
            position = scalars.count
            throw JSONataError(.s0105, at: start)
        }
        defer { position = end + 1 }
        return String(scalars[position..<end])
    }
}
