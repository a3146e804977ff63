import RedisClient
package import StatesLanguage
package import WaitableRedis

extension RedisStore {
    /// Why closed executions leave.
    package enum Departure: Sendable, Hashable {
        /// They closed before an instant.
        case closed(before: Instant)
        /// They are the oldest beyond a number.
        case surplus(over: Int)
    }

    /// What one step of a sweep came to.
    package struct Sweep: Sendable, Equatable {
        /// How many executions left.
        package var removed: Int
        /// How many stayed, because the tasks that wait for their ends have not read these yet.
        package var left: Int
        /// How many are to be looked at yet.
        package var backlog: Int

        /// A step from its parts.
        package init(removed: Int, left: Int, backlog: Int) {
            self.removed = removed
            self.left = left
            self.backlog = backlog
        }
    }

    /// Removes closed executions, the oldest first, with their documents and histories, in one bounded step.
    ///
    /// - Parameters:
    ///   - limit: The most executions of this step, 1 to 1,000.
    ///   - itemTable: The table whose items leave with their executions; `nil` where items stay.
    ///   - sweeper: Who sweeps; while there is more to remove, others are refused for some seconds.
    ///   - skipping: How many of the oldest stay: those that the steps before have left.
    /// - Returns: `nil` where another one sweeps.
    package func sweep(
        _ departure: Departure,
        limit: Int,
        itemTable: String?,
        sweeper: String,
        skipping: Int = 0
    ) async throws(StoreError) -> Sweep? {
        let (before, keep) =
            switch departure {
            case .closed(let instant): (String(instant.milliseconds), "")
            case .surplus(let number): ("", String(number))
            }
        let reply = try await call(
            "waitable_sweep",
            FunctionArguments(before, String(limit), keep, itemTable ?? "", sweeper, String(skipping))
        )
        if reply == .integer(-1) { return nil }
        let numbers = reply.array?.compactMap(\.integer).map(Int.init) ?? []
        guard numbers.count == 3 else {
            throw .unexpectedReply(function: "waitable_sweep", reply: "\(reply)")
        }
        return Sweep(removed: numbers[0], left: numbers[1], backlog: numbers[2])
    }
}
