extension ExpressionParser {
    /// Parses a whole `ConditionExpression`.
    mutating func condition() throws(ItemProblem) -> ConditionExpression {
        let condition = try disjunction()
        try expectEnd()
        return condition
    }

    private mutating func disjunction() throws(ItemProblem) -> ConditionExpression {
        var condition = try conjunction()
        while skipKeyword("OR") {
            try countOperator()
            condition = .or(condition, try conjunction())
        }
        return condition
    }

    private mutating func conjunction() throws(ItemProblem) -> ConditionExpression {
        var condition = try negation()
        while skipKeyword("AND") {
            try countOperator()
            condition = .and(condition, try negation())
        }
        return condition
    }

    private mutating func negation() throws(ItemProblem) -> ConditionExpression {
        guard current.isKeyword("NOT") else { return try primary() }
        advance()
        try countOperator()
        return .not(try nested { (parser) throws(ItemProblem) in try parser.negation() })
    }

    private mutating func primary() throws(ItemProblem) -> ConditionExpression {
        if skip("(") {
            let condition = try nested { (parser) throws(ItemProblem) in try parser.disjunction() }
            try expect(")")
            return condition
        }
        if isAtFunction, let function = try predicate() { return function }
        let operand = try conditionOperand()
        try countOperator()
        if skipKeyword("BETWEEN") {
            let lower = try conditionOperand()
            guard skipKeyword("AND") else { throw syntaxError() }
            return try between(operand, lower, try conditionOperand())
        }
        if skipKeyword("IN") {
            try expect("(")
            var candidates: [Operand] = []
            repeat { candidates.append(try conditionOperand()) } while skip(",")
            try expect(")")
            guard candidates.count <= 100 else {
                throw invalid(
                    "The IN operator has too many operands; number of operands: \(candidates.count)"
                )
            }
            return .isIn(operand, candidates)
        }
        guard case .symbol(let symbol) = current.kind, let comparator = ConditionExpression.Comparator(rawValue: symbol)
        else {
            throw syntaxError()
        }
        advance()
        let other = try conditionOperand()
        if comparator != .equal, comparator != .unequal {
            for side in [operand, other] { try checkOrdered(side, comparator.rawValue) }
        }
        return .comparison(comparator, operand, other)
    }

    private mutating func conditionOperand() throws(ItemProblem) -> Operand {
        if case .valuePlaceholder = current.kind { return .value(try value()) }
        guard isAtFunction else { return .path(try documentPath()) }
        let name = advance().text
        guard name == "size" else { throw functionProblem(name) }
        let operands = try arguments(of: name, count: 1) { (parser) throws(ItemProblem) in
            try parser.conditionOperand()
        }
        return .size(try path(operands[0], of: name))
    }

    /// A function that is a condition by itself; `nil` for `size`, which is an operand.
    private mutating func predicate() throws(ItemProblem) -> ConditionExpression? {
        let name = current.text
        let counts = [
            "attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2, "contains": 2,
        ]
        guard let count = counts[name] else {
            if name == "size" { return nil }
            throw functionProblem(name)
        }
        advance()
        let operands = try arguments(of: name, count: count) { (parser) throws(ItemProblem) in
            try parser.conditionOperand()
        }
        switch name {
        case "attribute_exists": return .exists(try path(operands[0], of: name))
        case "attribute_not_exists": return .notExists(try path(operands[0], of: name))
        case "attribute_type":
            guard case .value(.string(let type)) = operands[1] else {
                throw wrongType(name, operands[1].staticType ?? "PATH")
            }
            let types = ["S", "SS", "N", "NS", "B", "BS", "BOOL", "NULL", "L", "M"]
            guard types.contains(type) else {
                throw invalid(
                    "Invalid attribute type name found; type: \(type), valid types: {\(types.sorted().joined(separator: ","))}"
                )
            }
            return .hasType(try path(operands[0], of: name), type)
        case "begins_with":
            for operand in operands {
                if let type = operand.staticType, type != "S", type != "B" { throw wrongType(name, type) }
            }
            return .beginsWith(operands[0], operands[1])
        default:
            return .contains(operands[0], operands[1])
        }
    }

    private func functionProblem(_ name: String) -> ItemProblem {
        ["if_not_exists", "list_append"].contains(name)
            ? invalid("The function is not allowed in a condition expression; function: \(name)")
            : invalid("Invalid function name; function: \(name)")
    }

    private func checkOrdered(_ operand: Operand, _ comparator: String) throws(ItemProblem) {
        guard let type = operand.staticType, !["S", "N", "B"].contains(type) else { return }
        throw invalid("Incorrect operand type for operator or function; operator: \(comparator), operand type: \(type)")
    }

    private func between(
        _ operand: Operand,
        _ lower: Operand,
        _ upper: Operand
    ) throws(ItemProblem) -> ConditionExpression {
        for side in [operand, lower, upper] { try checkOrdered(side, "BETWEEN") }
        if case .value(let low) = lower, case .value(let high) = upper, low.typeName != high.typeName {
            throw invalid(
                "The BETWEEN operator requires same data type for lower and upper bounds; "
                    + "lower bound operand: AttributeValue: {\(low.typeName)}, "
                    + "upper bound operand: AttributeValue: {\(high.typeName)}"
            )
        }
        return .between(operand, lower, upper)
    }
}
