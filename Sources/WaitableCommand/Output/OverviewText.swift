import StatesLanguage
import WaitableOperations
import WaitableRedis

/// An overview for people.
enum OverviewText {
    /// The counts in one block, the workers in a table below.
    static func text(of overview: Overview) -> String {
        var counts = Table(header: ["WAITING", "DUE", "RUNNING", "PAUSED", "CLOSED/S", "FAILED/S", "OLDEST DUE"])
        let figures = [
            overview.waiting, overview.due, overview.running, overview.paused, overview.completedPerSecond,
            overview.failedPerSecond,
        ]
        counts.rows = [figures.map(String.init) + [seconds(overview.oldestOverdueMilliseconds)]]
        var workers = Table(header: ["WORKER", "SINCE", "HOLDS", "CLAIMED", "COMMITTED", "LATE P50", "P99", "MAX"])
        workers.rows = overview.workers.map { worker in
            let lateness = worker.lateness.map { [$0.p50, $0.p99, $0.max].map { "\($0) ms" } } ?? ["-", "-", "-"]
            return [worker.name, worker.startedAt.iso8601]
                + [worker.held, worker.claimed, worker.committed].map(String.init) + lateness
        }
        let people = overview.workers.isEmpty ? "no workers: nothing that is due will run" : workers.text
        let partitions = overview.partitions.count < 2 ? "" : ", \(overview.partitions.count) partitions"
        return "\(overview.now.iso8601)\(partitions)\n\n\(counts.text)\n\n\(people)"
    }

    private static func seconds(_ milliseconds: Int) -> String {
        milliseconds < 10_000 ? "\(milliseconds) ms" : "\(milliseconds / 1_000) s"
    }
}
