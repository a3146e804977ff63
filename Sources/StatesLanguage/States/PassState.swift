/// A state that does nothing but shape data.
///
/// Source: Amazon States Language, "Pass State".
struct PassState: Sendable {
    /// A fixed result, taken literally; without it the effective input is the result.
    let result: JSON?

    init(_ fields: inout FieldReader) {
        result = fields.language.fixedResult(&fields)
    }
}

extension StepEvaluator {
    /// Leaves a Pass state with its result.
    func act(_ pass: PassState, of state: State, _ cursor: Cursor) throws(StateFailure) -> Move {
        let scope = scope(of: cursor)
        let payload = try state.dataFlow.payload(scope)
        // Whatever becomes of what its parameters made.
        if payload.shape !== PayloadShape.whole, payload.isLarger(than: DataLimit.bytes),
            let failure = dataFailure(of: payload.json, from: state.name)
        {
            throw failure
        }
        return .exit(state, cursor, try leaving(state, with: pass.result ?? payload.json, scope))
    }
}
