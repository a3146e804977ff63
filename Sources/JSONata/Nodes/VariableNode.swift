/// `$name`, or `$` for the input.
final class VariableNode: Node {
    let name: Name
    /// The function of the library that has the name.
    private let native: NativeFunction?

    init(_ name: String, _ dialect: Dialect) {
        self.name = Name(name)
        native = dialect.functions[name]
    }

    /// Whether it is the current input.
    var isInput: Bool { name.text.isEmpty }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        if isInput {
            if case .array(let array) = input, array.flags.contains(.isInput) { return array[0] }
            return input
        }
        return scope.lookup(name) ?? native.map { .function(Function(.native($0))) } ?? .undefined
    }
}

/// `$name := value`
final class BindNode: Node {
    private let name: Name
    private let value: any Node

    init(_ name: String, _ value: any Node) {
        self.name = Name(name)
        self.value = value
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        let value = try evaluation.evaluate(value, input, scope)
        scope.bind(name, value)
        return value
    }
}

/// `%`: what an earlier step of the path bound.
final class ParentNode: Node {
    private let name: Name

    init(_ label: String) { name = Name(label) }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        scope.lookup(name) ?? .undefined
    }
}
