import Metrics
import RedisClient
import WaitableMetrics
import WaitableRedis

/// Counts starts by what became of them.
struct StartMetrics: Sendable {
    /// How long Redis took to keep one.
    let duration = Metric.startSeconds.timer()
    /// What executions came to that ended before their first wait.
    let outcomes = OutcomeMetrics()
    private let new = Metric.starts.counter(("result", "new"))
    private let existing = Metric.starts.counter(("result", "existing"))
    private let conflict = Metric.starts.counter(("result", "conflict"))
    private let refused = Metric.starts.counter(("result", "refused"))
    private let failedCalls = Metric.callFailures.counter(("call", "start"))

    func accepted(_ acceptance: Starter.Acceptance) { (acceptance.isNew ? new : existing).increment() }

    func refused(_ refusal: Starter.Refusal) {
        switch refusal {
        case .conflict: conflict.increment()
        // It was counted when it was accepted.
        case .notDurable: break
        case .noDefaultMachine, .noMachine, .revisionMissing, .unwritable, .other: refused.increment()
        case .store(let error):
            refused.increment()
            if case .redis = error { failedCalls.increment() }
        }
    }
}
