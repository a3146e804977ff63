extension ConditionExpression {
    /// A `KeyConditionExpression` as its conditions, one for each attribute: `[comparator, path, value]`, with another value for
    /// BETWEEN.
    func keyConditions() throws(ItemProblem) -> [ConditionExpression] {
        let conditions = try conjuncts()
        guard conditions.count <= 2 else { throw .validation("Conditions can be of length 1 or 2 only") }
        var names: Set<Spelling> = []
        for condition in conditions {
            guard names.insert(Spelling(condition.keyValues.name)).inserted else {
                throw .validation("KeyConditionExpressions must only contain one condition per key")
            }
        }
        return conditions
    }

    /// The attribute and the value of a condition on a key that asks for one value.
    var keyValues: (name: String, equal: AttributeValue?) {
        switch self {
        case .comparison(let comparator, .path(let path), .value(let value)):
            (path.attribute, comparator == .equal ? value : nil)
        case .between(.path(let path), _, _), .beginsWith(.path(let path), _): (path.attribute, nil)
        default: ("", nil)
        }
    }

    private func conjuncts() throws(ItemProblem) -> [ConditionExpression] {
        switch self {
        case .and(let first, let second): return try first.conjuncts() + second.conjuncts()
        case .or: throw Self.invalidOperator("OR")
        case .not: throw Self.invalidOperator("NOT")
        case .isIn: throw Self.invalidOperator("IN")
        case .exists: throw Self.invalidOperator("attribute_exists")
        case .notExists: throw Self.invalidOperator("attribute_not_exists")
        case .hasType: throw Self.invalidOperator("attribute_type")
        case .contains: throw Self.invalidOperator("contains")
        case .comparison(.unequal, _, _): throw Self.invalidOperator("<>")
        case .comparison(let comparator, let first, let second):
            if case .value = first, case .path = second {
                return [
                    try ConditionExpression.comparison(comparator.mirrored, second, first).checked([second, first])
                ]
            }
            return [try checked([first, second])]
        case .between(let operand, let lower, let upper): return [try checked([operand, lower, upper])]
        case .beginsWith(let operand, let prefix): return [try checked([operand, prefix])]
        }
    }

    /// The same, where the first operand is an attribute and the others are values.
    private func checked(_ operands: [Operand]) throws(ItemProblem) -> ConditionExpression {
        var paths = 0
        for operand in operands {
            switch operand {
            case .path(let path):
                guard path.isTopLevel else {
                    throw .validation("KeyConditionExpressions cannot have conditions on nested attributes")
                }
                paths += 1
            case .value: break
            default: throw Self.invalidOperator("size")
            }
        }
        guard paths < 2 else {
            throw .validation(
                "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"
            )
        }
        guard case .path = operands[0] else {
            throw .validation("Invalid condition in KeyConditionExpression: No key attribute specified")
        }
        return self
    }

    private static func invalidOperator(_ name: String) -> ItemProblem {
        .validation("Invalid operator used in KeyConditionExpression: \(name)")
    }
}

extension ConditionExpression.Comparator {
    /// The one that says the same of operands in the other order.
    fileprivate var mirrored: Self {
        switch self {
        case .equal, .unequal: self
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        }
    }
}
