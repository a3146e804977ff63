/// A state that goes one way or another.
///
/// Source: Amazon States Language, "Choice State".
struct ChoiceState: Sendable {
    let rules: [Rule]
    let defaultNext: String?

    /// A way out of the state.
    struct Rule: Sendable {
        let condition: any ChoiceCondition
        let next: String
        /// What becomes variables when this way is taken.
        let assignment: Assignment?
        /// What is handed on when this way is taken; `nil` for what the state says.
        let output: (any Template)?
    }

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
        var rules: [Rule] = []
        for (index, choice) in choices.enumerated() {
            guard let object = choice.objectValue else {
                fields.problem("Expected value of type Object", at: "Choices[\(index)]")
                continue
            }
            var reader = fields.reader(of: object, at: "Choices[\(index)]")
            let next = reader.requiredString("Next")
            let assignment = Assignment(&reader)
            let output = fields.language.ruleOutput(&reader)
            let condition = fields.language.condition(&reader)
            fields.add(reader)
            if let next, let condition {
                rules.append(Rule(condition: condition, next: next, assignment: assignment, output: output))
            }
        }
        self.rules = rules
    }

    /// The way to go: that of the first rule that matches; `nil` for the default.
    ///
    /// - Throws: `States.NoChoiceMatched` where no rule matches and there is no default.
    func way(_ scope: DataScope) throws(StateFailure) -> Rule? {
        for rule in rules where try rule.condition.matches(scope) { return rule }
        guard defaultNext != nil else {
            throw StateFailure(
                error: ErrorName.noChoiceMatched,
                cause: scope.cause("Failed to transition out of the state. The state does not point to a next state.")
            )
        }
        return nil
    }
}

extension StepEvaluator {
    /// Goes the way that a Choice state's rules point.
    mutating func act(_ choice: ChoiceState, of state: State, _ cursor: Cursor) throws(StateFailure) -> Move {
        let scope = scope(of: cursor)
        let seen = scope.with(try state.dataFlow.input(scope))
        let way = try choice.way(seen)
        let output = if let output = way?.output { try output.value(seen) } else { try state.dataFlow.output(seen) }
        let leaving = Leaving(
            output: output,
            assigned: try (way == nil ? state.assignment : way?.assignment)?.values(seen)
        )
        try checkOutput(leaving.output, of: state)
        let event = try recordExit(state, cursor, leaving)
        return .enter(way?.next ?? choice.defaultNext ?? "", input: leaving.output, previous: event)
    }
}
