/// An expression of JSONata, read once and evaluated as often as it is needed.
public struct Expression: Sendable {
    private let node: any Node
    private let dialect: Dialect

    /// What an evaluation comes to.
    public enum Outcome: Sendable, Equatable {
        /// Nothing: what a path finds where there is nothing to find.
        case undefined
        case value(JSON)
        /// A function, which JSON has no word for.
        case function
    }

    /// Reads an expression.
    ///
    /// - Throws: ``JSONataError`` of a code that begins with `S`, or of one of the limits.
    public init(parsing text: String, dialect: Dialect = .jsonata) throws(JSONataError) {
        node = Compiler(dialect: dialect).compile(try Resolver.resolve(try Parser.parse(text)))
        self.dialect = dialect
    }

    /// Evaluates the expression.
    ///
    /// - Parameters:
    ///   - input: What `$` is; `nil` for nothing.
    ///   - bindings: The values of variables, without the `$` of their names.
    ///   - environment: The moment and the random numbers; the latter go on.
    ///   - budget: What the evaluation may cost. It is spent even where the evaluation fails.
    /// - Throws: ``JSONataError``; ``JSONataError/isLimit`` where the budget does not suffice.
    public func outcome(
        _ input: JSON?,
        bindings: JSONObject = [:],
        environment: inout Environment,
        budget: Budget
    ) throws(JSONataError) -> Outcome {
        let root = Scope(nil)
        var context = input.map { Value($0) } ?? .undefined
        root.bind(Name("$"), context)
        // The whole input is one value, even where it is an array.
        if case .array = context { context = .array(ValueArray([context], [.sequence, .isInput])) }
        for (name, value) in bindings { root.bind(Name(name), Value(value)) }
        let evaluation = Evaluation(dialect, root, environment, budget)
        defer {
            environment = evaluation.environment
            evaluation.finish()
        }
        let result = try evaluation.evaluate(node, context, root)
        switch result {
        case .undefined: return .undefined
        case .function: return .function
        default:
            let json = try evaluation.json(result)
            // What is given back can be read again.
            if result.depth > 0, json.isNested(deeperThan: JSON.deepestNesting) { throw evaluation.tooDeepValue }
            return .value(json)
        }
    }

    /// Evaluates the expression; `nil` where it comes to nothing, or to a function.
    public func evaluate(
        _ input: JSON?,
        bindings: JSONObject = [:],
        environment: inout Environment,
        budget: Budget
    ) throws(JSONataError) -> JSON? {
        if case .value(let json) = try outcome(input, bindings: bindings, environment: &environment, budget: budget) {
            return json
        }
        return nil
    }

    /// Evaluates the expression within another's evaluation.
    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        try evaluation.evaluate(node, input, scope)
    }
}
