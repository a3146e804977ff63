import Metrics
import StatesLanguage
import Synchronization
package import Waitable

/// Counts what running executions came to, in a worker or in an ingest.
package final class OutcomeMetrics: Sendable {
    private let succeeded = Metric.closed.counter(("status", "SUCCEEDED"))
    private let failed = Metric.closed.counter(("status", "FAILED"))
    private let timedOut = Metric.closed.counter(("status", "TIMED_OUT"))
    private let retries = Metric.retries.counter()
    private let failures = Mutex<[Spelling: Counter]>([:])

    /// The names that are counted, at most; the registry has the same limit for the handlers made here.
    private static let mostErrors = Metric.failures.labelSetLimit ?? 0

    /// Counters from zero, those of the usual errors among them: the first failure is a step up, which a rate sees.
    package init() {
        for error in ["States.TaskFailed", "States.Timeout", "States.Runtime", "Waitable.Poisoned"] {
            _ = counter(of: error)
        }
    }

    /// Counts a step that was committed.
    package func committed(_ step: Step) {
        if step.retries > 0 { retries.increment(by: step.retries) }
        guard case .closed = step.next else { return }
        switch step.execution.status {
        case .succeeded: succeeded.increment()
        case .failed:
            failed.increment()
            counter(of: step.execution.failure?.error).increment()
        case .timedOut:
            timedOut.increment()
            counter(of: "States.Timeout").increment()
        case .running, .aborted: break
        }
    }

    private func counter(of error: String?) -> Counter {
        let name = Self.label(error)
        return failures.withLock { failures in
            if let known = failures[name] { return known }
            // Names may come out of data: what has no place here is one entry for all.
            let name = failures.count < Self.mostErrors - 1 ? name : Self.other
            if let known = failures[name] { return known }
            let counter = Metric.failures.counter(("error", name))
            failures[name] = counter
            return counter
        }
    }

    private static let other = "other"

    /// An error as a label: its name where it is one, of at most 64 letters, digits, dots and the like.
    static func label(_ error: String?) -> String {
        guard let error, !error.isEmpty else { return "none" }
        let isName =
            error.utf8.count <= 64
            && error.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2E, 0x5F, 0x2D, 0x3A: true
                default: false
                }
            }
        return isName ? error : other
    }
}
