/// A state that goes one way or another.
struct ChoiceState: Sendable {
    let rules: [(rule: ChoiceRule, next: String)]
    let defaultNext: String?

    init?(_ fields: inout FieldReader) {
        defaultNext = fields.string("Default")
        guard let choices = fields.take("Choices") else {
            fields.problem("The field 'Choices' is required but was missing")
            return nil
        }
        guard let choices = choices.arrayValue, !choices.isEmpty else {
            fields.problem("Expected a non-empty array of choice rules", at: "Choices")
            return nil
        }
        var rules: [(rule: ChoiceRule, next: String)] = []
        for (index, choice) in choices.enumerated() {
            let place = "\(fields.location)/Choices[\(index)]"
            guard let object = choice.objectValue else {
                fields.problem("Expected value of type Object", at: "Choices[\(index)]")
                continue
            }
            var reader = FieldReader(object, at: place)
            let next = reader.requiredString("Next")
            let rule = ChoiceRule(&reader)
            fields.add(reader.problems)
            if let next, let rule { rules.append((rule, next)) }
        }
        self.rules = rules
    }

    /// The state to go to.
    ///
    /// - Throws: `States.NoChoiceMatched` where no rule matches and there is no default.
    func next(_ scope: DataScope) throws(StateFailure) -> String {
        for (rule, next) in rules where try rule.matches(scope) { return next }
        guard let defaultNext else {
            throw StateFailure(
                error: ErrorName.noChoiceMatched,
                cause: scope.cause("Failed to transition out of the state. The state does not point to a next state.")
            )
        }
        return defaultNext
    }
}
