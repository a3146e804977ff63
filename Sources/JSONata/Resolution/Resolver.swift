/// Puts an expression that was read into the shape in which it is evaluated: chains of dots become paths, predicates become
/// stages of steps, and each `%` finds the step that it means.
struct Resolver {
    /// Every `%` of the expression, by the number of its slot.
    private(set) var parents: [AncestorSlot] = []

    private init() {}

    /// The expression in shape.
    static func resolve(_ syntax: Syntax) throws(JSONataError) -> Syntax {
        var resolver = Resolver()
        let resolved = try resolver.resolve(syntax)
        if case .parent = resolved.kind { throw JSONataError(.s0217, at: resolved.position) }
        guard resolved.seekingParent.isEmpty else { throw JSONataError(.s0217, at: resolved.position) }
        return resolved
    }

    /// The part in shape.
    mutating func resolve(_ syntax: Syntax) throws(JSONataError) -> Syntax {
        let result = try shaped(syntax)
        if syntax.keepsArray { result.keepsArray = true }
        return result
    }

    private mutating func shaped(_ syntax: Syntax) throws(JSONataError) -> Syntax {
        let position = syntax.position
        switch syntax.kind {
        case .string, .number, .bool, .null, .wildcard, .descendants, .variable, .regex, .path, .sort:
            return syntax
        case .name: return name(syntax)
        case .parent: return parent(position)
        case .end: throw JSONataError(.s0207, at: position)
        case .symbol(let symbol): return try word(symbol, syntax)
        case .operation(let symbol, let left, let right):
            return symbol == .dot ? try path(left, right) : try operation(symbol, left, right, position)
        case .predicate(let left, let right): return try predicate(left, right)
        case .grouping(let left, let pairs): return try grouping(left, pairs, position)
        case .ordering(let left, let terms): return try ordering(left, terms, position)
        case .focusBinding(let left, let right): return try focusBinding(left, right, syntax)
        case .indexBinding(let left, let right): return try indexBinding(left, right)
        case .bind(let left, let right):
            let value = try resolve(right)
            return passing([value], to: Syntax(.bind(left, value), at: position))
        case .apply(let left, let right):
            let (left, right) = (try resolve(left), try resolve(right))
            let result = Syntax(.apply(left, right), at: position)
            result.keepsArray = left.keepsArray || right.keepsArray
            return result
        case .negation(let operand): return try negation(operand, position)
        case .array(let items):
            let items = try resolve(items)
            return passing(items, to: Syntax(.array(items), at: position))
        case .object(let pairs):
            let pairs = try resolve(pairs)
            return passing(pairs.flatMap { [$0.key, $0.value] }, to: Syntax(.object(pairs), at: position))
        case .call(let procedure, let arguments, let isPartial):
            let arguments = try resolve(arguments)
            let call = Syntax(.call(try resolve(procedure), arguments, isPartial: isPartial), at: position)
            return passing(arguments, to: call)
        case .lambda(let parameters, let signature, let body):
            return Syntax(.lambda(parameters: parameters, signature: signature, body: try resolve(body)), at: position)
        case .condition(let condition, let then, let otherwise):
            return try self.condition(condition, then, otherwise, position)
        case .elvis(let left, let right):
            let (left, right) = (try resolve(left), try resolve(right))
            return passing([left, right], to: Syntax(.elvis(left, right), at: position))
        case .coalescing(let left, let right):
            let (left, right) = (try resolve(left), try resolve(right))
            return passing([left, right], to: Syntax(.coalescing(left, right), at: position))
        case .transform(let pattern, let update, let deletion):
            return try transform(pattern, update, deletion, position)
        case .block(let parts): return try block(parts, position)
        }
    }

    private mutating func resolve(_ parts: [Syntax]) throws(JSONataError) -> [Syntax] {
        var resolved: [Syntax] = []
        for part in parts { resolved.append(try resolve(part)) }
        return resolved
    }

