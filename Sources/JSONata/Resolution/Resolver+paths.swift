extension Resolver {
    /// A dot: the steps of both sides behind each other.
    mutating func path(_ left: Syntax, _ right: Syntax) throws(JSONataError) -> Syntax {
        let first = try resolve(left)
        let path = first.isPath ? first : Syntax(.path([first]), at: first.position)
        if !first.isPath, case .parent(let slot?) = first.kind { path.seekingParent = [slot] }
        var steps = path.steps
        let rest = try resolve(right)
        if case .path(let more) = rest.kind {
            steps += more
        } else {
            rest.stages += rest.predicates.map { .filter($0) }
            rest.predicates = []
            steps.append(rest)
        }
        for (index, step) in steps.enumerated() { steps[index] = try asStep(step) }
        path.kind = .path(steps)
        if steps.contains(where: \.keepsArray) { path.keepsSingletonArray = true }
        if steps[0].isArray { steps[0].isArrayConstructor = true }
        if steps[steps.count - 1].isArray { steps[steps.count - 1].isArrayConstructor = true }
        try resolveAncestry(of: path)
        return path
    }

    /// A literal as a step: a string is a name, and nothing else makes sense.
    private func asStep(_ step: Syntax) throws(JSONataError) -> Syntax {
        switch step.kind {
        case .string(let text): step.kind = .name(text)
        case .number, .bool, .null:
            throw JSONataError(.s0213, at: step.position, fields: [("value", step.literalText)])
        default: break
        }
        return step
    }

    mutating func predicate(_ left: Syntax, _ right: Syntax) throws(JSONataError) -> Syntax {
        let result = try resolve(left)
        let step = result.lastStep
        guard step.group == nil else { throw JSONataError(.s0209, at: right.position) }
        let filter = try resolve(right)
        for slot in filter.seekingParent {
            if slot.level == 1 { try seekParent(step, slot) } else { slot.level -= 1 }
        }
        pass(filter, to: step)
        if result.isPath { step.stages.append(.filter(filter)) } else { step.predicates.append(filter) }
        return result
    }

    mutating func grouping(
        _ left: Syntax,
        _ pairs: [(key: Syntax, value: Syntax)],
        _ position: Int
    ) throws(JSONataError) -> Syntax {
        let result = try resolve(left)
        guard result.group == nil else { throw JSONataError(.s0210, at: position) }
        result.group = try resolve(pairs)
        return result
    }

    mutating func ordering(
        _ left: Syntax,
        _ terms: [Syntax.SortTerm],
        _ position: Int
    ) throws(JSONataError) -> Syntax {
        let first = try resolve(left)
        let path = first.isPath ? first : Syntax(.path([first]), at: first.position)
        let sort = Syntax(.sort([]), at: position)
        var resolved: [Syntax.SortTerm] = []
        for term in terms {
            let expression = try resolve(term.expression)
            pass(expression, to: sort)
            resolved.append(Syntax.SortTerm(isDescending: term.isDescending, expression: expression))
        }
        sort.kind = .sort(resolved)
        path.kind = .path(path.steps + [sort])
        try resolveAncestry(of: path)
        return path
    }

    mutating func focusBinding(_ left: Syntax, _ right: Syntax, _ syntax: Syntax) throws(JSONataError) -> Syntax {
        let result = try resolve(left)
        let step = result.lastStep
        guard step.stages.isEmpty, step.predicates.isEmpty else { throw JSONataError(.s0215, at: syntax.position) }
        if case .sort = step.kind { throw JSONataError(.s0216, at: syntax.position) }
        if syntax.keepsArray { step.keepsArray = true }
        step.focus = right.variableName
        step.isTuple = true
        return result
    }

    mutating func indexBinding(_ left: Syntax, _ right: Syntax) throws(JSONataError) -> Syntax {
        var result = try resolve(left)
        let step = result.lastStep
        if !result.isPath {
            result = Syntax(.path([step]), at: step.position)
            step.stages += step.predicates.map { .filter($0) }
            step.predicates = []
        }
        if step.stages.isEmpty {
            step.index = right.variableName
        } else {
            step.stages.append(.index(right.variableName))
        }
        step.isTuple = true
        return result
    }
}

extension Syntax {
    /// The name of a variable.
    fileprivate var variableName: String { if case .variable(let name) = kind { name } else { "" } }

    /// A literal as JSON text.
    fileprivate var literalText: String {
        switch kind {
        case .number(let number): NumberText.text(number)
        case .bool(let bool): bool ? "true" : "false"
        default: "null"
        }
    }
}
