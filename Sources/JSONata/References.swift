/// The variables that an expression takes from outside, and what it asks of them.
public struct References: Sendable {
    /// A variable, and the names that follow it in a path: `states` and `input`, `id` for `$states.input.id`.
    public struct Reference: Sendable {
        /// The variable's name, without its `$`.
        public let name: String
        /// The names behind it.
        public let path: [String]
    }

    /// In the order of the expression; each once. Functions that are called by their names are among them.
    public private(set) var all: [Reference] = []
    /// What the expression is, where it is nothing but a variable and names behind it.
    public private(set) var plain: Reference?
    private var known: Set<Spelling> = []

    /// Looks an expression through.
    ///
    /// - Throws: ``JSONataError`` where it cannot be read.
    public init(in text: String) throws(JSONataError) {
        let syntax = try Resolver.resolve(try Parser.parse(text))
        plain = syntax.isUnadorned ? syntax.reference.flatMap { $0.isWhole ? $0.reference : nil } : nil
        var bound: Set<Spelling> = []
        look(at: syntax, &bound)
    }

    // MARK: Looking

    private mutating func refer(to reference: Reference, _ bound: Set<Spelling>) {
        guard !reference.name.isEmpty, reference.name != "$", !bound.contains(reference.name) else { return }
        let spelling = ([reference.name] + reference.path).joined(separator: "\u{0}")
        if known.insert(spelling).inserted { all.append(reference) }
    }

    /// - Parameter bound: The variables of the expression's own.
    private mutating func look(at syntax: Syntax, _ bound: inout Set<Spelling>) {
        switch syntax.kind {
        case .name, .string, .number, .bool, .null, .regex, .wildcard, .descendants, .parent, .symbol, .end: break
        case .variable(let name): refer(to: Reference(name: name, path: []), bound)
        case .operation(_, let left, let right), .predicate(let left, let right), .apply(let left, let right),
            .elvis(let left, let right), .coalescing(let left, let right), .focusBinding(let left, let right),
            .indexBinding(let left, let right):
            look(at: left, &bound)
            look(at: right, &bound)
        case .bind(let left, let right):
            look(at: right, &bound)
            if case .variable(let name) = left.kind { bound.insert(name) }
        case .negation(let operand): look(at: operand, &bound)
        case .grouping(let left, let pairs):
            look(at: left, &bound)
            look(at: pairs, &bound)
        case .ordering(let left, let terms):
            look(at: left, &bound)
            for term in terms { look(at: term.expression, &bound) }
        case .array(let items): for item in items { look(at: item, &bound) }
        case .object(let pairs): look(at: pairs, &bound)
        case .call(let procedure, let arguments, _):
            look(at: procedure, &bound)
            for argument in arguments { look(at: argument, &bound) }
        case .lambda(let parameters, _, let body):
            var inner = bound
            for name in parameters { inner.insert(name) }
            look(at: body, &inner)
        case .condition(let condition, let then, let otherwise):
            look(at: condition, &bound)
            look(at: then, &bound)
            if let otherwise { look(at: otherwise, &bound) }
        case .transform(let pattern, let update, let deletion):
            look(at: pattern, &bound)
            look(at: update, &bound)
            if let deletion { look(at: deletion, &bound) }
        case .block(let parts):
            var inner = bound
            for part in parts { look(at: part, &inner) }
        case .path(let steps):
            look(at: steps, of: syntax, bound)
            return
        case .sort(let terms): for term in terms { look(at: term.expression, &bound) }
        }
        lookAround(syntax, &bound)
    }

    private mutating func look(at steps: [Syntax], of path: Syntax, _ bound: Set<Spelling>) {
        var inner = bound
        var rest = steps[...]
        if let (reference, _) = path.reference {
            refer(to: reference, bound)
            lookAround(steps[0], &inner)
            rest = rest.dropFirst()
        }
        for step in rest { look(at: step, &inner) }
        lookAround(path, &inner)
    }

    /// Looks at what belongs to a part beside what it is: its predicates, its groups, the variables that it binds.
    private mutating func lookAround(_ syntax: Syntax, _ bound: inout Set<Spelling>) {
        for name in [syntax.focus, syntax.index] { if let name { bound.insert(name) } }
        for predicate in syntax.predicates { look(at: predicate, &bound) }
        for stage in syntax.stages {
            switch stage {
            case .filter(let filter): look(at: filter, &bound)
            case .index(let name): bound.insert(name)
            }
        }
        if let group = syntax.group { look(at: group, &bound) }
    }

    private mutating func look(at pairs: [(key: Syntax, value: Syntax)], _ bound: inout Set<Spelling>) {
        for pair in pairs {
            look(at: pair.key, &bound)
            look(at: pair.value, &bound)
        }
    }
}

extension Syntax {
    /// Whether nothing more is done to it than it says itself.
    fileprivate var isUnadorned: Bool {
        !keepsArray && !keepsSingletonArray && predicates.isEmpty && stages.isEmpty && group == nil && focus == nil
            && index == nil && !isTuple && ancestor == nil
    }

    /// The variable that it begins with, and the names behind that; `isWhole` where there is nothing else in it.
    fileprivate var reference: (reference: References.Reference, isWhole: Bool)? {
        guard case .variable(let variable) = steps[0].kind else { return nil }
        var path: [String] = []
        var isWhole = steps[0].isUnadorned
        for step in steps.dropFirst() {
            guard isWhole, case .name(let name) = step.kind else {
                isWhole = false
                break
            }
            path.append(name)
            isWhole = step.isUnadorned
        }
        return (References.Reference(name: variable, path: path), isWhole)
    }
}

extension Dialect {
    /// Whether there is a function of a name.
    public func hasFunction(_ name: String) -> Bool { functions[Spelling(name)] != nil }
}
