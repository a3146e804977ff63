/// Turns an expression in shape into what evaluates it.
struct Compiler {
    let dialect: Dialect

    func compile(_ syntax: Syntax) -> any Node { compile(syntax, isTail: false) }

    /// - Parameter isTail: Whether a lambda ends with it.
    private func compile(_ syntax: Syntax, isTail: Bool) -> any Node {
        let isPath = syntax.isPath
        let group = isPath ? nil : syntax.group.map { object($0, syntax.position) }
        let isPlain = syntax.predicates.isEmpty && group == nil && !syntax.keepsArray
        let node = node(syntax, isTail: isTail && isPlain)
        if isPlain { return node }
        return SelectionNode(
            node,
            syntax.predicates.map { Filter(compile($0)) },
            group,
            keepsArray: syntax.keepsArray
        )
    }

    private func node(_ syntax: Syntax, isTail: Bool) -> any Node {
        let position = syntax.position
        switch syntax.kind {
        case .name(let name): return NameNode(name)
        case .variable(let name): return VariableNode(name, dialect)
        case .string(let text): return LiteralNode(.string(text))
        case .number(let number): return LiteralNode(.number(number))
        case .bool(let bool): return LiteralNode(.bool(bool))
        case .regex(let pattern): return PatternNode(pattern)
        case .wildcard: return WildcardNode()
        case .descendants: return DescendantsNode()
        case .parent(let slot): return ParentNode(slot?.label ?? "")
        case .operation(let symbol, let left, let right): return operation(symbol, left, right, position)
        case .bind(let left, let right): return BindNode(left.variable, compile(right))
        case .apply(let left, let right): return ApplyNode(compile(left), compile(right), at: position)
        case .negation(let operand): return NegationNode(compile(operand), at: position)
        case .array(let items):
            return ArrayNode(
                items.map { ArrayNode.Item(node: compile($0), isArray: $0.isArray) },
                isConstructed: syntax.isArrayConstructor
            )
        case .object(let pairs): return object(pairs, position)
        case .call(let procedure, let arguments, let isPartial):
            return call(procedure, arguments, isPartial: isPartial, isTail: isTail, position)
        case .lambda(let parameters, let signature, let body):
            return LambdaNode(parameters, signature, compile(body, isTail: true))
        case .condition(let condition, let then, let otherwise):
            return ConditionNode(
                compile(condition),
                then: compile(then, isTail: isTail),
                otherwise: otherwise.map { compile($0, isTail: isTail) }
            )
        case .elvis(let left, let right):
            return AlternativeNode(compile(left), otherwise: compile(right, isTail: isTail), asksForTruth: true)
        case .coalescing(let left, let right):
            return AlternativeNode(compile(left), otherwise: compile(right, isTail: isTail), asksForTruth: false)
        case .transform(let pattern, let update, let deletion):
            return TransformNode(compile(pattern), compile(update), deletion.map { compile($0) }, at: position)
        case .block(let parts): return block(parts, isTail: isTail)
        case .path(let steps): return path(steps, syntax)
        case .sort(let terms):
            return SortNode(
                terms.map { SortNode.Term(isDescending: $0.isDescending, node: compile($0.expression)) },
                at: position
            )
        case .null, .symbol, .end, .predicate, .grouping, .ordering, .focusBinding, .indexBinding:
            // But for null, these are gone since the expression is in shape.
            return LiteralNode(.null)
        }
    }

    private func operation(_ symbol: Symbol, _ left: Syntax, _ right: Syntax, _ position: Int) -> any Node {
        let (left, right) = (compile(left), compile(right))
        return switch symbol {
        case .plus, .minus, .star, .slash, .percent: ArithmeticNode(symbol, left, right, at: position)
        case .and, .or: LogicNode(isAnd: symbol == .and, left, right)
        case .ampersand: ConcatenationNode(left, right)
        case .range: RangeNode(left, right, at: position)
        default: ComparisonNode(symbol, left, right, at: position)
        }
    }

    private func object(_ pairs: [(key: Syntax, value: Syntax)], _ position: Int) -> ObjectNode {
        ObjectNode(pairs.map { ObjectNode.Pair(key: compile($0.key), value: compile($0.value)) }, at: position)
    }

    private func call(
        _ procedure: Syntax,
        _ arguments: [Syntax],
        isPartial: Bool,
        isTail: Bool,
        _ position: Int
    ) -> any Node {
        let node = compile(procedure)
        let plainName = (node as? PathNode)?.plainName
        let name = plainName ?? (node as? VariableNode)?.name.text
        if isPartial {
            let arguments = arguments.map { argument -> (any Node)? in
                if case .symbol(.question) = argument.kind { nil } else { compile(argument) }
            }
            return PartialCallNode(node, arguments, name: name, isPlainName: plainName != nil, at: position)
        }
        return CallNode(
            node,
            arguments.map { compile($0) },
            name: name,
            isPlainName: plainName != nil,
            isTail: isTail,
            at: position
        )
    }

    private func block(_ parts: [Syntax], isTail: Bool) -> any Node {
        let nodes = parts.enumerated().map { compile($1, isTail: isTail && $0 == parts.count - 1) }
        return BlockNode(nodes, hasScope: parts.contains { $0.bindsVariable })
    }

    private func path(_ steps: [Syntax], _ syntax: Syntax) -> any Node {
        PathNode(
            steps.map(step),
            keepsTuples: syntax.isTuple,
            keepsSingleton: syntax.keepsSingletonArray,
            group: syntax.group.map { object($0, syntax.position) }
        )
    }

    private func step(_ syntax: Syntax) -> PathNode.Step {
        var step = PathNode.Step(node: compile(syntax))
        step.stages = syntax.stages.map { stage in
            switch stage {
            case .filter(let filter): .filter(Filter(compile(filter)))
            case .index(let name): .index(Name(name))
            }
        }
        step.focus = syntax.focus.map { Name($0) }
        step.index = syntax.index.map { Name($0) }
        step.ancestor = syntax.ancestor.map { Name($0.label) }
        step.isTuple = syntax.isTuple
        if case .variable = syntax.kind { step.isVariable = true }
        step.isArrayConstructor = syntax.isArray && syntax.isArrayConstructor
        return step
    }
}

extension Syntax {
    fileprivate var variable: String { if case .variable(let name) = kind { name } else { "" } }

    /// Whether evaluating it may bind a variable of the block it stands in.
    fileprivate var bindsVariable: Bool {
        switch kind {
        case .name, .variable, .string, .number, .bool, .null, .regex, .wildcard, .descendants, .parent, .lambda: false
        default: true
        }
    }
}
