import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import RedisClient
import RedisTestServer
import ServiceLifecycle
import StatesLanguage
import Testing
import Waitable
import WaitableOperations
import WaitableRedis

/// A stack of real processes: Redis, an ingest and workers, for one test.
struct Stack: Sendable {
    /// The only server, or the first primary of ``cluster``.
    let redis: RedisTestServer
    let ingest: Program
    let url: String
    let partitions: Partitions
    /// The cluster, where the stack is on one.
    var cluster: RedisTestCluster?

    /// The store of partition 0.
    var store: RedisStore { partitions.home }

    var environment: [String: String] {
        ["WAITABLE_REDIS_URL": cluster?.url ?? redis.url, "WAITABLE_LOG_LEVEL": "info", "WAITABLE_LEASE_MS": "2000"]
            .merging(Self.setting(partitions.stores.count, isCluster: cluster != nil)) { $1 }
    }

    /// What says how many partitions there are; nothing for one on a single server, as nobody sets that.
    private static func setting(_ partitions: Int, isCluster: Bool) -> [String: String] {
        partitions == 1 && !isCluster ? [:] : ["WAITABLE_PARTITIONS": "\(partitions)"]
    }

    /// How many partitions a stack's namespace has: with `WAITABLE_TEST_PARTITIONS=8`, and on a cluster, the suites run on 8.
    static let partitions =
        Int(ProcessInfo.processInfo.environment["WAITABLE_TEST_PARTITIONS"] ?? "") ?? (StackRedis.isCluster ? 8 : 1)

    /// Runs a test with a Redis and an ingest, and ends both after it.
    ///
    /// - Parameters:
    ///   - ingestUser: The Redis user of ingest, one of ``RedisUsers``; `nil` for the default one.
    ///   - partitions: How many the namespace has.
    ///   - isCluster: Whether the Redis is a cluster.
    static func with(
        persistence: RedisTestServer.Persistence = .none,
        options: [String] = [],
        environment: [String: String] = [:],
        ingestUser: String? = nil,
        partitions: Int = Stack.partitions,
        isCluster: Bool = StackRedis.isCluster,
        _ body: @Sendable (Stack) async throws -> Void
    ) async throws {
        let redis = try StackRedis(persistence: persistence, options: options, isCluster: isCluster)
        let port = try RedisTestServer.freePort()
        let ingest = try Program(
            ["ingest"],
            environment: [
                "WAITABLE_REDIS_URL": Self.url(redis.url, user: ingestUser),
                "WAITABLE_PORT": "\(port)", "WAITABLE_LOG_LEVEL": "info",
            ]
            .merging(Self.setting(partitions, isCluster: redis.cluster != nil)) { $1 }
            .merging(environment) { $1 }
        )
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let (service, all) = try redis.connect(partitions: partitions, logger: logger)
        let stack = Stack(
            redis: redis.server,
            ingest: ingest,
            url: "http://127.0.0.1:\(port)",
            partitions: all,
            cluster: redis.cluster
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            defer { group.cancelAll() }
            try await eventually("ingest is ready") {
                try #require(ingest.process.isRunning, "ingest ended: \(ingest.output)")
                return try await stack.get("/readyz").status == 200
            }
            try await body(stack)
        }
        ingest.signal(SIGTERM)
        #expect(try await ingest.end() == 0)
        redis.stop()
    }

    /// The URL of a Redis for one of ``RedisUsers``.
    static func url(of redis: RedisTestServer, user: String?) -> String { url(redis.url, user: user) }

    private static func url(_ url: String, user: String?) -> String {
        user.map { url.replacing("://", with: "://\(RedisUsers.login($0))") } ?? url
    }

    /// Starts a worker.
    func worker(_ environment: [String: String] = [:]) throws -> Program {
        try Program(["worker"], environment: self.environment.merging(environment) { $1 })
    }

    // MARK: HTTP

    struct Answer: Sendable {
        var status: UInt
        var json: JSON
        var headers = HTTPHeaders()
    }

    func get(_ path: String) async throws -> Answer { try await send(.init(url: url + path)) }

