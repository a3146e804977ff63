/// `Items`: the array whose items a Map state goes through; without it, the state's input.
///
/// Source: AWS Step Functions developer guide, "Map workflow state", "Items".
struct ExpressionItems: ItemSource {
    private enum Source: Sendable {
        case input
        case template(ExpressionTemplate)
        case expression(StateExpression)
    }

    private let source: Source

    init(_ fields: inout FieldReader) {
        switch fields.take("Items") {
        case nil: source = .input
        case .string(let text)? where ExpressionText.isExpression(text):
            source = .expression(fields.expression(text, at: "Items", expecting: .array) ?? .broken)
        case .array(let items)?: source = .template(fields.expressionTemplate(.array(items), at: "Items"))
        case let value?:
            fields.problem("Expected value of type Array or a JSONata expression: \(value.excerpt())", at: "Items")
            source = .input
        }
    }

    func items(_ scope: DataScope) throws(StateFailure) -> [JSON] {
        let value =
            switch source {
            case .input: scope.input
            case .template(let template): try template.value(scope)
            case .expression(let expression): try expression.value(scope)
            }
        guard let items = value.arrayValue else {
            throw scope.evaluationError("Map state input must be an array but was: \(value.excerpt())", at: nil)
        }
        // An expression can make more of them than any input holds.
        if let failure = DataLimit.failure(of: Payload(value), "state's iterations", scope) { throw failure }
        return items
    }
}
