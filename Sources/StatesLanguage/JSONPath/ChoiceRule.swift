/// A compiled choice rule: what is compared, and how comparisons are combined.
///
/// Source: Amazon States Language, "Choice State (JSONPath)".
indirect enum ChoiceRule: ChoiceCondition {
    case and([ChoiceRule])
    case or([ChoiceRule])
    case not(ChoiceRule)
    case test(variable: Path, Comparison)

    /// Compiles a rule, and reports the fields that are not part of it.
    init?(_ fields: inout FieldReader) {
        _ = fields.take("Comment")
        if fields.has("Condition") {
            _ = fields.take("Condition")
            fields.problem("The field 'Condition' is only supported when 'QueryLanguage' is 'JSONata'", at: "Condition")
            return nil
        }
        let operators = ["And", "Or", "Not"].filter(fields.has)
        if let name = operators.first {
            guard operators.count == 1, !fields.has("Variable") else {
                fields.problem("Only one of 'And', 'Or', 'Not' and a comparison may be given", at: name)
                return nil
            }
            guard let rule = Self.combined(name, &fields) else { return nil }
            self = rule
            fields.finish()
        } else {
            guard fields.has("Variable") else {
                fields.problem("The field 'Variable' is required but was missing")
                return nil
            }
            let variable = fields.path("Variable")
            let comparison = Comparison(&fields)
            fields.finish()
            guard let variable, let comparison else { return nil }
            self = .test(variable: variable, comparison)
        }
    }

    private static func combined(_ name: String, _ fields: inout FieldReader) -> ChoiceRule? {
        let value = fields.take(name)
        if name == "Not" {
            guard let object = value?.objectValue else {
                fields.problem("Expected value of type Object", at: name)
                return nil
            }
            return nested(object, at: name, &fields).map(ChoiceRule.not)
        }
        guard let array = value?.arrayValue, !array.isEmpty else {
            fields.problem("Expected a non-empty array of choice rules", at: name)
            return nil
        }
        var rules: [ChoiceRule] = []
        for (index, element) in array.enumerated() {
            guard let object = element.objectValue else {
                fields.problem("Expected value of type Object", at: "\(name)[\(index)]")
                return nil
            }
            guard let rule = nested(object, at: "\(name)[\(index)]", &fields) else { return nil }
            rules.append(rule)
        }
        return name == "And" ? .and(rules) : .or(rules)
    }

    /// How deep rules may stand in each other.
    private static let deepest = 64

    private static func nested(_ object: JSONObject, at place: String, _ fields: inout FieldReader) -> ChoiceRule? {
        var reader = fields.reader(of: object, at: place)
        reader.ruleDepth = fields.ruleDepth + 1
        guard reader.ruleDepth <= deepest else {
            fields.problem("Choice rules must not stand in each other more than \(deepest) deep", at: place)
            return nil
        }
        if reader.has("Next") {
            _ = reader.take("Next")
            reader.problem("'Next' is allowed in top-level choice rules only", at: "Next")
        }
        if reader.has("Assign") {
            _ = reader.take("Assign")
            reader.problem("'Assign' is allowed in top-level choice rules only", at: "Assign")
        }
        let rule = ChoiceRule(&reader)
        fields.add(reader)
        return rule
    }

    func matches(_ scope: DataScope) throws(StateFailure) -> Bool {
        switch self {
        case .and(let rules):
            for rule in rules where try !rule.matches(scope) { return false }
            return true
        case .or(let rules):
            for rule in rules where try rule.matches(scope) { return true }
            return false
        case .not(let rule):
            return try !rule.matches(scope)
        case .test(let variable, let comparison):
            return try comparison.holds(for: variable, scope)
        }
    }
}
