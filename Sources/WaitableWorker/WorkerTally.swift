import Histogram
import StatesLanguage
import Synchronization
import WaitableRedis

/// What a worker has done, for the reports it gives of itself.
final class WorkerTally: Sendable {
    private struct Counts {
        var claimed = 0
        var committed = 0
        var held = 0
        var lateness = Histogram<UInt32>(
            highestTrackableValue: 86_400_000,
            numberOfSignificantValueDigits: .two
        )
        var latest = 0
        var claimedAt = ContinuousClock.now
        var hasClaimed = false
    }

    private let counts = Mutex(Counts())

    /// A claim was answered: so many executions, perhaps none, are held from now on.
    func claimed(_ count: Int) {
        counts.withLock { counts in
            counts.claimedAt = .now
            counts.hasClaimed = true
            counts.claimed += count
            counts.held += count
        }
    }

    /// Whether a claim was answered.
    var hasClaimed: Bool { counts.withLock { $0.hasClaimed } }

    /// How long ago the last claim was answered; before the first, how long the worker has been there.
    var sinceClaim: Duration { counts.withLock { $0.claimedAt.duration(to: .now) } }

    /// A batch is no longer held.
    func letGo(_ count: Int) {
        counts.withLock { $0.held -= count }
    }

    /// Transitions were committed, so many ms after their due instants.
    func committed(_ count: Int, lateness: [Int]) {
        counts.withLock { counts in
            counts.committed += count
            for late in lateness {
                counts.lateness.record(UInt64(max(0, min(late, 86_400_000))))
                counts.latest = max(counts.latest, late)
            }
        }
    }

    /// The report for now; lateness is counted anew from here on.
    func report(name: String, startedAt: Instant) -> WorkerReport {
        counts.withLock { counts in
            var report = WorkerReport(name: name, startedAt: startedAt)
            report.claimed = counts.claimed
            report.committed = counts.committed
            report.held = max(0, counts.held)
            if counts.lateness.totalCount > 0 {
                report.lateness = WorkerReport.Lateness(
                    p50: Int(counts.lateness.valueAtPercentile(50)),
                    p99: Int(counts.lateness.valueAtPercentile(99)),
                    max: counts.latest
                )
            }
            counts.lateness.reset()
            counts.latest = 0
            return report
        }
    }
}
