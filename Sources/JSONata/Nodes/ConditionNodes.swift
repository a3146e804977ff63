/// `condition ? then : otherwise`
final class ConditionNode: Node {
    private let condition: any Node
    private let then: any Node
    private let otherwise: (any Node)?

    init(_ condition: any Node, then: any Node, otherwise: (any Node)?) {
        self.condition = condition
        self.then = then
        self.otherwise = otherwise
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        if try evaluation.isTrue(evaluation.evaluate(condition, input, scope)) {
            return try evaluation.evaluate(then, input, scope)
        }
        guard let otherwise else { return .undefined }
        return try evaluation.evaluate(otherwise, input, scope)
    }
}

/// `value ?: otherwise` and `value ?? otherwise`
final class AlternativeNode: Node {
    private let value: any Node
    private let otherwise: any Node
    /// Whether the value has to be true, and not only there.
    private let asksForTruth: Bool

    init(_ value: any Node, otherwise: any Node, asksForTruth: Bool) {
        self.value = value
        self.otherwise = otherwise
        self.asksForTruth = asksForTruth
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        let value = try evaluation.evaluate(value, input, scope)
        if try asksForTruth ? evaluation.isTrue(value) : !value.isUndefined { return value }
        return try evaluation.evaluate(otherwise, input, scope)
    }
}

/// `(one; two)`: one after another, with variables of their own; the value is the last one's.
final class BlockNode: Node {
    private let parts: [any Node]
    /// Whether it binds variables.
    private let hasScope: Bool

    init(_ parts: [any Node], hasScope: Bool) {
        self.parts = parts
        self.hasScope = hasScope
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        let scope = hasScope ? Scope(scope) : scope
        var result = Value.undefined
        for part in parts { result = try evaluation.evaluate(part, input, scope) }
        return result
    }
}

/// What is done to the value of a part that is no path: predicates, a grouping, `[]`.
final class SelectionNode: Node {
    private let inner: any Node
    private let filters: [Filter]
    private let group: ObjectNode?
    private let keepsArray: Bool

    init(_ inner: any Node, _ filters: [Filter], _ group: ObjectNode?, keepsArray: Bool) {
        self.inner = inner
        self.filters = filters
        self.group = group
        self.keepsArray = keepsArray
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        var result = try inner.evaluate(input, scope, evaluation)
        for filter in filters { result = try evaluation.filter(filter, result, scope) }
        if let group { result = try group.group(result, scope, evaluation) }
        if keepsArray, case .array(let array) = result, array.isSequence {
            result = .array(array.with(array.flags.union(.keepsSingleton)))
        }
        return result
    }
}