    func post(_ body: String, to path: String = "/", headers: [(String, String)] = []) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = .POST
        request.headers.add(contentsOf: .init(headers))
        request.body = .bytes(ByteBuffer(string: body))
        return try await send(request)
    }

    /// Calls an operation of the Step Functions API.
    func call(_ operation: String, _ body: JSONObject) async throws -> Answer {
        try await post(
            JSON.object(body).text,
            headers: [
                ("X-Amz-Target", "AWSStepFunctions.\(operation)"), ("Content-Type", "application/x-amz-json-1.0"),
            ]
        )
    }

    private func send(_ request: HTTPClientRequest) async throws -> Answer {
        let isProbe = request.url.hasSuffix("/readyz")
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
            let body = try await response.body.collect(upTo: 16 * 1_024 * 1_024)
            let json = body.readableBytes == 0 ? JSON.null : try JSON(parsing: Array(buffer: body))
            return Answer(status: response.status.code, json: json, headers: response.headers)
        } catch  where isProbe && !(error is CancellationError) {
            return Answer(status: 0, json: .null)
        }
    }

    // MARK: Items

    /// Starts many items of the default machine, all at one instant, without HTTP. The instant has to be so far ahead
    /// that all are started before it: a start runs an item through whose instant has passed.
    func startItems(_ count: Int, at instant: Instant, prefix: String = "item") async throws {
        let machines = MachineCache(store: store)
        let machine = try #require(try await machines.current("waitable-stepfunction"))
        let runner = ExecutionRunner(machine: machine, arn: ARN(), secret: .make())
        for start in stride(from: 0, to: count, by: 500) {
            let now = try await store.now()
            let transitions = try (start..<min(start + 500, count)).map { number in
                let id = "\(prefix)-\(number)"
                let execution = Execution(
                    key: ExecutionKey(machine: machine.name, name: id),
                    revision: machine.hash,
                    startDate: now,
                    input: JSON.object(["Id": .string(id), "StartTimestamp": .string(instant.iso8601)]).text
                )
                return try runner.run(execution, at: now).transition(lease: nil)
            }
            let parts = Dictionary(grouping: transitions) { partitions.partitioning.partition(of: $0.key.name) }
            for (number, part) in parts {
                #expect(try await partitions.stores[number].start(part).allSatisfy { $0 == .started })
            }
        }
    }

    func now() async throws -> Instant { try await store.now() }

    func integer(_ words: String...) async throws -> Int {
        var command = RedisCommand(name: words[0])
        for word in words.dropFirst() { command.append(word) }
        return Int(try await store(for: words).client.send(command).integer ?? -1)
    }

    func closedCount() async throws -> Int { try await count(\.closed) }
    func dueCount() async throws -> Int { try await count(\.due) }

    /// How many members a sorted set has, in all partitions.
    func count(_ key: KeyPath<Keys, String>, _ range: String...) async throws -> Int {
        var sum = 0
        for store in partitions.stores {
            var words = RedisCommand(name: range.isEmpty ? "ZCARD" : "ZCOUNT")
            for word in [store.keys[keyPath: key]] + range { words.append(word) }
            sum += Int(try await store.client.send(words).integer ?? -1)
        }
        return sum
    }

    /// How often commits were refused, as the functions count them.
    func refusedCount() async throws -> Int {
        var sum = 0
        for store in partitions.stores {
            sum += Int(try await store.client.send(RedisCommand("HGET", store.keys.counters, "refused")).integer ?? 0)
        }
        return sum
    }

    /// Checks that every item went STARTED → COMPLETED once, and not early.
    func expectAllCompletedOnce(_ count: Int, prefix: String = "item") async throws {
        #expect(try await dueCount() == 0)
        #expect(try await closedCount() == count)
        for start in stride(from: 0, to: count, by: 500) {
            let ids = (start..<min(start + 500, count)).map { "\(prefix)-\($0)" }
            for id in ids {
                let item = try await partitions.store(of: id).items([ItemKey(table: "items", id: id)])[0]
                let fields = Dictionary((item ?? []).map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
                #expect(fields["ProcessStatus"] == "COMPLETED", "\(id)")
                let due = try #require(Instant(iso8601: fields["StartActionAt"] ?? ""))
                let updated = try #require(Instant(iso8601: fields["LastUpdated"] ?? ""))
                #expect(updated >= due, "\(id) ran early")
            }
            try await expectStepsOnce(ids)
        }
    }

    /// Two steps were committed for each: up to the wait, and from it to the end. One that was started after its
    /// instant needed only one.
    private func expectStepsOnce(_ ids: [String]) async throws {
        let keys = ids.map { ExecutionKey(machine: "waitable-stepfunction", name: $0) }
        for (id, key) in zip(ids, keys) {
            let store = partitions.store(of: key)
            let document = try await store.documents([key])[0]
            let execution = try ExecutionDocument.decode(try #require(document), key: key)
            let entries = execution.journal?.entries(list: [], since: execution.startDate) ?? []
            let item = try await store.items([ItemKey(table: "items", id: id)])[0]
            let due = item?.first { $0.name == "StartActionAt" }.flatMap { Instant(iso8601: $0.value) }
            let first = try #require(entries.first?.instant)
            #expect(entries.count == (first >= (try #require(due)) ? 1 : 2), "\(id)")
        }
    }
}
