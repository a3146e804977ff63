import Foundation
import RedisTestServer
import Synchronization
import Testing

@testable import RedisClient

/// The client of all primaries.
@Suite(.timeLimit(.minutes(2)))
struct RedisClusterTests {
    /// Its slot is 13907, of the third primary.
    private static let slot = HashSlot(of: "{0}").number

    private func with<Result: Sendable>(
        _ url: String,
        _ adjust: (inout RedisConfiguration) -> Void = { _ in },
        onNewPrimary: (@Sendable (RedisClient) async -> Void)? = nil,
        _ body: (RedisCluster) async throws -> Result
    ) async throws -> Result {
        let cluster = try RedisCluster(
            try RedisConfiguration(testing: url, adjust),
            logger: .silent,
            onNewPrimary: onNewPrimary
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await cluster.run() }
            defer { group.cancelAll() }
            return try await body(cluster)
        }
    }

    private static func ports(_ clients: [RedisClient]) -> Set<Int> {
        Set(clients.compactMap { if case .tcp(_, let port) = $0.configuration.address { port } else { nil } })
    }

    @Test("Every command goes to the primary of its key, and every primary is greeted once")
    func routes() async throws {
        let servers = try RedisTestCluster()
        defer { servers.kill() }
        let greeted = Mutex<[RedisClient]>([])
        try await with(
            "redis-cluster://127.0.0.1:\(servers.nodes[4].port)",
            onNewPrimary: { client in greeted.withLock { $0.append(client) } },
            { cluster in
                for number in 0..<200 {
                    let key = "waitable:{\(number)}:k"
                    let replies = try await cluster.send(
                        [RedisCommand("SET", key, "\(number)"), RedisCommand("GET", key)],
                        key: key
                    )
                    #expect(replies == [.status("OK"), .bulk(Array("\(number)".utf8))])
                }
                let ports = Set(servers.primaries.map(\.port))
                #expect(Self.ports(cluster.primaries) == ports)
                try await eventually { greeted.withLock(\.count) == 3 }
                #expect(Self.ports(greeted.withLock { $0 }) == ports)
            }
        )
        let sizes = servers.primaries.map { $0.ask("DBSIZE") }
        #expect(sizes.allSatisfy { $0 != ":0\r\n" }, "\(sizes)")
    }

    @Test("A slot that moves: keys that name themselves are followed, others wait; then all go to the new primary")
    func moves() async throws {
        let servers = try RedisTestCluster(hasReplicas: false)
        defer { servers.kill() }
        let (from, to) = (servers.nodes[2], servers.nodes[0])
        // So that it is MOVED that tells.
        try await with(servers.url, { $0.pingInterval = .seconds(3_600) }) { cluster in
            _ = try await cluster.send(
                [RedisCommand("SET", "{0}a", "1"), RedisCommand("SET", "{0}b", "1")],
                key: "{0}"
            )
            try servers.beginMove(of: Self.slot, from: from, to: to)
            try servers.move("{0}a", from: from, to: to)
            // One is there, one is here, one is new: there, too.
            let replies = try await cluster.send(
                ["{0}a", "{0}b", "{0}c"].map { RedisCommand("INCR", $0) },
                key: "{0}",
                inMove: .follow
            )
            #expect(replies == [.integer(2), .integer(2), .integer(1)])
            #expect(to.ask("CLUSTER COUNTKEYSINSLOT \(Self.slot)") == ":2\r\n")
            let isAnswered = Flag()
            async let waiting = {
                defer { isAnswered.set() }
                return try await cluster.send(RedisCommand("INCR", "{0}a"), key: "{0}a")
            }()
            // Some of the keys here, some there: TRYAGAIN, for as long as that is so.
            async let both = cluster.send(RedisCommand("MGET", "{0}a", "{0}b"), key: "{0}", inMove: .follow)
            let sent = try #require(try cluster.client(of: HashSlot(of: "{0}"))).statistics.commandsSent
            try await eventually {
                try #require(try cluster.client(of: HashSlot(of: "{0}"))).statistics.commandsSent > sent + 6
            }
            #expect(!isAnswered.isSet)
            try servers.moveKeys(of: Self.slot, from: from, to: to)
            try servers.endMove(of: Self.slot, from: from, to: to)
            #expect(try await waiting == .integer(3))
            #expect(try await both.array?.count == 2)
            #expect(
                try cluster.client(of: HashSlot(of: "{0}"))?.configuration.address
                    == .tcp(host: "127.0.0.1", port: to.port)
            )
        }
    }

    @Test("A node that gets a slot is greeted and used; one that has none any more is left")
    func joins() async throws {
        let servers = try RedisTestCluster(hasReplicas: false, spares: 1)
        defer { servers.kill() }
        let (old, new) = (servers.nodes[2], servers.nodes[3])
        let greeted = Mutex<[RedisClient]>([])
        try await with(
            servers.url,
            { $0.pingInterval = .milliseconds(200) },
            onNewPrimary: { client in greeted.withLock { $0.append(client) } },
            { cluster in
                _ = try await cluster.send(RedisCommand("SET", "{0}", "1"), key: "{0}")
                #expect(Self.ports(cluster.primaries) == Set(servers.primaries.map(\.port)))
                for (count, from, to) in [(4, old, new), (3, new, old)] {
                    try servers.beginMove(of: Self.slot, from: from, to: to)
                    try servers.moveKeys(of: Self.slot, from: from, to: to)
                    try servers.endMove(of: Self.slot, from: from, to: to)
                    _ = try await cluster.send(RedisCommand("INCR", "{0}"), key: "{0}")
                    try await eventually { cluster.primaries.count == count }
                }
                #expect(try await cluster.send(RedisCommand("GET", "{0}"), key: "{0}").string == "3")
                try await eventually { Self.ports(cluster.primaries) == Set(servers.primaries.map(\.port)) }
                try await eventually { Self.ports(greeted.withLock { $0 }).contains(new.port) }
                // Nobody of the client's is left there.
                try await eventually { !new.ask("CLIENT LIST").contains("cmd=incr") }
            }
        )
    }

    @Test("A primary that is killed under load: its replica is greeted and used, the others' commands do not notice")
    func failover() async throws {
        let servers = try RedisTestCluster()
        defer { servers.kill() }
        let greeted = Mutex<[RedisClient]>([])
        try await with(
            servers.url,
            onNewPrimary: { client in greeted.withLock { $0.append(client) } },
            { cluster in
                let isOver = Flag()
                let counts = (0..<3).map { _ in Counter() }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for caller in 0..<24 {
                        group.addTask {
                            let key = ["{a}", "{b}", "{0}"][caller % 3]
                            let node = try #require(
                                RedisTestCluster.ranges.firstIndex {
                                    $0.contains(HashSlot(of: key).number)
                                }
                            )
                            while !isOver.isSet {
                                do throws(RedisError) {
                                    _ = try await cluster.send(RedisCommand("INCR", key), key: key)
                                    counts[node].increment()
                                } catch {
                                    #expect(node == 2 && (error.isWorthRepeating || error.isPassing), "\(error)")
                                }
                            }
                        }
                    }
                    try await eventually { counts[2].count > 300 }
                    servers.nodes[2].kill()
                    try await eventually { servers.nodes[5].ask("ROLE").contains("master") }
                    let before = counts[2].count
                    try await eventually { counts[2].count > before + 300 }
                    isOver.set()
                    try await group.waitForAll()
                }
                // A node that has not heard of it yet may still name the old one, for a while.
                try await eventually { Self.ports(greeted.withLock { $0 }).contains(servers.nodes[5].port) }
                try await eventually { Self.ports(cluster.primaries).contains(servers.nodes[5].port) }
            }
        )
    }

    @Test("A cluster that is down refuses, and takes commands again when it is up")
    func clusterDown() async throws {
        let servers = try RedisTestCluster(hasReplicas: false)
        defer { servers.kill() }
        try await with(servers.url, { $0.commandTimeout = .seconds(1) }) { cluster in
            _ = try await cluster.send(RedisCommand("SET", "{0}", "v"), key: "{0}")
            try servers.removeSlot(Self.slot, from: servers.nodes[2])
            let error = await #expect(throws: RedisError.self) {
                try await cluster.send(RedisCommand("GET", "{0}"), key: "{0}")
            }
            #expect(
                error?.server?.prefix == "CLUSTERDOWN" || error?.message.contains("is known to have the slot") == true
            )
            try servers.nodes[2].ask("CLUSTER ADDSLOTS \(Self.slot)", until: "+OK")
            for node in servers.nodes { try node.ask("CLUSTER INFO", until: "cluster_state:ok") }
            try await eventually { (try? await cluster.send(RedisCommand("GET", "{0}"), key: "{0}"))?.string == "v" }
        }
    }

    @Test("A write to the primary of its key is said to be at its replica")
    func durability() async throws {
        let servers = try RedisTestCluster()
        defer { servers.kill() }
        try await with(servers.url) { cluster in
            for key in ["{a}", "{b}", "{0}"] {
                let reached = try await cluster.send(
                    [RedisCommand("INCR", key)],
                    key: key,
                    mark: RedisCommand("SET", key + "mark", "1"),
                    reaching: Durability(replicas: 1),
                    within: .seconds(5)
                )
                #expect(reached.replies == [.integer(1)] && reached.reaches(Durability(replicas: 1)))
            }
        }
    }

    @Test("Channels of several slots are heard, each at its primary, and follow their slots")
    func subscriptions() async throws {
        let servers = try RedisTestCluster(hasReplicas: false)
        defer { servers.kill() }
        try await with(servers.url) { cluster in
            let (pushes, continuation) = AsyncStream.makeStream(of: RedisPush.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    await cluster.listen(to: ["{b}plain"], sharded: ["{a}", "{b}", "{0}"]) { continuation.yield($0) }
                }
                defer { group.cancelAll() }
                var heard = pushes.makeAsyncIterator()
                // Two primaries have the three slots, by one connection each.
                for _ in 0..<2 { #expect(await heard.next() == .subscribed) }
                #expect(servers.primaries.map { $0.ask("CLIENT LIST TYPE pubsub").count { $0 == "\n" } } == [1, 0, 1])
                #expect(try await cluster.send(RedisCommand("PUBLISH", "{b}plain", "p"), key: "{b}") == .integer(1))
                #expect(await heard.next() == .message(channel: "{b}plain", payload: Array("p".utf8)))
                for channel in ["{a}", "{b}", "{0}"] {
                    #expect(try await cluster.send(RedisCommand("SPUBLISH", channel, "x"), key: channel) == .integer(1))
                    #expect(await heard.next() == .message(channel: channel, payload: Array("x".utf8)))
                }
                try servers.beginMove(of: Self.slot, from: servers.nodes[2], to: servers.nodes[0])
                try servers.endMove(of: Self.slot, from: servers.nodes[2], to: servers.nodes[0])
                try await eventually {
                    let heard = try? await cluster.send(RedisCommand("SPUBLISH", "{0}", "y"), key: "{0}")
                    return heard == .integer(1)
                }
                var push = await heard.next()
                while push == .subscribed { push = await heard.next() }
                #expect(push == .message(channel: "{0}", payload: Array("y".utf8)))
            }
        }
    }

    @Test("A configuration without a cluster is refused, and so is a cluster that is none")
    func noCluster() async throws {
        let server = try RedisTestServer()
        defer { server.kill() }
        let error = #expect(throws: RedisError.self) {
            try RedisCluster(try RedisConfiguration(testing: server.url), logger: .silent)
        }
        #expect(error?.message.hasSuffix("is no cluster: say redis-cluster://") == true)
        let url = "redis-cluster://127.0.0.1:\(server.port)"
        let cluster = try RedisCluster(try RedisConfiguration(testing: url), logger: .silent)
        let end = await #expect(throws: RedisError.self) { try await cluster.run() }
        #expect(end?.message.contains("is no node of a cluster") == true)
        let closed = await #expect(throws: RedisError.self) { try await cluster.send(RedisCommand("PING"), key: "") }
        #expect(closed?.code == .notSent)
    }
}
