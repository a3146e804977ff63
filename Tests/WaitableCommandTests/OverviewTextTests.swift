import StatesLanguage
import Testing
import WaitableOperations
import WaitableRedis

@testable import WaitableCommand

@Suite("Overviews and timelines for people", .timeLimit(.minutes(1)))
struct OverviewTextTests {
    private func overview(oldest: Int, _ workers: [WorkerReport], partitions: Int = 1) -> Overview {
        Overview(
            now: Instant(milliseconds: 1_800_000_000_000),
            waiting: 1,
            due: 2,
            running: 3,
            paused: 4,
            completedPerSecond: 5,
            failedPerSecond: 2,
            oldestOverdueMilliseconds: oldest,
            workers: workers,
            partitions: (0..<partitions).map {
                PartitionShare(number: $0, open: 0, due: 0, paused: 0, oldestOverdueMilliseconds: 0)
            }
        )
    }

    @Test("Counts, then workers; how late they are only where they did something")
    func overview() {
        let start = Instant(milliseconds: 1_700_000_000_000)
        let busy = WorkerReport.Lateness(p50: 3, p99: 40, max: 500)
        let workers = [
            WorkerReport(name: "a", startedAt: start, claimed: 7, committed: 6, held: 1, lateness: busy),
            WorkerReport(name: "b", startedAt: start),
        ]
        let lines = OverviewText.text(of: overview(oldest: 9_999, workers)).split(separator: "\n").map { line in
            line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        }
        #expect(
            lines == [
                "2027-01-15T08:00:00.000Z", "WAITING DUE RUNNING PAUSED CLOSED/S FAILED/S OLDEST DUE",
                "1 2 3 4 5 2 9999 ms",
                "WORKER SINCE HOLDS CLAIMED COMMITTED LATE P50 P99 MAX",
                "a 2023-11-14T22:13:20.000Z 1 7 6 3 ms 40 ms 500 ms", "b 2023-11-14T22:13:20.000Z 0 0 0 - - -",
            ]
        )
    }

    @Test("Where nobody works it says so, and what is long overdue is told in seconds")
    func nobody() {
        let text = OverviewText.text(of: overview(oldest: 10_000, []))
        #expect(text.hasSuffix("no workers: nothing that is due will run"))
        #expect(text.contains("10 s"))
    }

    @Test("Several partitions are told beside the instant")
    func partitions() {
        let text = OverviewText.text(of: overview(oldest: 0, [], partitions: 8))
        #expect(text.hasPrefix("2027-01-15T08:00:00.000Z, 8 partitions\n"))
    }

    @Test("A timeline has a row for each event, with all that the event tells")
    func timeline() throws {
        let json = try JSON(
            parsing: """
                {"events":[{"at":"T1","event":"started"},{"at":"T2","event":"step","worker":"w","states":["A","B"]},\
                {"at":"T3","event":"failed","worker":"w","state":"B","attempt":2,"error":"E","cause":"c","retryAt":"T4"},\
                {"at":"T4","event":"waits","until":"T5","for":"answer","lostLeases":1},"odd"]}
                """
        )
        let lines = TimelineText.text(of: json).split(separator: "\n").map { line in
            line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        }
        #expect(
            lines == [
                "AT EVENT WORKER WHAT", "T1 started", "T2 step w A, B",
                "T3 failed w B; attempt 2; error E; c; again at T4",
                "T4 waits 1 lost leases before; waits for: answer; until T5",
            ]
        )
    }
}
