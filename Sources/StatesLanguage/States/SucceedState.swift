/// A state that ends the execution, or the branch that it is in, well. It has no fields of its own.
///
/// Source: Amazon States Language, "Succeed State".
struct SucceedState: Sendable {}

extension StepEvaluator {
    /// Leaves a Succeed state: no other one comes behind it.
    func succeed(_ state: State, _ cursor: Cursor) throws(StateFailure) -> Move {
        let scope = scope(of: cursor)
        let input = try state.dataFlow.input(scope)
        return .exit(state, cursor, Leaving(output: try state.dataFlow.output(scope.with(input)), assigned: nil))
    }
}
