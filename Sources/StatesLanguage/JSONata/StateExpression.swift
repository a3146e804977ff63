import JSONata

/// An expression of a state: read once, and evaluated whenever its field is needed. A class, since a step hands it around.
final class StateExpression: Query {
    /// Without its marks.
    let text: String
    /// Where it stands in the state: for errors, and random values differ by it.
    private let field: String
    /// `nil` in the place of one that cannot be read: the definition is refused.
    private let expression: JSONata.Expression?
    /// A variable and names behind it, where it is no more than that.
    private let plain: References.Reference?
    /// The variables that it takes from the state.
    private let variables: [String]
    private let states: StatesVariable.Members
    /// The type that its value must have; `nil` for any.
    private let type: JSONType?

    init(
        _ text: String,
        _ expression: JSONata.Expression,
        _ references: References,
        field: String,
        expecting type: JSONType?
    ) {
        self.text = text
        self.field = field
        self.expression = expression
        self.type = type
        plain = references.plain
        var variables: Set<Spelling> = []
        self.variables = references.all.map(\.name).filter {
            $0 != StatesVariable.name && variables.insert($0).inserted
        }
        states = references.all.reduce([]) { states, reference in
            reference.name == StatesVariable.name ? states.union(StatesVariable.Members(reference.path.first)) : states
        }
    }

    private init() {
        text = ""
        field = ""
        expression = nil
        plain = nil
        variables = []
        states = []
        type = nil
    }

    /// In the place of one that cannot be read: the definition is refused.
    static let broken = StateExpression()

    /// Whether it looks at what the state came to.
    var seesOutcome: Bool { !states.isDisjoint(with: [.result, .errorOutput]) }

    func finds(_ scope: DataScope) -> Bool { true }

    func value(_ scope: DataScope) throws(StateFailure) -> JSON {
        guard let value = try found(scope) else { throw failure("returned nothing (undefined).", scope) }
        scope.work.spend(on: value)
        try scope.checkWork()
        if let type, JSONType(of: value) != type {
            throw failure(
                "returned an unexpected result type. Expected '\(type.rawValue)', but was "
                    + "'\(JSONType(of: value).rawValue)' for value: \(value.excerpt())",
                scope
            )
        }
        return value
    }

    func failure(path: String, expression: String, _ scope: DataScope) -> StateFailure {
        scope.evaluationError(expression, at: field)
    }

    private func failure(_ what: String, _ scope: DataScope) -> StateFailure {
        scope.evaluationError(
            "The JSONata expression '\(text)' specified for the field '\(field)' \(what)",
            at: field
        )
    }

    // MARK: Evaluating

    /// `nil` for nothing.
    private func found(_ scope: DataScope) throws(StateFailure) -> JSON? {
        if let plain, case .value(let value) = scope.value(of: plain) { return value }
        guard let expression else { return nil }
        var bindings = JSONObject(minimumCapacity: variables.count + 1)
        for name in variables { bindings[name] = scope.variables[name] }
        if !states.isEmpty { bindings[StatesVariable.name] = StatesVariable.value(states, scope) }
        var environment = Environment(milliseconds: scope.now.milliseconds, random: FieldRandom(scope, field))
        let budget = Budget(units: scope.work.unitsLeft)
        defer { scope.work.spend(budget.used) }
        let outcome: JSONata.Expression.Outcome
        do throws(JSONataError) {
            outcome = try expression.outcome(nil, bindings: bindings, environment: &environment, budget: budget)
        } catch {
            if budget.used > budget.units { throw scope.runtimeError(WorkBudget.reason) }
            throw failure("threw an error during evaluation. \(error)", scope)
        }
        switch outcome {
        case .undefined: return nil
        case .value(let value): return value
        case .function: throw failure("returned an unsupported result type.", scope)
        }
    }
}

extension FieldReader {
    /// An expression with its marks; `nil` where it cannot be read.
    ///
    /// - Parameters:
    ///   - place: Where it stands in the object.
    ///   - type: The type that its value must have; `nil` for any.
    mutating func expression(
        _ marked: String,
        at place: String,
        expecting type: JSONType? = nil
    ) -> StateExpression? {
        let text = ExpressionText.expression(in: marked)
        let dialect = Dialect.stepFunctions
        do throws(JSONataError) {
            let expression = try JSONata.Expression(parsing: text, dialect: dialect)
            let references = try References(in: text)
            for reference in references.all where reference.name == StatesVariable.name {
                guard let member = reference.path.first, !sees(member) else { continue }
                problem("'$states.\(member)' is not available in this field: '\(text.shortened(to: 1_000))'", at: place)
            }
            refer(to: references.all.map(\.name).filter { $0 != StatesVariable.name && !dialect.hasFunction($0) })
            return StateExpression(text, expression, references, field: placeInState(place), expecting: type)
        } catch {
            let position = error.position.map { " at character \($0)" } ?? ""
            problem(
                "The value for the field '\(place)' must be a valid JSONata expression: '\(text.shortened(to: 1_000))' "
                    + "\(error)\(position)",
                at: place
            )
            return nil
        }
    }

    /// Whether `$states` has a member in the field that is being read.
    private func sees(_ member: String) -> Bool {
        switch member {
        case "input", "context": true
        case "result": outcome == .result
        case "errorOutput": outcome == .error
        default: false
        }
    }
}

/// Random numbers of a field: the same whenever the step is made again. Most expressions ask for none.
private struct FieldRandom: RandomNumberGenerator, Sendable {
    private enum Source: Sendable {
        case unseeded(DataScope.Seed, place: String)
        case seeded(StepRandom)
    }

    private var source: Source

    init(_ scope: DataScope, _ place: String) { source = .unseeded(scope.seed, place: place) }

    mutating func next() -> UInt64 {
        var random: StepRandom
        switch source {
        case .unseeded(let seed, let place): random = StepRandom(execution: seed.text(for: place), event: 0)
        case .seeded(let seeded): random = seeded
        }
        defer { source = .seeded(random) }
        return random.next()
    }
}
