extension ExpressionParser {
    /// Parses a whole `UpdateExpression`.
    mutating func update() throws(ItemProblem) -> Update {
        var update = Update()
        var sections: [String] = []
        repeat {
            let section = current.text.uppercased()
            guard case .name = current.kind, Self.sections.contains(section) else {
                throw syntaxError()
            }
            guard !sections.contains(section) else {
                throw invalid(#"The "\#(section)" section can only be used once in an update expression;"#)
            }
            sections.append(section)
            advance()
            repeat { try action(of: section, into: &update) } while skip(",")
        } while current.kind != .end
        try checkPaths(update.paths)
        return update
    }

    private static let sections = ["SET", "REMOVE", "ADD", "DELETE"]

    private mutating func action(of section: String, into update: inout Update) throws(ItemProblem) {
        try countOperator()
        let path = try documentPath()
        switch section {
        case "SET":
            try expect("=")
            update.assignments.append((path, try assignedValue()))
        case "REMOVE":
            update.removals.append(path)
        case "ADD":
            let value = try value()
            guard ["N", "SS", "NS", "BS"].contains(value.typeName) else { throw sectionType("ADD", value) }
            update.additions.append((path, value))
        default:
            let value = try value()
            guard ["SS", "NS", "BS"].contains(value.typeName) else { throw sectionType("DELETE", value) }
            update.deletions.append((path, value))
        }
    }

    private mutating func assignedValue() throws(ItemProblem) -> Operand {
        let first = try updateOperand()
        for (symbol, isSum) in [("+", true), ("-", false)] where skip(symbol) {
            try countOperator()
            let second = try updateOperand()
            for operand in [first, second] {
                if let type = operand.staticType, type != "N" { throw wrongType(symbol, type) }
            }
            return isSum ? .sum(first, second) : .difference(first, second)
        }
        return first
    }

    private mutating func updateOperand() throws(ItemProblem) -> Operand {
        if case .valuePlaceholder = current.kind { return .value(try value()) }
        if skip("(") {
            let operand = try nested { (parser) throws(ItemProblem) in try parser.assignedValue() }
            try expect(")")
            return operand
        }
        guard isAtFunction else { return .path(try documentPath()) }
        let name = advance().text
        guard name == "if_not_exists" || name == "list_append" else {
            let known = [
                "size", "attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains",
            ]
            throw known.contains(name)
                ? invalid("The function is not allowed in an update expression; function: \(name)")
                : invalid("Invalid function name; function: \(name)")
        }
        let operands = try arguments(of: name, count: 2) { (parser) throws(ItemProblem) in try parser.updateOperand() }
        if name == "if_not_exists" { return .ifNotExists(try path(operands[0], of: name), operands[1]) }
        for operand in operands {
            if let type = operand.staticType, type != "L" { throw wrongType(name, type) }
        }
        return .listAppend(operands[0], operands[1])
    }

    private func checkPaths(_ paths: [DocumentPath]) throws(ItemProblem) {
        for (index, path) in paths.enumerated() {
            for other in paths[..<index] {
                guard let clash = other.clash(with: path) else { continue }
                throw invalid(
                    "Two document paths \(clash) with each other; must remove or rewrite one of these paths; "
                        + "path one: \(other.description), path two: \(path.description)"
                )
            }
        }
    }

    private func sectionType(_ section: String, _ value: AttributeValue) -> ItemProblem {
        let names = [
            "S": "STRING", "N": "NUMBER", "B": "BINARY", "BOOL": "BOOLEAN", "NULL": "NULL", "L": "LIST", "M": "MAP",
        ]
        return invalid(
            "Incorrect operand type for operator or function; operator: \(section), "
                + "operand type: \(names[value.typeName] ?? value.typeName), typeset: ALLOWED_FOR_\(section)_OPERAND"
        )
    }
}
