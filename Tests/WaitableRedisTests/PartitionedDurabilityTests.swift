import Logging
import RedisClient
import RedisTestServer
import Testing
import Waitable
import WaitableRedis

/// Starts in several partitions of a cluster, each as safe as its own primary has made it.
@Suite("Durability of several partitions", .serialized, .timeLimit(.minutes(1)))
struct PartitionedDurabilityTests {
    private static let one = Durability(replicas: 1)
    private static let count = 8

    /// Runs something with a namespace on a cluster of three primaries, each with a replica.
    private func with(
        options: [String] = [],
        _ body: (Partitions, RedisTestCluster) async throws -> Void
    ) async throws {
        let servers = try RedisTestCluster(options: options)
        defer { servers.kill() }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var configuration = try RedisConfiguration(url: servers.url)
        configuration.backoff = .milliseconds(10) ... .milliseconds(50)
        // The map is asked for again when something shows that it is out of date.
        configuration.pingInterval = .seconds(3_600)
        let cluster = try RedisCluster(configuration, logger: logger)
        let partitions = Partitions(namespace: "n", count: Self.count) { ClusterSlot(of: $0.prefix, in: cluster) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await cluster.run() }
            defer { group.cancelAll() }
            try await connect(partitions)
            try await body(partitions, servers)
        }
    }

    /// Asks each partition, wherever it is.
    private func connect(_ partitions: Partitions) async throws {
        for store in partitions.stores { _ = try await store.send(RedisCommand("EXISTS", store.keys.due)) }
    }

    /// What a start in each partition would wait for, in the order of the partitions.
    private func confirmations(_ partitions: Partitions) throws -> [StartConfirmation] {
        let ids = (0..<200).map { "id-\($0)" }
        return try (0..<Self.count).map { number in
            let id = try #require(ids.first { partitions.partitioning.partition(of: $0) == number })
            return try #require(partitions.confirmation(of: id, reaching: Self.one))
        }
    }

    /// Which partitions a primary has.
    private func partitions(of primary: RedisTestServer) -> Set<Int> {
        Set((0..<Self.count).filter { primary.ask("EXISTS \(Keys(namespace: "n", partition: $0).prefix)") == ":0\r\n" })
    }

    /// How often each primary has waited.
    private func waits(_ partitions: Partitions) async throws -> [Int] {
        var counts: [Int] = []
        for server in partitions.servers {
            let statistics = try await server.send(RedisCommand("INFO", "commandstats")).string ?? ""
            let line = statistics.split(separator: "\n").first { $0.hasPrefix("cmdstat_wait:") }
            counts.append(line.flatMap { Int($0.split(separator: "=")[1].prefix { $0 != "," }) } ?? 0)
        }
        return counts
    }

    @Test("Each primary waits once for all of its partitions, and one whose replica hangs takes the others' nothing")
    func perPrimary() async throws {
        try await with { partitions, servers in
            for primary in servers.primaries { #expect(!self.partitions(of: primary).isEmpty) }
            #expect(try await partitions.obstacle(to: Self.one) == nil)
            let all = try confirmations(partitions)
            let safe = await partitions.confirm(Set(all))
            #expect(all.allSatisfy { safe[$0] == DurabilityOutcome(asked: Self.one, reached: Self.one) })
            #expect(try await waits(partitions) == [1, 1, 1])
            servers.nodes[3].pause()
            let missed = self.partitions(of: servers.nodes[0])
            let outcomes = await partitions.confirm(Set(all))
            servers.nodes[3].resume()
            for (number, confirmation) in all.enumerated() {
                #expect(outcomes[confirmation]?.isEnough == !missed.contains(number), "\(number)")
            }
            // What a primary that is to come to lacks is told with its address, before a start.
            servers.nodes[5].kill()
            try servers.nodes[2].ask("INFO replication", until: "connected_slaves:0")
            let words = "Redis at 127.0.0.1:\(servers.nodes[2].port) has 0 of 1 replicas"
            #expect(try await partitions.obstacle(to: Self.one) == DurabilityObstacle(words, isPassing: true))
        }
    }

    @Test("What was written to a primary before its partition moved is not safe because either server says so")
    func moved() async throws {
        try await with { partitions, servers in
            let (from, to) = (servers.nodes[2], servers.nodes[0])
            let moving = try #require(self.partitions(of: from).min())
            let slot = HashSlot(of: partitions.stores[moving].keys.prefix).number
            let all = try confirmations(partitions)
            // So that the slot has a key, also the one that the wait writes.
            #expect(await partitions.confirm(Set(all)).values.allSatisfy { $0.isEnough })
            try servers.beginMove(of: slot, from: from, to: to)
            var outcomes = await partitions.confirm(Set(all))
            for (number, confirmation) in all.enumerated() {
                let outcome = try #require(outcomes[confirmation])
                #expect(outcome.isEnough == (number != moving), "\(number) \(outcome)")
                #expect(outcome.reason == (number == moving ? "the partition moves to another server" : nil))
            }
            try servers.moveKeys(of: slot, from: from, to: to)
            try servers.endMove(of: slot, from: from, to: to)
            let word = "MOVED \(slot) 127.0.0.1:\(to.port)"
            for node in servers.nodes where node.port != to.port {
                try node.ask("EXISTS \(partitions.stores[moving].keys.prefix)", until: word)
            }
            // The client does not know it yet.
            outcomes = await partitions.confirm([all[moving]])
            #expect(outcomes[all[moving]]?.reason == "the partition moves to another server")
            try await connect(partitions)
            outcomes = await partitions.confirm([all[moving]])
            #expect(outcomes[all[moving]]?.reason == "the connection to Redis was lost")
            let after = try confirmations(partitions)
            #expect(await partitions.confirm(Set(after)).values.allSatisfy { $0.isEnough })
        }
    }

    @Test("Each primary has to be able to load its append-only file again, not only the one of partition 0")
    func appendOnlyFiles() async throws {
        try await with(options: ["--appendonly", "yes"]) { partitions, servers in
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            #expect(await AppendOnlyFileCheck(partitions: partitions, logger: logger).problem() == nil)
            let other = try #require(servers.primaries.first { !self.partitions(of: $0).contains(0) })
            try other.ask("ACL SETUSER default -xadd", until: "+OK")
            let problem = await AppendOnlyFileCheck(partitions: partitions, logger: logger).problem() ?? ""
            let first = try #require(self.partitions(of: other).min())
            #expect(
                problem.hasPrefix("the server of partition \(first): the next restart of Redis loses items"),
                "\(problem)"
            )
        }
    }
}
