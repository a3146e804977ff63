import Foundation
import Logging
import RedisClient
import RedisTestServer
import StatesLanguage
import Waitable
import WaitableOperations
import WaitableRedis

/// A private Redis with AOF everysec, the sample's machine deployed on it, and readings of what it does.
struct Rig: Sendable {
    let redis: RedisTestServer
    let store: RedisStore
    /// The program that is measured.
    let program: String

    /// Runs work against a new Redis, which ends with it.
    static func with(
        _ program: String,
        history: HistoryLevel = .all,
        language: Language = .jsonPath,
        _ work: (Rig) async throws -> Void
    ) async throws {
        // A rewrite in the middle would be measured with it.
        let options = ["--appendfsync", "everysec", "--auto-aof-rewrite-percentage", "0"]
        let redis = try RedisTestServer(persistence: .appendOnly, options: options)
        defer { redis.kill() }
        var logger = Logger(label: "benchmark")
        logger.logLevel = .error
        let client = RedisClient(RedisConfiguration(address: .unixSocket(path: redis.socket)), logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            defer { group.cancelAll() }
            let rig = Rig(redis: redis, store: RedisStore(client: client), program: program)
            try await rig.deploy(history, language)
            try await work(rig)
        }
    }

    /// What the sample's machine is written in.
    enum Language: String {
        case jsonPath = "statemachine/waitable-stepfunction.asl.json"
        case jsonata = "Benchmarks/waitable-stepfunction.jsonata.json"
    }

    private func deploy(_ history: HistoryLevel, _ language: Language) async throws {
        try await store.loadFunctions()
        let file = URL(filePath: language.rawValue)
        let text = try String(contentsOf: file, encoding: .utf8)
        let definition = try StateMachine.substituting(["DDBTable": "items"], in: text)
        var revision = Revision(definition: definition, roleARN: "arn:aws:iam::000000000000:role/waitable")
        revision.history = history
        let now = try await now()
        let record = MachineRecord(name: Self.machine, revision: revision.hash, creationDate: now)
        _ = try await store.deploy(revision, as: record, mode: .put)
        try await store.setDefaultMachine(record.name)
    }

    static let machine = "waitable-stepfunction"

    // MARK: Readings

    /// What Redis and some processes have done so far.
    struct Reading {
        var redisCPU: Double
        var processCPU: Double
        /// Calls that came from outside.
        var calls: Double
        var memory: Double
        var instant = ContinuousClock.now
    }

    func read(_ processes: [MeasuredProcess] = []) async throws -> Reading {
        Reading(
            redisCPU: try await info("cpu", "used_cpu_sys") + info("cpu", "used_cpu_user"),
            processCPU: processes.reduce(0) { $0 + $1.cpuSeconds },
            calls: try await calls(),
            memory: try await info("memory", "used_memory")
        )
    }

    func info(_ section: String, _ name: String) async throws -> Double {
        Double(try await text(section, name)) ?? 0
    }

    func text(_ section: String, _ name: String) async throws -> String {
        let text = try await store.client.send(RedisCommand("INFO", section)).string ?? ""
        let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name + ":") }
        return line.map { String($0.dropFirst(name.count + 1)) } ?? ""
    }

    /// Function calls: what workers and ingest send, but for a ping in a quiet time.
    private func calls() async throws -> Double {
        let line = try await text("commandstats", "cmdstat_fcall")
        return line.split(separator: ",").first.flatMap { Double($0.dropFirst("calls=".count)) } ?? 0
    }

    func now() async throws -> Instant { try await store.now() }

    func sleep(until instant: Instant) async throws {
        let distance = instant.milliseconds - (try await now()).milliseconds
        try await ContinuousClock().sleep(for: .milliseconds(max(0, distance)))
    }

    // MARK: Executions

    func closedCount() async throws -> Int {
        Int(try await store.client.send(RedisCommand("ZCARD", store.keys.closed)).integer ?? 0)
    }

    func closed(_ count: Int) async throws {
        while try await closedCount() < count { try await ContinuousClock().sleep(for: .milliseconds(20)) }
    }

    /// The lateness of all closed executions.
    func lateness() async throws -> Lateness {
        var lateness = Lateness()
        var rank = 0
        while true {
            let reply = try await store.client.send(
                RedisCommand("ZRANGE", store.keys.closed, "\(rank)", "\(rank + 4_999)", "WITHSCORES")
            )
            let words = reply.array ?? []
            if words.isEmpty { return lateness }
            let members = stride(from: 0, to: words.count - 1, by: 2)
            let keys = members.map {
                ItemKey(table: "items", id: ExecutionKey(member: words[$0].string ?? "")?.name ?? "")
            }
            for (index, item) in zip(members, try await store.items(keys)) {
                let due = item?.first { $0.name == "StartActionAt" }.flatMap { Instant(iso8601: $0.value) }
                guard let due, let score = words[index + 1].string.flatMap({ Double($0) }) else { continue }
                lateness.record(score - Double(due.milliseconds))
            }
            rank += words.count / 2
        }
    }
}
