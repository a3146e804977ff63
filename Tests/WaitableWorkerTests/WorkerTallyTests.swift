import StatesLanguage
import Testing
import WaitableRedis

@testable import WaitableWorker

@Suite("What a worker reports of itself", .timeLimit(.minutes(1)))
struct WorkerTallyTests {
    private let start = Instant(milliseconds: 1_800_000_000_000)

    private func report(_ tally: WorkerTally) -> WorkerReport { tally.report(name: "w-1", startedAt: start) }

    @Test("Claims and commits add up; what is held goes down as batches are let go")
    func counts() {
        let tally = WorkerTally()
        #expect(report(tally) == WorkerReport(name: "w-1", startedAt: start))
        tally.claimed(128)
        tally.claimed(0)
        tally.committed(100, lateness: [])
        tally.letGo(100)
        tally.claimed(2)
        let expected = WorkerReport(name: "w-1", startedAt: start, claimed: 130, committed: 100, held: 30)
        #expect(report(tally) == expected)
        // A second report does not count anything twice.
        #expect(report(tally) == expected)
    }

    @Test("Lateness is of the time since the last report, its maximum exact")
    func lateness() throws {
        let tally = WorkerTally()
        tally.committed(100, lateness: Array(repeating: 10, count: 98) + [500, 12_345])
        let first = try #require(report(tally).lateness)
        #expect(first.p50 == 10)
        // Two significant digits.
        #expect((495...505).contains(first.p99), "\(first.p99)")
        #expect(first.max == 12_345)
        #expect(report(tally).lateness == nil)
        tally.committed(1, lateness: [3])
        #expect(report(tally).lateness == WorkerReport.Lateness(p50: 3, p99: 3, max: 3))
    }

    @Test("What is early by a clock that was set back, or later than a day, is counted at the bounds")
    func extremes() throws {
        let tally = WorkerTally()
        tally.committed(1, lateness: [-5])
        #expect(report(tally).lateness == WorkerReport.Lateness(p50: 0, p99: 0, max: 0))
        tally.committed(1, lateness: [.max])
        let late = try #require(report(tally).lateness)
        #expect(late.p50 >= 86_000_000 && late.p50 < 87_500_000, "\(late.p50)")
    }

    @Test("Every answered claim begins the time without one anew, also an empty one")
    func sinceClaim() async {
        let tally = WorkerTally()
        let before = ContinuousClock.now
        while tally.sinceClaim < .milliseconds(2) { await Task.yield() }
        tally.claimed(0)
        #expect(tally.sinceClaim < before.duration(to: .now))
    }
}
