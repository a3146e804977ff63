import Foundation
import Logging
import RedisClient
import RedisTestServer
import StatesLanguage
import Waitable
import WaitableRedis

/// Measures the whole on a private Redis with AOF everysec, and prints a table and JSON.
///
///     waitable-benchmark ITEMS PATH-OF-WAITABLE [FILE.json]
@main
struct Benchmark {
    let store: RedisStore
    let redis: RedisTestServer
    let program: String
    let items: Int

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3, let items = Int(arguments[1]), items >= 1_000 else {
            FileHandle.standardError.write(Data("usage: waitable-benchmark ITEMS PATH-OF-WAITABLE [FILE.json]\n".utf8))
            exit(64)
        }
        let redis = try RedisTestServer(persistence: .appendOnly, options: ["--appendfsync", "everysec"])
        defer { redis.kill() }
        var logger = Logger(label: "benchmark")
        logger.logLevel = .error
        let client = RedisClient(RedisConfiguration(address: .unixSocket(path: redis.socket)), logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            defer { group.cancelAll() }
            let benchmark = Benchmark(
                store: RedisStore(client: client),
                redis: redis,
                program: arguments[2],
                items: items
            )
            let report = try await benchmark.run()
            print(report.table)
            if arguments.count > 3 { try Data(report.json.text.utf8).write(to: URL(filePath: arguments[3])) }
        }
    }

    func run() async throws -> Report {
        var report = Report(items: items)
        try await deploy()
        try await hotSecond(&report)
        try await steady(&report)
        try await idle(&report)
        return report
    }

    private func deploy() async throws {
        try await store.loadFunctions()
        let file = URL(filePath: "statemachine/waitable-stepfunction.asl.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        let definition = try StateMachine.substituting(["DDBTable": "items"], in: text)
        let revision = Revision(definition: definition, roleARN: "arn:aws:iam::000000000000:role/waitable")
        let now = Instant(milliseconds: try await store.time() / 1_000)
        let record = MachineRecord(name: "waitable-stepfunction", revision: revision.hash, creationDate: now)
        _ = try await store.deploy(revision, as: record, mode: .put)
        try await store.setDefaultMachine(record.name)
    }

    /// All items due in the same second: how fast they are started, what they weigh while they wait, and how fast one
    /// worker drains them.
    private func hotSecond(_ report: inout Report) async throws {
        let starter = try await BatchStarter(store: store)
        let memoryBefore = try await memory()
        let redisBefore = try await redisCPU()
        let began = ContinuousClock.now
        // Far enough ahead that all are started before it.
        let due = Instant(milliseconds: try await store.time() / 1_000 + Int64(items / 10) + 5_000)
        try await starter.start(items, at: due, prefix: UUID().uuidString.prefix(28) + "-")
        let started = began.duration(to: .now)
        report["start, items/s"] = Double(items) / started.seconds
        report["start, Redis CPU µs/item"] = (try await redisCPU() - redisBefore) * 1e6 / Double(items)
        report["Redis bytes/waiting item"] = (try await memory() - memoryBefore) / Double(items)

        let worker = try WorkerProcess(program, url: redis.url)
        try await sleep(until: due.adding(milliseconds: -500))
        let drainRedis = try await redisCPU()
        let drainWorker = worker.cpuSeconds
        try await closed(items)
        report["drain, Redis CPU µs/item"] = (try await redisCPU() - drainRedis) * 1e6 / Double(items)
        report["drain, worker CPU µs/item"] = (worker.cpuSeconds - drainWorker) * 1e6 / Double(items)
        let lateness = try await lateness(prefix: nil)
        report["drain, items/s"] = Double(items) * 1_000 / max(1, lateness.last ?? 1)
        worker.stop()
        try await flush()
    }

    /// A thousand items a second, each due a second after its start, two workers.
    private func steady(_ report: inout Report) async throws {
        try await deploy()
        let starter = try await BatchStarter(store: store)
        let workers = [try WorkerProcess(program, url: redis.url), try WorkerProcess(program, url: redis.url)]
        let seconds = 10
        let clock = ContinuousClock()
        let began = clock.now
        for slice in 0..<(seconds * 100) {
            try await clock.sleep(until: began + .milliseconds(slice * 10), tolerance: .zero)
            let due = Instant(milliseconds: try await store.time() / 1_000 + 1_000)
            try await starter.start(10, at: due, prefix: "steady-\(slice)-")
        }
        try await closed(seconds * 1_000)
        let lateness = try await lateness(prefix: nil)
        report["steady 1,000/s, lateness p50 ms"] = lateness.percentile(0.5)
        report["steady 1,000/s, lateness p99 ms"] = lateness.percentile(0.99)
        report["steady 1,000/s, lateness max ms"] = lateness.last ?? 0
        report["steady 1,000/s, earliest ms"] = lateness.first ?? 0
        for worker in workers { worker.stop() }
        try await flush()
    }

    /// One worker with nothing to do.
    private func idle(_ report: inout Report) async throws {
        try await deploy()
        let worker = try WorkerProcess(program, url: redis.url)
        try await ContinuousClock().sleep(for: .seconds(2))
        let before = try await commands()
        let cpu = worker.cpuSeconds
        try await ContinuousClock().sleep(for: .seconds(20))
        // Without the question itself.
        report["idle, commands/s"] = (try await commands() - before - 1) / 20
        report["idle, worker CPU %"] = (worker.cpuSeconds - cpu) / 20 * 100
        worker.stop()
    }

    // MARK: Readings

    private func info(_ section: String, _ name: String) async throws -> Double {
        let text = try await store.client.send(RedisCommand("INFO", section)).string ?? ""
        let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name + ":") }
        return line.flatMap { Double($0.dropFirst(name.count + 1)) } ?? 0
    }

    private func redisCPU() async throws -> Double {
        try await info("cpu", "used_cpu_sys") + info("cpu", "used_cpu_user")
    }

    private func memory() async throws -> Double { try await info("memory", "used_memory") }
    private func commands() async throws -> Double { try await info("stats", "total_commands_processed") }

    private func closed(_ count: Int) async throws {
        while try await store.client.send(RedisCommand("ZCARD", store.keys.closed)).integer ?? 0 < Int64(count) {
            try await ContinuousClock().sleep(for: .milliseconds(20))
        }
    }

    private func sleep(until instant: Instant) async throws {
        let now = try await store.time() / 1_000
        try await ContinuousClock().sleep(for: .milliseconds(max(0, instant.milliseconds - now)))
    }

    private func flush() async throws { _ = try await store.client.send(RedisCommand("FLUSHALL")) }

    /// Closing instant less due instant of every closed item, in ms, sorted: the commit is in it.
    private func lateness(prefix: String?) async throws -> [Double] {
        var values: [Double] = []
        var cursor: ItemCursor? = ItemCursor(set: .closed, after: nil)
        var rank = 0
        while cursor != nil {
            let (members, _) = try await store.closedMembers(from: rank, limit: 5_000)
            rank += members.count
            if members.isEmpty { cursor = nil }
            let items = try await store.items(
                members.map { ItemKey(table: "items", id: ExecutionKey(member: $0.name)?.name ?? "") }
            )
            for (member, item) in zip(members, items) {
                let due = item?.first { $0.name == "StartActionAt" }.flatMap { Instant(iso8601: $0.value) }
                if let due { values.append(member.score - Double(due.milliseconds)) }
            }
        }
        return values.sorted()
    }
}

extension RedisStore {
    func closedMembers(from rank: Int, limit: Int) async throws -> ([ListedMember], Int) {
        let reply = try await client.send(
            RedisCommand("ZRANGE", keys.closed, "\(rank)", "\(rank + limit - 1)", "WITHSCORES")
        )
        let words = reply.array ?? []
        let members = stride(from: 0, to: words.count - 1, by: 2).compactMap { index in
            words[index].string.map { name in
                let score = words[index + 1].string.flatMap { Double($0) }
                return ListedMember(set: .closed, bytes: Array(name.utf8), score: score ?? 0)
            }
        }
        return (members, rank + members.count)
    }
}

extension [Double] {
    /// The value below which a part of the sorted values lies.
    func percentile(_ part: Double) -> Double {
        isEmpty ? 0 : self[Swift.min(count - 1, Int((Double(count) * part).rounded(.up)) - 1)]
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
