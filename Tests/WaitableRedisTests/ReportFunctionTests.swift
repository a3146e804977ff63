import RedisClient
import StatesLanguage
import Testing
import WaitableOperations
import WaitableRedis

@Suite("waitable_report", .redisServer, .timeLimit(.minutes(1)))
struct ReportFunctionTests {
    let partition: Partition
    init() throws { partition = try Partition() }

    @Test("A report replaces the worker's last one")
    func replaces() async throws {
        #expect(try await partition.call("report", "w1", "60000", #"{"n":1}"#) == .integer(1))
        #expect(try await partition.call("report", "w2", "60000", #"{"n":2}"#) == .integer(2))
        #expect(try await partition.call("report", "w1", "60000", #"{"n":3}"#) == .integer(2))
        #expect(try await partition.redis("HGET", "~:reports", "w1").string == #"{"n":3}"#)
    }

    @Test("Whoever asks for it gets the names of those that are at work, and not of those whose time has passed")
    func names() async throws {
        try await partition.call("report", "w1", "1", "{}")
        try await partition.call("report", "w2", "60000", "{}")
        try await partition.pass(try await partition.now() + 1)
        let reply = try await partition.call("report", "w3", "60000", "{}", "names")
        #expect(Set(reply.array?.compactMap(\.string) ?? []) == ["w2", "w3"])
    }

    @Test("A report of before the clock was set back does not outlive its worker by that time")
    func setBack() async throws {
        try await partition.call("report", "w1", "30000", "{}")
        let ahead = try await partition.now() + 3_600_000
        try await partition.redis("ZADD", "~:workers", "\(ahead)", "w1")
        let reply = try await partition.call("report", "w2", "30000", "{}", "names")
        #expect(reply.array?.compactMap(\.string) == ["w2"])
        #expect(try await partition.redis("HEXISTS", "~:reports", "w1") == .integer(0))
    }

    @Test("A worker that leaves is forgotten, and so is one whose time has passed")
    func leaves() async throws {
        try await partition.call("report", "w1", "60000", "{}")
        try await partition.call("report", "w2", "1", "{}")
        try await partition.pass(try await partition.now() + 1)
        #expect(try await partition.call("report", "w1", "0") == .integer(0))
        #expect(try await partition.redis("HLEN", "~:reports") == .integer(0))
    }

    @Test(
        "What is no report is refused, and nothing is kept",
        arguments: [
            (["", "1000", "{}"], "VALIDATION worker: must have 1 to 1024 bytes: ''"),
            (["w", "soon", "{}"], "VALIDATION time to live: must be an integer from 0 to 3600000: 'soon'"),
            (["w", "1000", "[]"], "VALIDATION report: must be a JSON object of at most 4096 bytes: '[]'"),
            (["w", "1000", "{}", "x"], "VALIDATION answer: must be names: 'x'"),
            (["w", "1000", "{}", "names", "x"], "VALIDATION arguments: must be 4: '5'"),
        ]
    )
    func refuses(arguments: [String], message: String) async throws {
        #expect(try await partition.refusal("report", arguments) == message)
        #expect(try await partition.contents() == [])
    }

    @Test("The overview counts by what the scores say, and lists the workers that are there")
    func overview() async throws {
        let now = try await partition.now()
        for (score, member) in [
            ("\(now - 5_000)", "m:late"), ("\(now + 3_600_000)", "m:far"), ("\(now + 30_000).5", "m:held"),
            ("\(now + (1 << 50))", "m:parked"),
        ] {
            try await partition.redis("ZADD", "~:due", score, member)
        }
        try await partition.redis("ZADD", "~:closed", "\(now)", "m:done")
        try await partition.redis("ZADD", "~:closed", "\(now - 3_600_000)", "m:before")
        let store = partition.store
        var report = WorkerReport(name: "w2", startedAt: Instant(milliseconds: now))
        report.held = 1
        report.lateness = WorkerReport.Lateness(p50: 2, p99: 7, max: 9)
        try await store.report(report, life: 60_000)
        try await store.report(WorkerReport(name: "w1", startedAt: report.startedAt), life: 60_000)
        let overview = try await Partitions(only: store).overview()
        #expect(overview.due == 1)
        #expect(overview.waiting == 1)
        #expect(overview.running == 1)
        #expect(overview.paused == 1)
        #expect(overview.oldestOverdueMilliseconds >= 5_000)
        #expect(overview.workers.map(\.name) == ["w1", "w2"])
        #expect(overview.workers.last == report)
        try await store.leave(worker: "w1")
        #expect(try await Partitions(only: store).overview().workers == [report])
    }

    @Test("Scores that are no instants count by what they mean: due for ever, or never", arguments: ["-inf", "-1e300"])
    func oddScores(early: String) async throws {
        for (score, member) in [(early, "a"), ("inf", "b"), ("1e300", "c"), ("9000000000000", "d")] {
            try await partition.redis("ZADD", "~:due", score, member)
        }
        let overview = try await Partitions(only: partition.store).overview()
        #expect(overview.due == 1 && overview.waiting == 3 && overview.paused == 0)
        #expect(overview.oldestOverdueMilliseconds > 0)
    }
}
