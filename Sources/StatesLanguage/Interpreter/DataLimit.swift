/// The limit on the data that goes from one state to the next.
///
/// Source: AWS Step Functions developer guide, "Quotas": 256 KiB of UTF-8.
enum DataLimit {
    static let bytes = 262_144

    /// The failure of a state whose output is too large; `nil` for one that is not.
    static func failure(of output: JSON, state: State, input: JSON) -> StateFailure? {
        // The usual state hands its input on, which was within the limit already.
        if state.dataFlow.resultPath == nil, state.dataFlow.outputPath == .all { return nil }
        if case .wait = state.kind { return nil }
        var text: [UInt8] = []
        output.write(to: &text)
        guard text.count > bytes else { return nil }
        return StateFailure(
            error: ErrorName.dataLimitExceeded,
            cause: "The state/task '\(state.name)' returned a result with a size exceeding the maximum number of bytes "
                + "service limit."
        )
    }
}
