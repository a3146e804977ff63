/// A recursive-descent parser for DynamoDB's expressions; each kind of expression is an extension of it.
///
/// Source: Amazon DynamoDB developer guide, "Using expressions in DynamoDB".
struct ExpressionParser {
    /// The longest expression, in bytes.
    static let longestText = 4_096
    /// The most operators and functions in one expression.
    static let mostOperators = 300
    /// The deepest nesting of parentheses, functions and NOT.
    static let deepestNesting = 100

    /// The name of the parameter that holds the expression, for errors.
    let label: String
    private let text: String
    private let tokens: [ExpressionToken]
    private var position = 0
    private var operators = 0
    private var depth = 0
    private(set) var placeholders: Placeholders

    /// Splits the expression into tokens.
    ///
    /// - Parameters:
    ///   - text: The expression.
    ///   - label: The name of its parameter.
    ///   - placeholders: What it may refer to.
    init(_ text: String, label: String, placeholders: Placeholders) throws(ItemProblem) {
        self.text = text
        self.label = label
        self.placeholders = placeholders
        guard text.utf8.count <= Self.longestText else {
            throw .validation(
                "Invalid \(label): Expression size has exceeded the maximum allowed size; "
                    + "expression size: \(text.utf8.count)"
            )
        }
        var tokenizer = ExpressionTokenizer(text, label: label)
        tokens = try tokenizer.tokens()
        guard tokens.count > 1 else { throw .validation("Invalid \(label): The expression can not be empty;") }
    }

    /// The token to be read next.
    var current: ExpressionToken { tokens[position] }

    /// Takes the next token.
    @discardableResult
    mutating func advance() -> ExpressionToken {
        let token = tokens[position]
        if position < tokens.count - 1 { position += 1 }
        return token
    }

    /// Takes the symbol if it comes next.
    mutating func skip(_ symbol: String) -> Bool {
        guard current.kind == .symbol(symbol) else { return false }
        advance()
        return true
    }

    /// Takes the keyword if it comes next.
    mutating func skipKeyword(_ keyword: String) -> Bool {
        guard current.isKeyword(keyword) else { return false }
        advance()
        return true
    }

    /// Takes the symbol, which must come next.
    mutating func expect(_ symbol: String) throws(ItemProblem) {
        guard skip(symbol) else { throw syntaxError() }
    }

    /// Refuses what is left over.
    func expectEnd() throws(ItemProblem) {
        guard current.kind == .end else { throw syntaxError() }
    }

    /// Whether the next tokens are a name and an opening parenthesis.
    var isAtFunction: Bool {
        guard case .name = current.kind, position + 1 < tokens.count else { return false }
        return tokens[position + 1].kind == .symbol("(")
    }

    /// Counts an operator or function.
    mutating func countOperator() throws(ItemProblem) {
        operators += 1
        guard operators <= Self.mostOperators else {
            throw invalid(
                "The expression contains too many operators; operator count: \(operators), maximum: \(Self.mostOperators)"
            )
        }
    }

    /// Parses something one level deeper.
    mutating func nested<Result>(
        _ parse: (inout Self) throws(ItemProblem) -> Result
    ) throws(ItemProblem) -> Result {
        depth += 1
        guard depth <= Self.deepestNesting else { throw invalid("The expression is nested too deeply") }
        let result = try parse(&self)
        depth -= 1
        return result
    }

    /// `attribute`, `#name`, `a.b[0]`
    mutating func documentPath() throws(ItemProblem) -> DocumentPath {
        var steps: [DocumentPath.Element] = [.member(try attributeName())]
        while true {
            if skip(".") {
                steps.append(.member(try attributeName()))
            } else if skip("[") {
                guard case .number(let digits) = current.kind, let index = Int(digits), index <= 0x7FFF_FFFF else {
                    throw syntaxError()
                }
                advance()
                try expect("]")
                steps.append(.element(index))
            } else {
                break
            }
            guard steps.count <= AttributeValue.deepestNesting else {
                throw invalid("The document path has too many nesting elements; nesting levels: \(steps.count)")
            }
        }
        return DocumentPath(steps: steps)
    }

    private mutating func attributeName() throws(ItemProblem) -> String {
        switch current.kind {
        case .name(let name):
            guard name.utf8.first != UInt8(ascii: "_") else { throw syntaxError() }
            advance()
            return name
        case .namePlaceholder(let placeholder):
            let name = try placeholders.name(placeholder, label: label)
            advance()
            return name
        default: throw syntaxError()
        }
    }

    /// `:value`
    mutating func value() throws(ItemProblem) -> AttributeValue {
        guard case .valuePlaceholder(let placeholder) = current.kind else { throw syntaxError() }
        let value = try placeholders.value(placeholder, label: label)
        advance()
        return value
    }

    /// `(argument, …)`, with the wanted number of arguments.
    mutating func arguments(
        of function: String,
        count: Int,
        _ argument: (inout Self) throws(ItemProblem) -> Operand
    ) throws(ItemProblem) -> [Operand] {
        try countOperator()
        try expect("(")
        var operands: [Operand] = []
        repeat { operands.append(try nested(argument)) } while skip(",")
        try expect(")")
        guard operands.count == count else {
            throw invalid(
                "Incorrect number of operands for operator or function; operator or function: \(function), "
                    + "number of operands: \(operands.count)"
            )
        }
        return operands
    }

    /// The path that a function's argument must be.
    func path(_ operand: Operand, of function: String) throws(ItemProblem) -> DocumentPath {
        guard case .path(let path) = operand else {
            throw invalid("Operator or function requires a document path; operator or function: \(function)")
        }
        return path
    }

    /// An error about the expression.
    func invalid(_ message: String) -> ItemProblem { .validation("Invalid \(label): \(message)") }

    /// An error about an operand whose type is known to be wrong.
    func wrongType(_ function: String, _ type: String) -> ItemProblem {
        invalid(
            "Incorrect operand type for operator or function; operator or function: \(function), operand type: \(type)"
        )
    }

    /// An error about the current token.
    func syntaxError() -> ItemProblem {
        let first = tokens[max(0, position - 1)]
        let last = tokens[min(tokens.count - 1, position + 1)]
        let near = String(decoding: Array(text.utf8)[first.start..<last.end], as: UTF8.self)
        return invalid(#"Syntax error; token: "\#(current.text)", near: "\#(near)""#)
    }
}
