import NIOCore
import StatesLanguage
import Synchronization

/// Claims that failed in a row: how long to wait before the next one, and whether the log has the reason already.
final class ClaimFailures: Sendable {
    private struct State {
        var count = 0
        var reason = ""
        var since: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private static let first = TimeAmount.milliseconds(250)
    /// What is due when claims are answered again has waited long enough.
    private static let longest = TimeAmount.seconds(1)

    /// After an outage that is longer, calls under way may not have been able to give a sign of life in time.
    private static let longOutage: Duration = .seconds(PendingTask.callSeconds) / 3

    /// Notes a failure.
    ///
    /// - Returns: Whether the last claim did not fail for the same reason.
    func failed(_ reason: String, at now: ContinuousClock.Instant = .now) -> Bool {
        state.withLock { state in
            defer {
                state.since = state.since ?? now
                state.count += 1
                state.reason = reason
            }
            return state.count == 0 || state.reason != reason
        }
    }

    /// How long to wait once Redis can be asked again, after a long outage: the calls of all workers give signs of life each
    /// second, and what they tell comes before what is due since. `nil` for no need to.
    func pauseAfterOutage(at now: ContinuousClock.Instant = .now) -> Duration? {
        let duration = state.withLock { $0.since?.duration(to: now) } ?? .zero
        return duration > Self.longOutage ? .milliseconds(1_500) : nil
    }

    /// Notes an answered claim.
    ///
    /// - Returns: How many had failed before it, since the last one that was answered.
    func answered() -> Int {
        state.withLock { state in
            defer { state = State() }
            return state.count
        }
    }

    /// The pause before the next claim: twice as long after each failure, up to a second.
    ///
    /// - Parameter limit: The longest that the worker pauses at all.
    func pause(atMost limit: TimeAmount) -> TimeAmount {
        let doublings = state.withLock { max(0, min($0.count - 1, 16)) }
        return min(limit, Self.longest, Self.first * (1 << doublings))
    }
}