    mutating func resolve(
        _ pairs: [(key: Syntax, value: Syntax)]
    ) throws(JSONataError) -> [(key: Syntax, value: Syntax)] {
        var resolved: [(key: Syntax, value: Syntax)] = []
        for pair in pairs { resolved.append((try resolve(pair.key), try resolve(pair.value))) }
        return resolved
    }

    // MARK: Small parts

    private func name(_ syntax: Syntax) -> Syntax {
        let step = Syntax(syntax.kind, at: syntax.position)
        step.keepsArray = syntax.keepsArray
        let path = Syntax(.path([step]), at: syntax.position)
        path.keepsSingletonArray = syntax.keepsArray
        return path
    }

    private mutating func parent(_ position: Int) -> Syntax {
        let slot = AncestorSlot(index: parents.count)
        parents.append(slot)
        return Syntax(.parent(slot), at: position)
    }

    private func word(_ symbol: Symbol, _ syntax: Syntax) throws(JSONataError) -> Syntax {
        switch symbol {
        case .and, .or, .in:
            let named = Syntax(.name(symbol.rawValue), at: syntax.position)
            named.keepsArray = syntax.keepsArray
            return name(named)
        case .question: return syntax
        default: throw JSONataError(.s0201, at: syntax.position, token: symbol.rawValue)
        }
    }

    private mutating func operation(
        _ symbol: Symbol,
        _ left: Syntax,
        _ right: Syntax,
        _ position: Int
    ) throws(JSONataError) -> Syntax {
        let (left, right) = (try resolve(left), try resolve(right))
        return passing([left, right], to: Syntax(.operation(symbol, left, right), at: position))
    }

    private mutating func negation(_ operand: Syntax, _ position: Int) throws(JSONataError) -> Syntax {
        let operand = try resolve(operand)
        if case .number(let number) = operand.kind {
            let negative = Syntax(.number(-number), at: position)
            negative.predicates = operand.predicates
            return negative
        }
        return passing([operand], to: Syntax(.negation(operand), at: position))
    }

    private mutating func condition(
        _ condition: Syntax,
        _ then: Syntax,
        _ otherwise: Syntax?,
        _ position: Int
    ) throws(JSONataError) -> Syntax {
        let (condition, then) = (try resolve(condition), try resolve(then))
        let otherwise: Syntax? = if let otherwise { try resolve(otherwise) } else { nil }
        let parts = [condition, then] + (otherwise.map { [$0] } ?? [])
        return passing(parts, to: Syntax(.condition(condition, then: then, otherwise: otherwise), at: position))
    }

    private mutating func transform(
        _ pattern: Syntax,
        _ update: Syntax,
        _ deletion: Syntax?,
        _ position: Int
    ) throws(JSONataError) -> Syntax {
        let (pattern, update) = (try resolve(pattern), try resolve(update))
        let deletion: Syntax? = if let deletion { try resolve(deletion) } else { nil }
        return Syntax(.transform(pattern: pattern, update: update, deletion: deletion), at: position)
    }

    private mutating func block(_ parts: [Syntax], _ position: Int) throws(JSONataError) -> Syntax {
        let parts = try resolve(parts)
        let block = passing(parts, to: Syntax(.block(parts), at: position))
        block.isArrayConstructor = parts.contains { $0.isArrayConstructor || $0.firstStep?.isArrayConstructor ?? false }
        return block
    }
}

extension Syntax {
    /// The first step of a path.
    var firstStep: Syntax? { if case .path(let steps) = kind { steps.first } else { nil } }
    /// The steps of a path; of anything else, itself.
    var steps: [Syntax] { if case .path(let steps) = kind { steps } else { [self] } }
    /// The last step of a path, or itself.
    var lastStep: Syntax { if case .path(let steps) = kind { steps[steps.count - 1] } else { self } }
    var isPath: Bool { if case .path = kind { true } else { false } }
    var isArray: Bool { if case .array = kind { true } else { false } }
}
