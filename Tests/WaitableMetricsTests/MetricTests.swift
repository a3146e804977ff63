import CoreMetrics
import PrometheusMetrics
import StatesLanguage
import Testing
import WaitableOperations
import WaitableRedis

@testable import WaitableMetrics

@Suite("Metrics", .timeLimit(.minutes(1)))
struct MetricTests {
    @Test("Names are unique, and say kind and unit as Prometheus has it", arguments: Metric.all)
    func names(metric: Metric) {
        #expect(Metric.all.filter { $0.name == metric.name }.count == 1)
        #expect(metric.name.wholeMatch(of: /(waitable|process)_[a-z_]+/) != nil)
        // A counter's name ends in _total, nobody else's does; process_cpu_seconds_total among them.
        #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter))
        if metric.kind == .histogram { #expect(metric.name.hasSuffix("_seconds")) }
        #expect(metric.help.hasSuffix("."))
        let labels: Set<Spelling> = ["call", "error", "method", "reason", "result", "route", "status", "version"]
        #expect(metric.labels.allSatisfy { labels.contains($0) })
    }

    @Test("A duration is recorded in seconds")
    func duration() throws {
        let registry = PrometheusRegistry.waitable()
        withMetricsFactory(registry) {
            let now = ContinuousClock.now
            Metric.claimSeconds.timer().record(since: now - .seconds(2))
        }
        let lines = registry.text().split(separator: "\n")
        let line = try #require(lines.first { $0.hasPrefix("waitable_claim_seconds_sum ") })
        let sum = try #require(Double(line.split(separator: " ")[1]))
        #expect(sum >= 2 && sum < 60)
    }

    private static let overview = Overview(
        now: Instant(milliseconds: 1_800_000_000_000),
        waiting: 1,
        due: 2,
        running: 3,
        paused: 4,
        completedPerSecond: 5,
        failedPerSecond: 2,
        oldestOverdueMilliseconds: 6_500,
        workers: ["a", "b"].map { WorkerReport(name: $0, startedAt: Instant(milliseconds: 0)) },
        partitions: [PartitionShare(number: 0, open: 4, due: 2, paused: 4, oldestOverdueMilliseconds: 6_500)]
    )

    private func figures(_ backlog: Backlog) -> [String] {
        PrometheusRegistry.waitable().text(with: backlog.readings).split(separator: "\n").map(String.init)
            .filter { !$0.hasPrefix("#") }
    }

    @Test("A backlog is shown by what it counts, in seconds and bytes")
    func backlog() {
        let memory = RedisMemory(used: 1_048_576, limit: 0)
        #expect(
            figures(Backlog(overview: Self.overview, clockOffset: -0.25, memory: memory)) == [
                "waitable_oldest_overdue_seconds 6.5", "waitable_overdue 2", "waitable_parked 4",
                "waitable_partitions 1",
                "waitable_redis_clock_offset_seconds -0.25", "waitable_redis_memory_limit_bytes 0",
                "waitable_redis_memory_used_bytes 1048576", "waitable_running 3", "waitable_waiting 1",
                "waitable_workers 2",
            ]
        )
    }

    @Test("What a Redis user may not ask for is left out, and not zero")
    func withoutMemory() {
        let lines = figures(Backlog(overview: Self.overview, clockOffset: 0, memory: nil))
        #expect(lines.count == 8)
        #expect(!lines.contains { $0.contains("memory") })
    }

    @Test("A process counts its own time, memory and files")
    func process() throws {
        let before = Dictionary(uniqueKeysWithValues: ProcessFigures.readings().map { ($0.name, $0.value) })
        try #require(before.count == 6, "there is no /proc")
        #expect(try #require(before["process_resident_memory_bytes"]) > 1_000_000)
        #expect(try #require(before["process_open_fds"]) >= 3)
        #expect(try #require(before["process_open_fds"]) < (try #require(before["process_max_fds"])))
        let start = try #require(before["process_start_time_seconds"])
        #expect(start > 1_600_000_000 && start < 4_000_000_000)
    }
}
