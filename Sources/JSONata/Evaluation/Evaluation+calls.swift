extension Evaluation {
    /// Calls a function, and what it ends with calling.
    ///
    /// - Parameters:
    ///   - input: What stands in for a missing first argument.
    ///   - scope: The variables of the place that calls it.
    ///   - name: How the expression calls it.
    func apply(
        _ function: Value,
        _ arguments: [Value],
        _ input: Value,
        _ scope: Scope? = nil,
        name: String? = nil
    ) throws(JSONataError) -> Value {
        var result = try applyOnce(function, arguments, input, scope ?? root, name)
        while case .function(let next) = result, case .tailCall(let call, let callInput, let scope) = next.kind {
            try budget.spend(1)
            let procedure = try evaluate(call.procedure, callInput, scope)
            let arguments = try call.arguments(callInput, scope, self)
            do throws(JSONataError) {
                result = try applyOnce(procedure, arguments, input, scope, call.name)
            } catch {
                throw error.located(at: call.position, token: call.name)
            }
        }
        return result
    }

    private func applyOnce(
        _ function: Value,
        _ arguments: [Value],
        _ input: Value,
        _ scope: Scope,
        _ name: String?
    ) throws(JSONataError) -> Value {
        guard case .function(let function) = function else { throw JSONataError(.t1006) }
        // Also where it is called for each of many numbers that nobody has made.
        try budget.spend(1)
        switch function.kind {
        case .native(let native): return try call(native, arguments, input, scope, name)
        case .lambda(let lambda, let input, let scope):
            var arguments = arguments
            if let signature = lambda.signature {
                arguments = try signature.validate(arguments, input: input, name: name, budget)
            }
            return try call(lambda, arguments, input, scope)
        default: return try applyDerived(function, arguments, input, scope, name)
        }
    }

    private func call(
        _ native: NativeFunction,
        _ arguments: [Value],
        _ input: Value,
        _ scope: Scope,
        _ name: String?
    ) throws(JSONataError) -> Value {
        var arguments = arguments
        if let signature = native.signature {
            arguments = try signature.validate(arguments, input: input, name: name ?? native.name, budget)
        }
        try enter(3)
        defer { leave(3) }
        return try native.body(Call(arguments: arguments, input: input, scope: scope, evaluation: self))
    }

    private func call(
        _ lambda: LambdaNode,
        _ arguments: [Value],
        _ input: Value,
        _ scope: Scope
    ) throws(JSONataError) -> Value {
        var bindings: [Binding] = []
        bindings.reserveCapacity(lambda.parameters.count)
        for (index, name) in lambda.parameters.enumerated() {
            bindings.append(Binding(name: name, value: index < arguments.count ? arguments[index] : .undefined))
        }
        return try evaluate(lambda.body, input, Scope(scope, bindings))
    }

    /// Calls a function that was made of others.
    private func applyDerived(
        _ function: Function,
        _ arguments: [Value],
        _ input: Value,
        _ scope: Scope,
        _ name: String?
    ) throws(JSONataError) -> Value {
        switch function.kind {
        case .partial(let inner, let given):
            var rest = arguments[...]
            let all = given.map { $0 ?? rest.popFirst() ?? .undefined }
            // What a lambda's signature says holds for calls with all arguments.
            if case .lambda(let lambda, let input, let scope) = inner.kind {
                return try call(lambda, all, input, scope)
            }
            try enter(1)
            defer { leave(1) }
            return try apply(.function(inner), all, input, scope, name: name)
        case .composed(let first, let second):
            try enter(1)
            defer { leave(1) }
            let value = try apply(.function(first), Array(arguments.prefix(1)), input)
            return try apply(.function(second), [value], input)
        case .pattern(let pattern): return try match(pattern, arguments)
        case .nextMatch(let search): return try nextMatch(search)
        case .transform(let transform, let scope):
            return try transform.apply(arguments.first ?? .undefined, scope, self, name)
        case .native, .lambda, .tailCall: return .undefined
        }
    }

    /// The arguments that a function called for each item gets: no more than it looks at.
    func callForEach(
        _ function: Value,
        _ one: Value,
        _ two: @autoclosure () -> Value,
        _ three: @autoclosure () -> Value
    ) throws(JSONataError) -> Value {
        let arity = if case .function(let function) = function { function.arity } else { 1 }
        var arguments = [one]
        if arity >= 2 { arguments.append(two()) }
        if arity >= 3 { arguments.append(three()) }
        return try apply(function, arguments, .undefined)
    }
}
