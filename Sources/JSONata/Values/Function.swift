/// A function as a value.
final class Function {
    enum Kind {
        case native(NativeFunction)
        /// A lambda, with the input and the variables where it was made.
        case lambda(LambdaNode, input: Value, scope: Scope)
        /// A function some of whose arguments are there already.
        case partial(Function, [Value?])
        /// One function behind another.
        case composed(Function, Function)
        /// A regular expression: a function that finds its first match in a text.
        case pattern(Pattern)
        /// The search for the next match.
        case nextMatch(PatternSearch)
        case transform(TransformNode, scope: Scope)
        /// A call that a lambda ends with: it is made once the lambda has been left.
        case tailCall(CallNode, input: Value, scope: Scope)
    }

    let kind: Kind
    let depth: Int

    init(_ kind: Kind, depth: Int = 0) {
        self.kind = kind
        self.depth = depth
    }

    /// How many arguments it looks at.
    var arity: Int {
        switch kind {
        case .native(let native): native.arity
        case .lambda(let lambda, _, _): lambda.parameters.count
        case .partial(_, let arguments): arguments.count { $0 == nil }
        case .pattern: 2
        case .composed, .transform: 1
        case .nextMatch, .tailCall: 0
        }
    }
}

/// A function of the library.
final class NativeFunction: Sendable {
    typealias Body = @Sendable (Call) throws(JSONataError) -> Value

    let name: String
    /// How many arguments a function that is called for each item of an array gets from it.
    let arity: Int
    let signature: Signature?
    let body: Body

    init(_ name: String, arity: Int, signature: Signature?, _ body: @escaping Body) {
        self.name = name
        self.arity = arity
        self.signature = signature
        self.body = body
    }
}

/// A call of a function of the library.
struct Call {
    let arguments: [Value]
    let input: Value
    let scope: Scope
    let evaluation: Evaluation

    /// An argument; nothing where there are fewer.
    subscript(index: Int) -> Value { index < arguments.count ? arguments[index] : .undefined }
}
