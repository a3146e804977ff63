/// The limits on the data that goes from one state to the next.
///
/// Source: AWS Step Functions developer guide, "Quotas": 256 KiB of UTF-8. The nesting is our own: deeper data could
/// be made step by step, but not be read back.
enum DataLimit {
    static let bytes = 262_144
    /// All the variables of a scope.
    static let variableBytes = 10_485_760

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
        if data.isNested(deeperThan: nesting) {
            return StateFailure(
                error: ErrorName.dataLimitExceeded,
                cause: "The state/task '\(source)' returned a result that is nested deeper than \(nesting) levels."
            )
        }
        guard data.isLarger(than: bytes) else { return nil }
        return StateFailure(
            error: ErrorName.dataLimitExceeded,
            cause: "The state/task '\(source)' returned a result with a size exceeding the maximum number of bytes "
                + "service limit."
        )
    }
}
