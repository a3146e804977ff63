/// `left ~> right`: the left side as the first argument of the right one, or both functions behind each other.
final class ApplyNode: Node {
    private let left: any Node
    private let right: any Node
    private let position: Int

    init(_ left: any Node, _ right: any Node, at position: Int) {
        self.left = left
        self.right = right
        self.position = position
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        let value = try evaluation.evaluate(left, input, scope)
        if let call = right as? CallNode { return try call.call(input, scope, evaluation, first: value) }
        let function = try evaluation.evaluate(right, input, scope)
        guard case .function(let second) = function else {
            throw JSONataError(.t2006, at: position, value: function)
        }
        if case .function(let first) = value {
            return try evaluation.function(.composed(first, second), holding: [value, function])
        }
        do throws(JSONataError) {
            return try evaluation.apply(function, [value], .undefined, scope)
        } catch {
            throw error.located(at: position, token: nil)
        }
    }
}
