import Logging
import RedisClient
import RedisTestServer
import Testing
import WaitableRedis

@Suite("DurabilityConfirmer", .timeLimit(.minutes(1)))
struct DurabilityConfirmerTests {
    private static let one = Durability(replicas: 1)

    /// Runs a confirmer of a primary with a replica.
    private func with(
        _ body: (DurabilityConfirmer, RedisStore, _ primary: RedisTestServer, _ replica: RedisTestServer) async throws
            -> Void
    ) async throws {
        let primary = try RedisTestServer(options: [
            "--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1",
        ])
        defer { primary.kill() }
        let replica = try RedisTestServer(options: ["--replicaof", "127.0.0.1", "\(primary.port)"])
        defer { replica.kill() }
        try primary.ask("INFO replication", until: "state=online")
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var configuration = try RedisConfiguration(url: primary.url)
        configuration.backoff = .milliseconds(10) ... .milliseconds(50)
        let client = RedisClient(configuration, logger: logger)
        let store = RedisStore(client: client, keys: Keys(namespace: "n"))
        let confirmer = DurabilityConfirmer(partitions: Partitions(only: store), logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            group.addTask { try await confirmer.run() }
            defer { group.cancelAll() }
            _ = try await store.now()
            try await body(confirmer, store, primary, replica)
        }
    }

    private func confirm(_ confirmer: DurabilityConfirmer) async -> DurabilityOutcome? {
        await outcome(confirmer, confirmer.confirmation(of: "a", reaching: Self.one))
    }

    private func outcome(
        _ confirmer: DurabilityConfirmer,
        _ confirmation: StartConfirmation?
    ) async -> DurabilityOutcome? {
        guard let confirmation else { return nil }
        return await confirmer.confirm([confirmation])[confirmation]
    }

    @Test("Those that come while Redis waits for others are waited for together, after it")
    func coalesced() async throws {
        try await with { confirmer, store, primary, replica in
            #expect(await confirm(confirmer) == DurabilityOutcome(asked: Self.one, reached: Self.one))
            replica.pause()
            try await withThrowingTaskGroup(of: DurabilityOutcome?.self) { group in
                group.addTask { await confirm(confirmer) }
                try await eventually { primary.ask("INFO clients").contains("blocked_clients:1") }
                for _ in 0..<200 { group.addTask { await confirm(confirmer) } }
                // Nobody else waits.
                _ = try await store.now()
                replica.resume()
                for try await outcome in group { #expect(outcome?.isEnough == true) }
            }
            // The first, the one with the first after it, and all others with the next; or a few more, where those were slow.
            let statistics = primary.ask("INFO commandstats").split(separator: "\n")
            let calls = statistics.first { $0.hasPrefix("cmdstat_wait:") } ?? ""
            let count = try #require(Int(calls.split(separator: "=")[1].prefix { $0 != "," }))
            #expect((3...10).contains(count), "\(calls)")
        }
    }

    @Test("Below what was asked for, it is said what was reached")
    func missed() async throws {
        try await with { confirmer, _, _, replica in
            #expect(await confirmer.obstacle(to: Self.one) == nil)
            replica.pause()
            let outcome = try #require(await confirm(confirmer))
            #expect(!outcome.isEnough && outcome.reached == Durability() && outcome.reason == nil)
            replica.resume()
            #expect(await confirm(confirmer)?.isEnough == true)
        }
    }

    @Test("What went to a server before is not safe because a later one has written something else to its replicas")
    func anotherServer() async throws {
        try await with { confirmer, store, primary, replica in
            let before = confirmer.confirmation(of: "a", reaching: Self.one)
            primary.kill()
            try primary.start()
            try primary.ask("INFO replication", until: "state=online")
            try await eventually {
                (try? await store.now()) != nil && confirmer.confirmation(of: "a", reaching: Self.one) != before
            }
            let outcome = try #require(await outcome(confirmer, before))
            #expect(!outcome.isEnough && outcome.reason == "the connection to Redis was lost")
            #expect(await confirm(confirmer)?.isEnough == true)
        }
    }

    @Test("What Redis cannot reach as it is set up is told before a start; what it could reach once is asked for again")
    func obstacles() async throws {
        try await with { confirmer, _, primary, replica in
            #expect(await confirmer.obstacle(to: Durability()) == nil)
            let obstacle = DurabilityObstacle("Redis has 1 of 2 replicas", isPassing: true)
            #expect(await confirmer.obstacle(to: Durability(replicas: 2)) == obstacle)
            #expect(await confirmer.obstacle(to: Durability(isOnDisk: true)) != nil)
            #expect(await confirmer.obstacle(to: Self.one) == nil)
            replica.kill()
            try primary.ask("INFO replication", until: "connected_slaves:0")
            #expect(await confirmer.obstacle(to: Self.one) == nil)
        }
    }

    @Test("A standard durability that passes Redis's present replicas is waited for, and says so meanwhile")
    func standard() async throws {
        try await with { _, store, primary, _ in
            let confirmer = Self.confirmer(of: store, standard: Durability(replicas: 2))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await confirmer.run() }
                defer { group.cancelAll() }
                try await eventually { confirmer.shortfall == "Redis has 1 of 2 replicas" }
                let second = try RedisTestServer(options: ["--replicaof", "127.0.0.1", "\(primary.port)"])
                defer { second.kill() }
                try await eventually { confirmer.shortfall == nil }
                second.kill()
                try primary.ask("INFO replication", until: "connected_slaves:1")
                // What it could reach once, it is asked for.
                #expect(await confirmer.obstacle(to: confirmer.standard) == nil && confirmer.shortfall == nil)
            }
        }
    }

    @Test("A standard durability that Redis can never reach ends it, with the setting, the reason and the value")
    func impossible() async throws {
        try await with { _, store, primary, _ in
            guard !primary.ask("COMMAND INFO WAITAOF").contains("waitaof") else { return }
            let error = await #expect(throws: DurabilityError.self) {
                try await Self.confirmer(of: store, standard: Durability(isOnDisk: true, replicas: 3)).run()
            }
            let words = error?.description ?? ""
            #expect(words.hasPrefix("WAITABLE_DURABILITY (--durability): must be what Redis can reach, but Redis "))
            #expect(words.contains("has no WAITAOF"))
            #expect(words.hasSuffix("Redis has 1 of 3 replicas: 'fsync, replicas=3'"))
        }
    }

    private static func confirmer(of store: RedisStore, standard: Durability) -> DurabilityConfirmer {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return DurabilityConfirmer(partitions: Partitions(only: store), standard: standard, logger: logger)
    }
}

/// Waits until something holds; the test's time limit is the bound.
private func eventually(_ condition: () async throws -> Bool) async throws {
    // Only a pace: the condition is what is waited for.
    while try await !condition() { try await Task.sleep(for: .milliseconds(5)) }
}
