import Metrics

/// Every metric of a worker. Labels would be of bounded sets only; there are none yet.
struct WorkerMetrics: Sendable {
    /// Executions claimed.
    let claimed = Counter(label: "waitable_executions_claimed_total")
    /// Transitions committed.
    let committed = Counter(label: "waitable_commits_total")
    /// Transitions refused, because the lease had been lost.
    let refused = Counter(label: "waitable_commits_refused_total")
    /// Executions claimed again after a lease ran out.
    let redelivered = Counter(label: "waitable_executions_redelivered_total")
    /// Executions failed because leases on them ran out too often.
    let poisoned = Counter(label: "waitable_executions_poisoned_total")
    /// Seconds from an execution's due instant to its claim.
    let lateness = Timer(label: "waitable_lateness_seconds")
}
