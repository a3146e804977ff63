import Logging
import RedisClient
import ServiceLifecycle
import Testing
import Waitable
import WaitableRedis
import WaitableWorker

/// Serialized, and with a Redis of its own, because its counters are the server's.
@Suite("A fleet of workers", .serialized, .redisServer, .timeLimit(.minutes(3)))
struct FleetTests {
    /// The longest sleep: each of those that sleep looks once in it.
    private static let window: Duration = .seconds(30)
    /// What workers send; functions call none of these.
    private static let sent = ["fcall", "fcall_ro", "ping", "mget", "acl|dryrun", "subscribe", "exists", "publish"]

    /// Runs the services of worker processes, each with connections of its own.
    private func run(
        _ workers: Int,
        _ count: Int,
        namespace: String,
        _ body: @Sendable @escaping () async throws -> Void
    ) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let (log, server) = (logger, try #require(RedisServerTrait.configuration))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<workers {
                let client = RedisClient(server, logger: log)
                let partitions = Partitions(namespace: namespace, count: count) { _ in client }
                let identity = NamespaceIdentity(store: partitions.home, arn: ARN(), logger: log)
                let name = "worker-\(number)"
                let fleet = WorkerFleet(
                    partitions: partitions,
                    machines: MachineCache(store: partitions.home),
                    configuration: WorkerConfiguration(name: name),
                    identity: identity,
                    logger: log
                )
                let sweeper = Sweeper(
                    partitions: partitions,
                    configuration: RetentionConfiguration(),
                    name: name,
                    isOurs: { fleet.isOwned($0) },
                    logger: log
                )
                let file = AppendOnlyFileCheck(partitions: partitions, logger: log)
                let services: [any Service] = [client, identity, fleet, sweeper, file]
                for service in services { group.addTask { try await service.run() } }
            }
            defer { group.cancelAll() }
            try await body()
        }
    }

    private func calls(_ partition: Partition) async throws -> [String: Int] {
        let text = try await partition.redis("INFO", "commandstats").string ?? ""
        var calls: [String: Int] = [:]
        for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("cmdstat_") {
            guard let colon = line.firstIndex(of: ":"), let start = line.firstRange(of: "calls=") else { continue }
            let name = String(line[..<colon].dropFirst("cmdstat_".count))
            guard Self.sent.contains(name) else { continue }
            calls[name] = Int(line[start.upperBound...].prefix { $0.isNumber })
        }
        return calls
    }

    @Test("16 workers over 64 idle partitions send at most 13 commands a second, all together")
    func idle() async throws {
        let partitions = try Partitions.test(64)
        let home = partitions.partition(0)
        try await run(16, 64, namespace: partitions.home.keys.namespace) {
            // Everybody knows everybody when all have reported twice. Whoever fell asleep before has got up once more by the
            // end of its sleep; then two sleep at each partition, and no more will.
            var sleeping = 0
            while sleeping < 2 * 64 {
                sleeping = 0
                for store in partitions.stores {
                    sleeping += Int(try await store.send(RedisCommand("ZCARD", store.keys.sleepers)).integer ?? 0)
                }
                try await Task.sleep(for: .milliseconds(100))
            }
            try await Task.sleep(for: Self.window + .seconds(5))
            let start = try await home.now()
            let before = try await calls(home)
            try await Task.sleep(for: Self.window)
            let after = try await calls(home)
            let seconds = Double(try await home.now() - start) / 1_000
            let counts = after.merging(before) { $0 - $1 }
            let rate = Double(counts.values.reduce(0, +)) / seconds
            print("idle fleet: \(rate) commands/s, \(counts) in \(seconds) s")
            #expect(rate <= 0.2 * 64, "\(counts) in \(seconds) s")
        }
    }
}
