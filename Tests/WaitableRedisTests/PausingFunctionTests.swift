import RedisClient
import Testing

@Suite("waitable_pause and waitable_unpause", .redisServer, .timeLimit(.minutes(1)))
struct PausingFunctionTests {
    let partition: Partition
    private static let parked: Int64 = 1 << 50

    init() throws { partition = try Partition() }

    private func deploy(_ machines: String...) async throws {
        for machine in machines {
            try await partition.call("deploy", machine, "create", "h", "{}", #"{"hash":"h"}"#)
        }
    }

    /// Claims until there is nothing more to claim.
    private func claimAll(limit: Int = 10) async throws -> [String] {
        var names: [String] = []
        while true {
            let claim = try await partition.claim(limit: limit)
            names += claim.names
            guard let head = Double(claim.head), head <= Double(claim.microseconds) / 1_000 else { return names }
        }
    }

    @Test("What is due of a paused machine is parked, at its instant; another machine's is claimed")
    func parks() async throws {
        try await deploy("m", "other")
        try await partition.accept("m:a", "m:b", "other:c", due: 1_000)
        try await partition.accept("m:later", due: 9_000_000_000_000)
        try await partition.call("pause", "m")
        #expect(try await claimAll() == ["other:c"])
        let due = try await partition.due()
        #expect(due.contains("m:a") && due.contains("m:b"))
        #expect(try await partition.redis("ZSCORE", "~:due", "m:a").string == "\(Self.parked + 1_000)")
        #expect(try await partition.redis("ZSCORE", "~:due", "m:later").string == "9000000000000")
    }

    @Test("Resumed, each comes back once, at its instant, however many there are")
    func resumes() async throws {
        try await deploy("m", "other")
        for start in stride(from: 0, to: 5_000, by: 500) {
            let names = (start..<start + 500).map { Entry("m:\($0)", next: "\(1_000 + $0)") }
            try await partition.call("accept", Entry.arguments(names))
        }
        try await partition.accept("other:x", due: 1)
        try await partition.call("pause", "m")
        try await partition.call("pause", "other")
        #expect(try await claimAll(limit: 1_000).isEmpty)
        #expect(try await partition.call("unpause", "m").integer == 1)
        let names = try await claimAll(limit: 300)
        #expect(names.count == 5_000)
        #expect(Set(names).count == 5_000)
        #expect(try await partition.redis("HKEYS", "~:paused").array == [.bulk(Array("other".utf8))])
        #expect(try await partition.redis("ZSCORE", "~:due", "other:x").string == "\(Self.parked + 1)")
        #expect(try await partition.call("unpause", "m").integer == 0)
    }

    @Test("A paused machine that is removed: its executions come back, and sleeping workers wake")
    func removed() async throws {
        try await deploy("m", "other")
        try await partition.accept("m:a", "m:b", "other:c", due: 1_000)
        try await partition.call("pause", "m")
        try await partition.call("pause", "other")
        #expect(try await claimAll().isEmpty)
        let messages = try await partition.messages {
            try await partition.call("register", "", "", "machines", "m", #"{"hash":"h"}"#, "")
        }
        #expect(messages.count == 1)
        #expect(try await claimAll().sorted() == ["m:a", "m:b"])
        #expect(try await partition.redis("HKEYS", "~:paused").array == [.bulk(Array("other".utf8))])
        #expect(try await partition.refusal("unpause", "m") == "NOTFOUND machine: must be deployed: 'm'")
    }

    @Test("A machine may be called 'default': pausing it leaves bare members of the default machine alone")
    func machineCalledDefault() async throws {
        try await partition.call("deploy", "m", "default", "h", "{}", #"{"hash":"h"}"#)
        try await deploy("default")
        try await partition.redis("ZADD", "~:due", "1", "bare")
        try await partition.accept("default:a")
        try await partition.call("pause", "default")
        #expect(try await claimAll() == ["bare"])
        try await partition.call("pause", "m")
        try await partition.redis("ZADD", "~:due", "1", "another")
        #expect(try await claimAll().isEmpty)
    }

    @Test("A bare member is parked with the default machine; a lost lease is counted")
    func bareAndLapsed() async throws {
        try await partition.call("deploy", "m", "default", "h", "{}", #"{"hash":"h"}"#)
        try await partition.redis("ZADD", "~:due", "1000", "bare")
        try await partition.redis("ZADD", "~:due", "1000.5", "m:lapsed")
        try await partition.call("pause", "m")
        #expect(try await claimAll().isEmpty)
        #expect(try await partition.redis("HGET", "~:redelivered", "m:lapsed").string == "-1")
        try await partition.call("unpause", "m")
        #expect(try await claimAll().sorted() == ["bare", "m:lapsed"])
    }

    @Test(
        "A lease that was out at the pause finishes; a start that has begun is turned away, one that has not is taken"
    )
    func leasesAndStarts() async throws {
        try await deploy("m")
        try await partition.accept("m:a", due: 1)
        let claim = try await partition.claim()
        try await partition.call("pause", "m")
        let commit = [claim.token] + Entry.arguments([Entry("m:a", next: "", token: claim.token)])
        #expect(try await partition.call("commit", commit).array == [.integer(1)])
        let begun = try await partition.call("accept", Entry.arguments([Entry("m:b", next: "5", history: "[1]")]))
        #expect(begun.array == [.integer(3)])
        #expect(try await partition.document("m:b") == nil)
        #expect(try await partition.accept("m:b", due: 5).array == [.integer(1)])
        #expect(try await claimAll().isEmpty)
    }

    @Test("Parked ones can be stopped and rescheduled")
    func parkedOnes() async throws {
        try await deploy("m")
        try await partition.accept("m:a", "m:b", due: 1)
        try await partition.call("pause", "m")
        #expect(try await claimAll().isEmpty)
        try await partition.call("stop", "m:a")
        try await partition.call("reschedule", "m:b", "4000000000000")
        #expect(try await partition.due() == ["m:b", "4000000000000"])
        try await partition.call("unpause", "m")
        #expect(try await claimAll().isEmpty)
        #expect(try await partition.redis("EXISTS", "~:paused").integer == 0)
        let tooLate = try await partition.refusal("reschedule", "m:b", "4398046511104")
        #expect(tooLate == "VALIDATION instant: must be before 2109-05-15T07:35:11.104Z: '4398046511104'")
    }

    @Test(
        "What was parked comes back, also where the clock was set back since, and by years; what was due at once does not wait",
        arguments: [40_000, 400 * 86_400_000]
    )
    func clockSetBack(by step: Int64) async throws {
        try await deploy("m")
        let ahead = try await partition.now() + step
        let document = #"{"s":"R","d":"h","b":1,"z":\#(ahead),"f":{"n":"W"},"input":{}}"#
        let waiting = Entry("m:waiting", next: "\(ahead)", document: document)
        #expect(try await partition.call("accept", Entry.arguments([waiting])) == .array([.integer(1)]))
        try await partition.accept("m:a", "m:b", due: 1)
        let claim = try await partition.claim(limit: 1)
        try await partition.call("pause", "m")
        let held = try #require(claim.names.first)
        let other = held == "m:a" ? "m:b" : "m:a"
        // As if both had been so when the clock showed that time: one parked, one leased.
        try await partition.redis(
            "ZADD",
            "~:due",
            "\(Self.parked + ahead)",
            other,
            "\(Self.parked + ahead)",
            "m:waiting"
        )
        try await partition.redis("ZADD", "~:leases", "\(ahead)", claim.token)
        #expect(try await claimAll().isEmpty)
        let score = try #require(try await partition.redis("ZSCORE", "~:due", held).string.flatMap { Int64($0) })
        #expect(score - Self.parked <= (try await partition.now()))
        try await partition.call("unpause", "m")
        #expect(try await claimAll().sorted() == ["m:a", "m:b"])
        #expect(try await partition.redis("ZSCORE", "~:due", "m:waiting").string == "\(ahead)")
        #expect(try await partition.redis("EXISTS", "~:paused") == .integer(0))
    }

    @Test("What is due after the year 2109 by itself was never parked, and stays where it is")
    func farFuture() async throws {
        try await deploy("m")
        try await partition.accept("m:a", due: 9_000_000_000_000)
        try await partition.call("pause", "m")
        try await partition.call("unpause", "m")
        #expect(try await claimAll().isEmpty)
        #expect(try await partition.due() == ["m:a", "9000000000000"])
        #expect(try await partition.redis("EXISTS", "~:paused").integer == 0)
    }

    @Test("Pausing twice keeps the first instant; what is no machine is refused")
    func refuses() async throws {
        try await deploy("m")
        let since = try await partition.call("pause", "m")
        #expect(try await partition.call("pause", "m") == since)
        #expect(try await partition.refusal("pause", "none") == "NOTFOUND machine: must be deployed: 'none'")
        #expect(try await partition.refusal("unpause", ":default") == "NOTFOUND machine: must be deployed: ':default'")
    }
}
