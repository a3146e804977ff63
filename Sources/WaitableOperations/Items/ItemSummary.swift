import StatesLanguage
package import Waitable
package import WaitableRedis

/// An item's execution in short, as lists show it.
package struct ItemSummary: Sendable {
    /// Where an item stands: waiting, run by a worker, or how it closed.
    package enum Status: String, Sendable, CaseIterable {
        /// Its moment lies ahead, or has come and no worker has taken it yet.
        case waiting = "WAITING"
        /// A worker holds it.
        case running = "RUNNING"
        case succeeded = "SUCCEEDED"
        case failed = "FAILED"
        case timedOut = "TIMED_OUT"
        case aborted = "ABORTED"

        /// Whether an item in this status is open.
        package var isOpen: Bool { self == .waiting || self == .running }
    }

    /// The execution.
    package let execution: Execution
    /// Where it stands in `due`; `nil` where it does not.
    package let score: DueScore?

    /// A summary of an execution.
    ///
    /// - Parameter score: Where it stands in `due`; `nil` where it does not.
    package init(_ execution: Execution, score: Double?) {
        self.execution = execution
        self.score = score.map(DueScore.init)
    }

    /// Where it stands.
    package var status: Status {
        switch execution.status {
        case .running: score?.isLease ?? false ? .running : .waiting
        case .succeeded: .succeeded
        case .failed: .failed
        case .timedOut: .timedOut
        case .aborted: .aborted
        }
    }
}
