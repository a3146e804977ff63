/// A string, a number, true, false or null.
final class LiteralNode: Node {
    enum Literal: Sendable {
        case string(String)
        case number(Double)
        case bool(Bool)
        case null
    }

    let literal: Literal

    init(_ literal: Literal) { self.literal = literal }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        switch literal {
        case .string(let text): .string(text)
        case .number(let number): .number(number)
        case .bool(let bool): .bool(bool)
        case .null: .null
        }
    }
}

/// A regular expression: a function that finds its matches.
final class PatternNode: Node {
    let pattern: Pattern

    init(_ pattern: Pattern) { self.pattern = pattern }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        .function(Function(.pattern(pattern)))
    }
}
