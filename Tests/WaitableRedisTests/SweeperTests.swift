import Logging
import RedisClient
import Testing
import WaitableOperations
import WaitableRedis
import WaitableWorker

/// Serialized, and with a Redis of its own, because its counters are the server's.
@Suite("Sweepers", .serialized, .redisServer, .timeLimit(.minutes(2)))
struct SweeperTests {
    private let partition: Partition
    private let store: RedisStore

    init() throws {
        partition = try Partition()
        let namespace = String(partition.prefix.dropLast(":{0}".count))
        store = RedisStore(client: partition.client, keys: Keys(namespace: namespace))
    }

    private func sweeper(_ configuration: RetentionConfiguration, name: String = "s") -> Sweeper {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return Sweeper(partitions: Partitions(only: store), configuration: configuration, name: name, logger: logger)
    }

    /// Closed executions, with documents and histories.
    private func close(_ count: Int, at instant: Int64) async throws {
        for start in stride(from: 0, to: count, by: 1_000) {
            var documents = RedisCommand("HSET", partition.prefix + ":executions")
            var closed = RedisCommand("ZADD", partition.prefix + ":closed")
            for number in start..<min(start + 1_000, count) {
                documents.append("m:\(number)")
                documents.append(#"{"s":"S","d":"h","b":1,"input":{}}"#)
                closed.append("\(instant)")
                closed.append("m:\(number)")
            }
            _ = try await partition.client.send([documents, closed])
        }
    }

    private func closedCount() async throws -> Int64? { try await partition.redis("ZCARD", "~:closed").integer }

    @Test("age counts from the closing, by the Redis clock; the number counts after it")
    func ageAndCount() async throws {
        let now = try await partition.now()
        try await close(10, at: now)
        try await partition.redis("ZADD", "~:closed", "\(now - 60_001)", "m:0", "\(now - 30_000)", "m:1")
        #expect(try await sweeper(RetentionConfiguration(ageMilliseconds: 60_000)).sweep() == 1)
        #expect(try await partition.document("m:0") == nil)
        #expect(try await partition.document("m:1") != nil)
        #expect(try await sweeper(RetentionConfiguration(ageMilliseconds: nil, count: 8)).sweep() == 1)
        #expect(try await partition.document("m:1") == nil)
        #expect(try await closedCount() == 8)
        #expect(try await sweeper(RetentionConfiguration(ageMilliseconds: 60_000, count: 3)).sweep() == 5)
        #expect(try await closedCount() == 3)
    }

    @Test("eight sweepers at once remove each execution once")
    func many() async throws {
        try await close(5_000, at: 1)
        let removed = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<8 {
                let sweeper = sweeper(RetentionConfiguration(ageMilliseconds: 1, batch: 100), name: "s\(number)")
                group.addTask {
                    var removed = 0
                    while try await closedCount() != 0 { removed += try await sweeper.sweep() }
                    return removed
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(removed == 5_000)
        #expect(try await partition.contents().isEmpty)
    }

    @Test("100,000 leave in steps of 250, and no step holds Redis up")
    func bounded() async throws {
        try await close(100_000, at: 1)
        try await partition.redis("CONFIG", "RESETSTAT")
        #expect(try await sweeper(RetentionConfiguration(ageMilliseconds: 1)).sweep() == 100_000)
        #expect(try await closedCount() == 0)
        let statistics = RedisInfo(try await partition.redis("INFO", "commandstats").string ?? "")
        let calls = try #require(statistics["cmdstat_fcall"])
        #expect(calls.hasPrefix("calls=400,"))
        let perCall = try #require(calls.firstMatch(of: /usec_per_call=([0-9.]+)/).flatMap { Double($0.1) })
        #expect(perCall < 20_000, "\(calls)")
    }

    @Test("A partition where executions close faster than they leave keeps no other one waiting")
    func growing() async throws {
        let namespace = String(partition.prefix.dropLast(":{0}".count))
        let partitions = Partitions(namespace: namespace, count: 2) { _ in partition.client }
        let both = partitions.stores.map { $0.keys.prefix + ":closed" }
        func close(_ count: Int, in key: String, _ name: String) async throws {
            var command = RedisCommand("ZADD", key)
            for number in 0..<count {
                command.append("1")
                command.append("m:\(name)-\(number)")
            }
            _ = try await partition.client.send(command)
        }
        for key in both { try await close(1_000, in: key, "0") }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let sweeper = Sweeper(
            partitions: partitions,
            configuration: RetentionConfiguration(ageMilliseconds: nil, count: 0, batch: 10),
            name: "s",
            logger: logger
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var round = 0
                while !Task.isCancelled {
                    round += 1
                    try await close(100, in: both[0], "\(round)")
                }
            }
            group.addTask { _ = try await sweeper.sweep() }
            while try await partition.client.send(RedisCommand("ZCARD", both[1])).integer != 0 {}
            group.cancelAll()
        }
        #expect(try #require(try await partition.client.send(RedisCommand("ZCARD", both[0])).integer) > 0)
    }
}
