/// `Condition` of a choice rule: an expression that is true or false, or one of the two.
struct ExpressionCondition: ChoiceCondition {
    private enum Source: Sendable {
        case fixed(Bool)
        case expression(StateExpression)
    }

    private let source: Source

    /// Reads the rest of a rule, and reports the fields that are not part of it.
    init?(_ fields: inout FieldReader) {
        _ = fields.take("Comment")
        let condition = fields.take("Condition")
        if condition == nil { fields.problem("The field 'Condition' is required but was missing") }
        fields.finish()
        switch condition {
        case .bool(let value)?: source = .fixed(value)
        case .string(let text)? where ExpressionText.isExpression(text):
            guard let expression = fields.expression(text, at: "Condition", expecting: .boolean) else { return nil }
            source = .expression(expression)
        case let value?:
            fields.problem(
                "Expected value of type Boolean or a JSONata expression: \(value.excerpt())",
                at: "Condition"
            )
            return nil
        case nil: return nil
        }
    }

    func matches(_ scope: DataScope) throws(StateFailure) -> Bool {
        switch source {
        case .fixed(let value): value
        case .expression(let expression): try expression.value(scope) == .bool(true)
        }
    }
}
