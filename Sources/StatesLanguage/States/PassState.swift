/// A state that does nothing but shape data.
///
/// Source: Amazon States Language, "Pass State".
struct PassState: Sendable {
    /// A fixed result, taken literally; without it the effective input is the result.
    let result: JSON?

    init(_ fields: inout FieldReader) {
        result = fields.take("Result")
    }
}

extension Walk {
    /// Leaves a Pass state with its result.
    func act(_ pass: PassState, of state: State, _ cursor: Cursor) throws(StateFailure) -> Move {
        let scope = scope(of: cursor)
        let input = try state.dataFlow.payload(scope).json
        return .exit(state, cursor, try leaving(state, with: pass.result ?? input, scope))
    }
}
