/// `procedure(arguments)`
final class CallNode: Node {
    let procedure: any Node
    private let argumentNodes: [any Node]
    let position: Int
    /// How the expression names the function.
    let name: String?
    /// Whether the procedure is a name without its `$`.
    private let isPlainName: Bool
    /// Whether a lambda ends with it, so that it is made once the lambda has been left.
    private let isTail: Bool

    init(
        _ procedure: any Node,
        _ arguments: [any Node],
        name: String?,
        isPlainName: Bool,
        isTail: Bool,
        at position: Int
    ) {
        self.procedure = procedure
        argumentNodes = arguments
        self.name = name
        self.isPlainName = isPlainName
        self.isTail = isTail
        self.position = position
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        if isTail {
            try evaluation.budget.spend(2)
            return .function(Function(.tailCall(self, input: input, scope: scope)))
        }
        return try call(input, scope, evaluation, first: nil)
    }

    /// Calls the function.
    ///
    /// - Parameter first: An argument to put before the others.
    func call(
        _ input: Value,
        _ scope: Scope,
        _ evaluation: Evaluation,
        first: Value?
    ) throws(JSONataError) -> Value {
        let function = try evaluation.evaluate(procedure, input, scope)
        if function.isUndefined, isPlainName, let name,
            scope.lookup(Name(name)) != nil || evaluation.dialect.functions[name] != nil
        {
            throw JSONataError(.t1005, at: position, token: name)
        }
        var arguments = try arguments(input, scope, evaluation)
        if let first { arguments.insert(first, at: 0) }
        do throws(JSONataError) {
            return try evaluation.apply(function, arguments, input, scope, name: name)
        } catch {
            throw error.located(at: position, token: name)
        }
    }

    func arguments(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> [Value] {
        var arguments: [Value] = []
        arguments.reserveCapacity(argumentNodes.count)
        for node in argumentNodes { arguments.append(try evaluation.evaluate(node, input, scope)) }
        return arguments
    }
}

/// `procedure(arguments)` with `?` for some of them: a function of those.
final class PartialCallNode: Node {
    private let procedure: any Node
    private let arguments: [(any Node)?]
    private let name: String?
    private let isPlainName: Bool
    private let position: Int

    init(_ procedure: any Node, _ arguments: [(any Node)?], name: String?, isPlainName: Bool, at position: Int) {
        self.procedure = procedure
        self.arguments = arguments
        self.name = name
        self.isPlainName = isPlainName
        self.position = position
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        var given: [Value?] = []
        for argument in arguments {
            if let argument { given.append(try evaluation.evaluate(argument, input, scope)) } else { given.append(nil) }
        }
        let value = try evaluation.evaluate(procedure, input, scope)
        guard case .function(let function) = value else {
            if isPlainName, let name, value.isUndefined,
                scope.lookup(Name(name)) != nil || evaluation.dialect.functions[name] != nil
            {
                throw JSONataError(.t1007, at: position, token: name)
            }
            throw JSONataError(.t1008, at: position, token: name)
        }
        return try evaluation.function(.partial(function, given), holding: given.compactMap(\.self) + [value])
    }
}
