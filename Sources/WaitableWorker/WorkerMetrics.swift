import Foundation
import Metrics
import WaitableMetrics

/// What a worker counts: handles looked up once, so that counting is an addition.
struct WorkerMetrics: Sendable {
    /// Claims that were answered, and how long that took.
    let claims = Metric.claims.counter()
    let claimDuration = Metric.claimSeconds.timer()
    private let lastClaim = Metric.lastClaim.gauge()
    private let emptyClaims = Metric.emptyClaims.counter()
    /// Executions that they handed out.
    let claimed = Metric.claimedExecutions.counter()
    /// Transitions, by what became of them.
    let applied = Metric.commits.counter(("result", "applied"))
    let settled = Metric.commits.counter(("result", "settled"))
    let refusedCommits = Metric.commits.counter(("result", "refused"))
    let failed = Metric.commits.counter(("result", "failed"))
    let commitDuration = Metric.commitSeconds.timer()
    /// The refused ones again, under a name of their own to be alarmed by.
    let refused = Metric.refusals.counter()
    /// Executions claimed again after a lease ran out.
    let redelivered = Metric.redeliveries.counter()
    /// Executions failed because leases on them ran out too often.
    let poisoned = Metric.poison.counter()
    /// From an execution's due instant to its commit.
    let lateness = Metric.lateness.timer()
    let failedClaims = Metric.callFailures.counter(("call", "claim"))
    let failedCommits = Metric.callFailures.counter(("call", "commit"))
    let failedRenewals = Metric.callFailures.counter(("call", "renew"))
    let failedReleases = Metric.callFailures.counter(("call", "release"))
    /// How executions ended.
    let outcomes = OutcomeMetrics()

    /// Counts a claim that Redis answered.
    func claimed(_ count: Int, since start: ContinuousClock.Instant) {
        claims.increment()
        claimDuration.record(since: start)
        lastClaim.record(Date.now.timeIntervalSince1970)
        if count > 0 { claimed.increment(by: count) } else { emptyClaims.increment() }
    }
}
