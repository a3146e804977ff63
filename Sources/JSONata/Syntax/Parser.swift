/// Reads an expression by its operators' binding powers.
struct Parser {
    private var tokenizer: Tokenizer
    /// The word that comes next.
    private(set) var token: Token
    private var depth = 0

    /// How deep brackets and the like may stand in each other.
    private static let deepest = 100
    /// How many parts may be in each other, as in a long sum. Every later step goes down the tree.
    private static let highest = 250

    private init(_ text: String) {
        tokenizer = Tokenizer(text)
        token = Token(kind: .end, position: 0)
    }

    /// Reads a whole expression.
    static func parse(_ text: String) throws(JSONataError) -> Syntax {
        var parser = Parser(text)
        try parser.advance(isInfix: false)
        let syntax = try parser.expression(0)
        guard parser.token.isEnd else {
            throw JSONataError(.s0201, at: parser.token.position, token: parser.token.text)
        }
        return syntax
    }

    /// Goes to the next word.
    mutating func advance(isInfix: Bool = false) throws(JSONataError) {
        token = try tokenizer.next(isInfix: isInfix)
        // They are signs only as parts of longer ones.
        if token.isSymbol(.exclamation) || token.isSymbol(.tilde) {
            throw JSONataError(.s0204, at: token.position, token: token.text)
        }
    }

    /// Goes past a sign that has to be there.
    mutating func expect(_ symbol: Symbol, isInfix: Bool = false) throws(JSONataError) {
        guard token.isSymbol(symbol) else {
            throw JSONataError(
                token.isEnd ? .s0203 : .s0202,
                at: token.position,
                token: token.text,
                fields: [("value", JSON.string(symbol.rawValue).text)]
            )
        }
        try advance(isInfix: isInfix)
    }

    /// Reads as far as the operators bind more strongly than a power.
    mutating func expression(_ power: Int) throws(JSONataError) -> Syntax {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw Self.tooDeep(Self.deepest, token.position) }
        let first = token
        try advance(isInfix: !first.opensOperand)
        var left = try prefix(first)
        while case .symbol(let symbol) = token.kind, power < symbol.bindingPower {
            let position = token.position
            try advance()
            left = try infix(symbol, left, position)
        }
        return left
    }

    private static func tooDeep(_ most: Int, _ position: Int) -> JSONataError {
        JSONataError(.u1001, message: "The expression has more than \(most) parts in each other")
            .located(at: position, token: nil)
    }

    /// A part that is made of others.
    func node(_ kind: Syntax.Kind, _ position: Int, _ parts: Syntax...) throws(JSONataError) -> Syntax {
        try node(kind, position, of: parts)
    }

    /// A part that is made of others.
    func node(_ kind: Syntax.Kind, _ position: Int, of parts: [Syntax]) throws(JSONataError) -> Syntax {
        var height = 0
        for part in parts { height = max(height, part.height + 1) }
        guard height <= Self.highest else { throw Self.tooDeep(Self.highest, position) }
        return Syntax(kind, at: position, height: height)
    }

    // MARK: What stands at the beginning

    private mutating func prefix(_ token: Token) throws(JSONataError) -> Syntax {
        let position = token.position
        return switch token.kind {
        case .name(let name): Syntax(.name(name), at: position)
        case .variable(let name): Syntax(.variable(name), at: position)
        case .string(let text): Syntax(.string(text), at: position)
        case .number(let number): Syntax(.number(number), at: position)
        case .bool(let bool): Syntax(.bool(bool), at: position)
        case .null: Syntax(.null, at: position)
        case .regex(let pattern): Syntax(.regex(pattern), at: position)
        case .end: Syntax(.end, at: position)
        case .symbol(let symbol): try prefix(symbol, position)
        }
    }

    private mutating func prefix(_ symbol: Symbol, _ position: Int) throws(JSONataError) -> Syntax {
        switch symbol {
        case .and, .or, .in: return Syntax(.symbol(symbol), at: position)
        case .star: return Syntax(.wildcard, at: position)
        case .doubleStar: return Syntax(.descendants, at: position)
        case .percent: return Syntax(.parent(nil), at: position)
        case .minus:
            let operand = try expression(70)
            return try node(.negation(operand), position, operand)
        case .openParenthesis: return try block(position)
        case .openBracket: return try array(position)
        case .openBrace:
            let pairs = try pairs()
            return try node(.object(pairs), position, of: pairs.flatMap { [$0.key, $0.value] })
        case .bar: return try transform(position)
        default: throw JSONataError(.s0211, at: position, token: symbol.rawValue)
        }
    }
}
