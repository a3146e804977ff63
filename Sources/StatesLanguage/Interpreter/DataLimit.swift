/// The limits on the data that goes from one state to the next.
///
/// Source: AWS Step Functions developer guide, "Quotas": 256 KiB of UTF-8. The nesting is our own: deeper data could
/// be made step by step, but not be read back.
package enum DataLimit {
    /// An input, output or result, in bytes of UTF-8.
    package static let bytes = 262_144
    /// All the variables of a scope.
    static let variableBytes = 10_485_760
    /// The cause of a failure: AWS has 32,768 characters.
    static let causeBytes = 32_768
    /// The name of an error: AWS has 256 characters.
    static let errorBytes = 256

    /// How deep data may be nested in a machine with so many levels of Parallel and Map states: each of them stores the
    /// data within it two levels deeper.
    static func nesting(within depth: Int) -> Int { JSON.deepestNesting - 16 - 2 * depth }

    /// The failure of a state after which a scope's variables are too large; `nil` where they are not.
    static func failure(ofVariables variables: JSONObject, from state: String) -> StateFailure? {
        guard JSON.object(variables).isLarger(than: variableBytes) else { return nil }
        return StateFailure(
            error: ErrorName.dataLimitExceeded,
            cause: "The state/task '\(state)' assigned variables with a size exceeding the maximum number of bytes "
                + "service limit."
        )
    }

    /// The failure of a state or task whose data is too large; `nil` for one that is not.
    ///
    /// - Parameters:
    ///   - source: The state's name, or the service's where a task's result is too large.
    ///   - nesting: How deep it may be nested.
    static func failure(of data: JSON, from source: String, nesting: Int) -> StateFailure? {
        // The size first: data of that size alone can be looked at as a whole.
        if data.isLarger(than: bytes) {
            return StateFailure(
                error: ErrorName.dataLimitExceeded,
                cause: "The state/task '\(source)' returned a result with a size exceeding the maximum number of bytes "
                    + "service limit."
            )
        }
        guard data.isNested(deeperThan: nesting) else { return nil }
        return StateFailure(
            error: ErrorName.dataLimitExceeded,
            cause: "The state/task '\(source)' returned a result that is nested deeper than \(nesting) levels."
        )
    }

    /// The failure of a state that would begin something with too large or too deep an input; `nil` where it is neither.
    ///
    /// - Parameters:
    ///   - what: What the input is of, such as `task`.
    ///   - nesting: How deep it may be nested.
    static func failure(of input: Payload, _ what: String, _ scope: DataScope, nesting: Int) -> StateFailure? {
        if let failure = failure(of: input, what, scope) { return failure }
        guard input.isNested(deeperThan: nesting) else { return nil }
        return StateFailure(
            error: ErrorName.dataLimitExceeded,
            cause: scope.cause("The input of the \(what) must be nested at most \(nesting) levels deep.")
        )
    }

    /// The failure of a state that would begin something with too large an input; `nil` where it is not.
    ///
    /// - Parameter what: What the input is of, such as `task`.
    static func failure(of input: Payload, _ what: String, _ scope: DataScope) -> StateFailure? {
        guard input.isLarger(than: bytes) else { return nil }
        return StateFailure(
            error: ErrorName.dataLimitExceeded,
            cause: scope.cause("The input of the \(what) must have at most \(bytes) bytes.")
        )
    }

    /// All that an execution keeps between two steps: the inputs, outputs and variables of its states, branches and
    /// iterations. Its document must be one that Redis takes, and a claim can carry beside others.
    static let flowBytes = 12_582_912

    /// The failure of an execution that keeps too much; `nil` for one that does not.
    static func failure(of flow: Cursor) -> StateFailure? {
        var budget = flowBytes
        if flow.fits(into: &budget) || flow.size(upTo: flowBytes) <= flowBytes { return nil }
        return StateFailure(
            error: ErrorName.dataLimitExceeded,
            cause: "The data of the execution's states, branches and iterations exceeds \(flowBytes) bytes."
        )
    }
}
