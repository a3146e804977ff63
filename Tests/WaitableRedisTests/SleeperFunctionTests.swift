import RedisClient
import Testing
import WaitableRedis

/// Workers that sleep: who looks at what, and who is told.
@Suite("Sleepers", .redisServer, .timeLimit(.minutes(1)))
struct SleeperFunctionTests {
    let partition: Partition
    init() throws { partition = try Partition() }

    /// A claim by a worker that sleeps a minute at most; when it has to look again, in ms from the claim.
    private func sleep(_ worker: String, _ longest: Int = 60_000) async throws -> Int64 {
        let words = try #require(try await partition.call("claim", "10", "60000", worker, String(longest)).array)
        let now = try #require(words[0].string.flatMap { Int64($0) }) / 1_000
        return try #require(words[2].string.flatMap { Int64($0) }) - now
    }

    private func sleepers() async throws -> [String] {
        let words = try await partition.redis("ZRANGE", "~:sleepers", "0", "-1", "WITHSCORES").array ?? []
        return words.compactMap(\.string)
    }

    @Test("The first looks at the head, the second a little later, and the others sleep on")
    func alarms() async throws {
        let due = try await partition.now() + 30_000
        try await partition.accept("m:a", due: due)
        #expect((1...30_000).contains(try await sleep("w1")))
        _ = try await sleep("w2")
        #expect((30_001...60_000).contains(try await sleep("w3")))
        // Whoever looks again takes its own place.
        for worker in ["w3", "w1", "w2", "w1"] { _ = try await sleep(worker) }
        #expect(try await self.sleepers().prefix(4) == ["w1", "\(due)", "w2", "\(due + 20)"])
    }

    @Test("Nobody looks sooner than for the next poll where nothing is due before")
    func nothing() async throws {
        #expect(try await sleep("w1", 5_000) == 5_000)
        try await partition.accept("m:a", due: try await partition.now() + 600_000)
        #expect(try await sleep("w1", 5_000) == 5_000)
        try await partition.redis("ZADD", "~:due", "inf", "m:b")
        try await partition.redis("ZREM", "~:due", "m:a")
        #expect(try await sleep("w1", 5_000) == 5_000)
    }

    @Test("One that gets something is up, and what it would have looked at is another one's")
    func rise() async throws {
        let now = try await partition.now()
        try await partition.accept("m:later", due: now + 30_000)
        for worker in ["w1", "w2", "w3"] { _ = try await sleep(worker) }
        try await partition.redis("ZADD", "~:due", "1", "m:now")
        let (told, messages) = try await listening(as: "w3") {
            let claim = try await partition.call("claim", "10", "60000", "w1", "60000").array
            #expect(claim?[4].string == "m:now")
        }
        #expect(told == ["w3", "\(now + 30_000)", "w2", "\(now + 30_020)"])
        #expect(messages == ["\(now + 30_000)"])
    }

    @Test("A sleeper that leaves hands over what it looks at")
    func leave() async throws {
        let now = try await partition.now()
        try await partition.accept("m:later", due: now + 30_000)
        for worker in ["w1", "w2"] { _ = try await sleep(worker) }
        let (told, messages) = try await listening(as: "w2") { try await partition.store.leave(worker: "w1") }
        #expect(told == ["w2", "\(now + 30_000)"])
        #expect(messages == ["\(now + 30_000)"])
    }

    @Test("One that has missed its alarm for long is told, and counts no more")
    func late() async throws {
        let now = try await partition.now()
        try await partition.redis("ZADD", "~:sleepers", "\(now - 1_000)", "late", "\(now + 60_000)", "w1")
        let (told, messages) = try await listening(as: "late") {
            try await partition.accept("m:a", due: try await partition.now() + 30_000)
        }
        #expect(messages.count == 1)
        // Nor does the one that does not hear.
        #expect(told.isEmpty)
    }

    @Test("Those that cannot hear have gone: the next one is told, and forgotten if it cannot hear either")
    func deaf() async throws {
        let now = try await partition.now()
        let alarms = ["\(now + 60_000)", "w1", "\(now + 70_000)", "w2", "\(now + 80_000)", "w3"]
        for index in stride(from: 0, to: alarms.count, by: 2) {
            try await partition.redis("ZADD", "~:sleepers", alarms[index], alarms[index + 1])
        }
        let (told, messages) = try await listening(as: "w1") {
            try await partition.accept("m:a", due: now + 30_000)
        }
        #expect(told == ["w1", "\(now + 30_000)"])
        #expect(messages == ["\(now + 30_000)"])
    }

    @Test("A set of another type delays nothing that is asked for: claims answer with the head")
    func wrongType() async throws {
        try await partition.redis("SET", "~:sleepers", "x")
        let due = try await partition.now() + 30_000
        try await partition.accept("m:a", due: due)
        #expect((1...30_000).contains(try await sleep("w1")))
        try await partition.accept("m:now")
        let claim = try await partition.call("claim", "10", "60000", "w1", "60000").array
        #expect(claim?[4].string == "m:now")
    }

    @Test(
        "What is no sleep is refused",
        arguments: [
            (["w", "0"], "VALIDATION sleep: must be an integer from 1 to 3600000: '0'"),
            (["w", "soon"], "VALIDATION sleep: must be an integer from 1 to 3600000: 'soon'"),
            (["", "5"], "VALIDATION worker: must have 1 to 1024 bytes: ''"),
            (["w", "5", "x"], "VALIDATION arguments: must be 4: '5'"),
        ]
    )
    func refusals(arguments: [String], message: String) async throws {
        #expect(try await partition.refusal("claim", ["10", "60000"] + arguments) == message)
    }

    /// Runs something while one worker hears its channel.
    ///
    /// - Returns: The alarms after it, and what the worker was told.
    private func listening(
        as worker: String,
        _ body: () async throws -> Void
    ) async throws -> (alarms: [String], messages: [String]) {
        var alarms: [String] = []
        let messages = try await partition.messages(to: worker) {
            try await body()
            alarms = try await self.sleepers()
        }
        return (alarms, messages)
    }
}
