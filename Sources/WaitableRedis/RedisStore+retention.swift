import RedisClient
public import StatesLanguage

extension RedisStore {
    /// Why closed executions leave.
    public enum Departure: Sendable, Hashable {
        /// They closed before an instant.
        case closed(before: Instant)
        /// They are the oldest beyond a number.
        case surplus(over: Int)
    }

    /// Removes closed executions, the oldest first, with their documents and histories, in one bounded step.
    ///
    /// - Parameters:
    ///   - limit: The most executions of this step, 1 to 1,000.
    ///   - itemTable: The table whose items leave with their executions; `nil` where items stay.
    ///   - sweeper: Who sweeps; while there is more to remove, others are refused for some seconds.
    /// - Returns: How many were removed (where that is `limit`, there may be more), or `nil` where another one sweeps.
    public func sweep(
        _ departure: Departure,
        limit: Int,
        itemTable: String?,
        sweeper: String
    ) async throws(StoreError) -> Int? {
        let (before, keep) =
            switch departure {
            case .closed(let instant): (String(instant.milliseconds), "")
            case .surplus(let number): ("", String(number))
            }
        let reply = try await call(
            "waitable_sweep",
            FunctionArguments(before, String(limit), keep, itemTable ?? "", sweeper)
        )
        guard let removed = reply.integer else {
            throw .unexpectedReply(function: "waitable_sweep", reply: "\(reply)")
        }
        return removed < 0 ? nil : Int(removed)
    }
}
