import OrderedCollections

/// One evaluation of an expression: what it may cost, what it knows of the world, and the variables that it has to let go
/// of at its end.
final class Evaluation {
    let budget: Budget
    let dialect: Dialect
    var environment: Environment
    /// The variables that were given.
    let root: Scope
    private var depth = 0
    private var kept: [Scope] = []

    init(_ dialect: Dialect, _ root: Scope, _ environment: Environment, _ budget: Budget) {
        self.root = root
        self.dialect = dialect
        self.environment = environment
        self.budget = budget
    }

    /// Evaluates a part of the expression for an input. A sequence of one value is that value.
    func evaluate(_ node: any Node, _ input: Value, _ scope: Scope) throws(JSONataError) -> Value {
        try enter(1)
        defer { leave(1) }
        try budget.spend(1)
        let result = try node.evaluate(input, scope, self)
        if case .array(let array) = result { return array.collapsed }
        return result
    }

    /// Goes some levels deeper: as many as the stack bears it.
    @inline(__always)
    func enter(_ levels: Int) throws(JSONataError) {
        guard depth + levels <= budget.depth else { throw budget.tooDeep }
        depth += levels
    }

    @inline(__always)
    func leave(_ levels: Int) { depth -= levels }

    /// Whether a value counts as true. Nothing does not, and an array does where one of its items does.
    func isTrue(_ value: Value) throws(JSONataError) -> Bool {
        switch value {
        case .undefined, .null, .function: return false
        case .bool(let value): return value
        case .number(let value): return value != 0 && !value.isNaN
        case .string(let text): return !text.isEmpty
        case .object(let object): return object.count > 0
        case .array(let array):
            // One that is in it many times is looked at as often.
            try budget.spend(1 + array.count / 8)
            for item in array where try isTrue(item) { return true }
            return false
        }
    }

    /// Keeps a scope until the end, as a function was made in it: the two may hold each other, or make a chain too long to
    /// be let go of at once.
    func keep(_ scope: Scope) throws(JSONataError) {
        var current: Scope? = scope
        while let scope = current, !scope.isKept {
            try budget.spend(8)
            scope.isKept = true
            kept.append(scope)
            current = scope.parent
        }
    }

    /// Lets go of all variables.
    func finish() {
        for scope in kept { scope.clear() }
        kept = []
    }

    // MARK: Making values

    /// How deep what an expression makes may be.
    static let deepestValue = JSON.deepestNesting

    /// An array of values that the expression made.
    func array(_ values: [Value], _ flags: ValueArray.Flags = []) throws(JSONataError) -> Value {
        .array(try valueArray(values, flags))
    }

    func valueArray(_ values: [Value], _ flags: ValueArray.Flags) throws(JSONataError) -> ValueArray {
        try budget.spend(2 + values.count)
        let depth = ValueArray.depth(of: values)
        try check(depth)
        return ValueArray(.values(values), flags, depth: depth)
    }

    /// A sequence of values.
    func sequence(_ values: [Value]) throws(JSONataError) -> Value { try array(values, .sequence) }

    func object(_ members: ValueObject.Members) throws(JSONataError) -> Value {
        try budget.spend(4 + 4 * members.count)
        let object = ValueObject(members)
        try check(object.depth)
        return .object(object)
    }

    /// A text that was made.
    func string(_ text: String) throws(JSONataError) -> Value {
        try budget.spend(bytes: text.utf8.count)
        return .string(text)
    }

    /// A function that holds others.
    func function(_ kind: Function.Kind, holding values: [Value]) throws(JSONataError) -> Value {
        try budget.spend(4 + values.count)
        let depth = ValueArray.depth(of: values)
        try check(depth)
        return .function(Function(kind, depth: depth))
    }

    func check(_ depth: Int) throws(JSONataError) {
        guard depth <= Self.deepestValue else { throw tooDeepValue }
    }

    /// The error of a value with too many levels.
    var tooDeepValue: JSONataError {
        JSONataError(.u1001, message: "The expression makes values more than \(Self.deepestValue) levels deep")
    }
}

/// A part of an expression, ready to be evaluated.
protocol Node: AnyObject, Sendable {
    /// The value for an input. A sequence is left as it is.
    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value
}
