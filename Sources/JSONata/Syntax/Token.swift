/// A word of an expression.
struct Token {
    enum Kind {
        case name(String)
        case variable(String)
        case string(String)
        case number(Double)
        case bool(Bool)
        case null
        case regex(Pattern)
        /// A sign, or one of the words `and`, `or` and `in`.
        case symbol(Symbol)
        case end
    }

    let kind: Kind
    /// Where it begins, in code points.
    let position: Int

    /// Whether it is a sign.
    func isSymbol(_ symbol: Symbol) -> Bool { if case .symbol(symbol) = kind { true } else { false } }

    /// Whether what stands behind it begins an expression.
    var opensOperand: Bool {
        switch kind {
        case .symbol(.openParenthesis), .symbol(.openBracket), .symbol(.openBrace), .symbol(.minus), .symbol(.bar): true
        default: false
        }
    }

    var isEnd: Bool { if case .end = kind { true } else { false } }

    /// How errors name it.
    var text: String {
        switch kind {
        case .name(let name), .variable(let name): name
        case .string(let text): text
        case .number(let number): NumberText.text(number)
        case .bool(let bool): bool ? "true" : "false"
        case .null: "null"
        case .regex(let pattern): pattern.source
        case .symbol(let symbol): symbol.rawValue
        case .end: "(end)"
        }
    }
}

/// The signs of the language, and the words that are operators.
enum Symbol: String, Sendable {
    case dot = "."
    case openBracket = "["
    case closeBracket = "]"
    case openBrace = "{"
    case closeBrace = "}"
    case openParenthesis = "("
    case closeParenthesis = ")"
    case comma = ","
    case at = "@"
    case hash = "#"
    case semicolon = ";"
    case colon = ":"
    case question = "?"
    case plus = "+"
    case minus = "-"
    case star = "*"
    case slash = "/"
    case percent = "%"
    case bar = "|"
    case equal = "="
    case less = "<"
    case greater = ">"
    case caret = "^"
    case doubleStar = "**"
    case range = ".."
    case bind = ":="
    case notEqual = "!="
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case chain = "~>"
    case elvis = "?:"
    case coalesce = "??"
    case and
    case or
    case `in`
    case ampersand = "&"
    case exclamation = "!"
    case tilde = "~"

    /// How strongly it binds what stands before it, where it can stand behind something; else 0.
    var bindingPower: Int {
        switch self {
        case .openBracket, .openParenthesis, .at, .hash: 80
        case .dot: 75
        case .openBrace: 70
        case .star, .slash, .percent: 60
        case .plus, .minus, .ampersand: 50
        case .equal, .notEqual, .less, .greater, .lessOrEqual, .greaterOrEqual, .in, .chain, .caret, .elvis, .coalesce:
            40
        case .and: 30
        case .or: 25
        case .question: 20
        case .bind: 10
        default: 0
        }
    }
}
