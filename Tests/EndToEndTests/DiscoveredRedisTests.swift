import Foundation
import Logging
import RedisClient
import RedisTestServer
import ServiceLifecycle
import StatesLanguage
import Testing
import Waitable
import WaitableRedis

/// The main job on a Redis that sentinels or a cluster name, while another server takes over.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct DiscoveredRedisTests {
    private static let count = 600

    /// Runs an ingest and two workers, as their users, while items are started; does something in the middle; and checks
    /// that every item that was acknowledged, or whose loss was seen and made good, is completed once.
    ///
    /// - Parameters:
    ///   - url: What they are given, without a login.
    ///   - redis: One of the servers.
    ///   - mayLose: Whether acknowledged starts may be lost.
    ///   - durability: How safe starts have to be.
    ///   - partitions: How many the namespace has.
    private func run(
        at url: String,
        redis: RedisTestServer,
        mayLose: Bool,
        durability: String = "none",
        partitions count: Int = 1,
        _ middle: @Sendable (Stack) async throws -> Void
    ) async throws {
        let port = try RedisTestServer.freePort()
        let ingest = try Program(
            ["ingest"],
            environment: [
                "WAITABLE_REDIS_URL": Self.url(url, "ingest"), "WAITABLE_PORT": "\(port)", "WAITABLE_LOG_LEVEL": "info",
                "WAITABLE_PARTITIONS": "\(count)", "WAITABLE_DURABILITY": durability,
            ]
        )
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        var configuration = try RedisConfiguration(url: url)
        configuration.backoff = .milliseconds(10) ... .milliseconds(50)
        configuration.key = Keys().prefix
        let service: any Service
        let partitions: Partitions
        if configuration.isCluster {
            let cluster = try RedisCluster(configuration, logger: logger)
            service = cluster
            partitions = Partitions(namespace: "waitable", count: count) { ClusterSlot(of: $0.prefix, in: cluster) }
        } else {
            let client = RedisClient(configuration, logger: logger)
            service = client
            partitions = Partitions(namespace: "waitable", count: count) { _ in client }
        }
        let stack = Stack(
            redis: redis,
            ingest: ingest,
            url: "http://127.0.0.1:\(port)",
            partitions: partitions
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            defer { group.cancelAll() }
            try await eventually("ingest is ready") {
                try #require(ingest.process.isRunning, "ingest ended: \(ingest.output)")
                return try await stack.get("/readyz").status == 200
            }
            let workers = try (0..<2).map { _ in
                try stack.worker([
                    "WAITABLE_REDIS_URL": Self.url(url, "worker"), "WAITABLE_PARTITIONS": "\(count)",
                ])
            }
            try await start(stack) { try await middle(stack) }
            let lost = try await startLost(stack)
            #expect(mayLose || lost == 0)
            try await eventually("all are closed") { try await stack.closedCount() == Self.count }
            try await stack.expectAllCompletedOnce(Self.count)
            for program in workers + [ingest] {
                program.signal(SIGTERM)
                #expect(try await program.end() == 0)
                #expect(!program.output.contains(RedisUsers.password))
            }
        }
    }

    private static func url(_ url: String, _ user: String) -> String {
        url.replacing("://", with: "://\(RedisUsers.login(user))")
    }

    private static func body(_ number: Int, due: Instant) -> String {
        #"{"Id":"item-\#(number)","StartTimestamp":"\#(due.iso8601)"}"#
    }

    /// Starts all items, each again and again until it is acknowledged, and does something when a third of them are.
    private func start(_ stack: Stack, _ middle: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let callers = 12
            for caller in 0..<callers {
                group.addTask {
                    for number in stride(from: caller, to: Self.count, by: callers) {
                        // The process's clock is near Redis's: they are on one machine.
                        let now = Instant(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1_000))
                        let body = Self.body(number, due: now.adding(milliseconds: 1_500))
                        try await eventually("item-\(number) is acknowledged") {
                            let status = try await stack.post(body).status
                            #expect([200, 503].contains(status))
                            return status == 200
                        }
                    }
                }
            }
            try await eventually("a third are acknowledged") {
                try await stack.dueCount() + stack.closedCount() > Self.count / 3
            }
            try await middle()
            try await group.waitForAll()
        }
    }

    /// Starts again what is not there, as a caller does who wants to be sure after a failover.
    private func startLost(_ stack: Stack) async throws -> Int {
        var lost = 0
        for number in 0..<Self.count where try await stack.get("/status/item-\(number)").status == 404 {
            lost += 1
            #expect(try await stack.post(Self.body(number, due: stack.now())).status == 200)
        }
        return lost
    }

    @Test("Sentinels switch to the replica of a primary that is killed in mid-load")
    func sentinelFailover() async throws {
        let users = try RedisUsers(default: RedisUsers.openDefaultLine)
        let group = try RedisTestSentinels(options: users.options)
        defer { group.kill() }
        try await run(at: group.url, redis: group.servers[1], mayLose: true) { stack in
            group.servers[0].kill()
            try await eventually("the replica takes over") {
                group.servers[1].ask("ROLE").contains("master")
            }
        }
    }

    @Test(
        "A replica takes over from a cluster's primary that is killed in mid-load; what it was asked to have is not lost",
        arguments: [(1, "none"), (8, "none"), (8, "replicas=1")]
    )
    func clusterFailover(partitions: Int, durability: String) async throws {
        let users = try RedisUsers(default: RedisUsers.openDefaultLine)
        let cluster = try RedisTestCluster(options: users.options)
        defer { cluster.kill() }
        try await run(
            at: cluster.url,
            redis: cluster.nodes[5],
            mayLose: durability == "none",
            durability: durability,
            partitions: partitions
        ) { stack in
            cluster.nodes[2].kill()
            try await eventually("the replica takes over") { cluster.nodes[5].ask("ROLE").contains("master") }
            // As the replica of the one that was its own.
            if durability != "none" { try cluster.nodes[2].start() }
        }
    }

    @Test("The slot moves to another node of the cluster in mid-load, key by key: nothing is lost", arguments: [1, 8])
    func slotMigration(partitions: Int) async throws {
        let users = try RedisUsers(default: RedisUsers.openDefaultLine)
        let cluster = try RedisTestCluster(options: users.options, hasReplicas: false)
        defer { cluster.kill() }
        let (slot, from, to) = (HashSlot(of: Keys().prefix).number, cluster.nodes[2], cluster.nodes[0])
        try await run(at: cluster.url, redis: to, mayLose: false, partitions: partitions) { stack in
            try cluster.beginMove(of: slot, from: from, to: to)
            try cluster.moveKeys(of: slot, from: from, to: to)
            try cluster.endMove(of: slot, from: from, to: to)
        }
        if partitions == 1 { #expect(from.ask("DBSIZE") == ":0\r\n") }
    }

    @Test("A URL that cannot be used is refused with the rule")
    func wrongURLs() async throws {
        for (url, rule) in [
            ("redis-sentinel://h:1,h:2", "must name the primary: redis-sentinel://host:port,host:port/NAME"),
            ("redis-cluster://h:1/5", "names the database 5, but a cluster has only the database 0"),
            (
                "redis://h:1,h:2",
                "names more than one server: say redis-sentinel:// where they are sentinels, redis-cluster:// where they"
                    + " are nodes of a cluster"
            ),
        ] {
            let program = try Program(["ingest"], environment: ["WAITABLE_REDIS_URL": url])
            #expect(try await program.end() == 78)
            #expect(program.output == "waitable: WAITABLE_REDIS_URL (--redis-url): the URL \(rule)\n")
        }
        let program = try Program(["ingest", "--redis-url", "redis-sentinel://h:1/x?sentinel-password=secret"])
        #expect(try await program.end() == 78)
        #expect(program.output.contains("must not have a password on the command line"))
        #expect(!program.output.contains("secret"))
    }

    @Test("The URL of one node of a cluster ends ingest, worker and command with that error")
    func oneNode() async throws {
        let cluster = try RedisTestCluster(hasReplicas: false)
        defer { cluster.kill() }
        let url = cluster.nodes[0].url
        for command in [["ingest"], ["worker"], ["list"], ["doctor"]] {
            let program = try Program(command, environment: ["WAITABLE_REDIS_URL": url])
            #expect(try await program.end() == 78)
            let words =
                "\(url)/0 is a node of a cluster, and another one has the slot 13907: say redis-cluster:// in WAITABLE_"
            #expect(program.output.contains(words), "\(program.output)")
        }
    }

    @Test("So does that of a node that has the slot of partition 0, but not of all partitions")
    func oneNodeOfSeveralPartitions() async throws {
        let cluster = try RedisTestCluster(hasReplicas: false)
        defer { cluster.kill() }
        let node = try #require(cluster.nodes.first { $0.ask("EXISTS \(Keys().prefix)") == ":0\r\n" })
        for command in [["ingest"], ["worker"], ["list"]] {
            let environment = ["WAITABLE_REDIS_URL": node.url, "WAITABLE_PARTITIONS": "8"]
            let program = try Program(command, environment: environment)
            #expect(try await program.end() == 78)
            #expect(
                program.output.contains("\(node.url)/0 is a node of a cluster, and another one has the slot"),
                "\(program.output)"
            )
            #expect(program.output.contains("say redis-cluster:// in WAITABLE_REDIS_URL"), "\(program.output)")
        }
    }

    @Test("A primary that no sentinel knows ends ingest, worker and command with that error")
    func unknownPrimary() async throws {
        let group = try RedisTestSentinels()
        defer { group.kill() }
        let url = "redis-sentinel://127.0.0.1:\(group.sentinels[0].port)/other"
        for command in [["ingest"], ["worker"], ["list"]] {
            let program = try Program(command, environment: ["WAITABLE_REDIS_URL": url])
            #expect(try await program.end() == 78)
            let words =
                "127.0.0.1:\(group.sentinels[0].port) knows no primary 'other': correct the name in"
                + " WAITABLE_REDIS_URL (--redis-url)"
            #expect(program.output.contains(words), "\(program.output)")
        }
    }
}
