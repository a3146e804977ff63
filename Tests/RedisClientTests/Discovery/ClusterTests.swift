import Foundation
import RedisTestServer
import Testing

@testable import RedisClient

/// A client that talks to the primary of one slot.
@Suite(.timeLimit(.minutes(2)))
struct ClusterTests {
    private static let key = "waitable:{0}"
    /// The slot of the key: the third primary has it.
    private static let slot = 13_907

    private static func configuration(
        _ url: String,
        _ adjust: (inout RedisConfiguration) -> Void = { _ in }
    ) throws -> RedisConfiguration {
        try RedisConfiguration(testing: url) { configuration in
            configuration.key = key
            adjust(&configuration)
        }
    }

    private static func address(of node: RedisTestServer) -> RedisConfiguration.Address {
        .tcp(host: "127.0.0.1", port: node.port)
    }

    @Test("A client finds the primary of its slot from any node")
    func discovery() async throws {
        let cluster = try RedisTestCluster()
        defer { cluster.kill() }
        for node in cluster.nodes {
            try await withClient(try Self.configuration("redis-cluster://127.0.0.1:\(node.port)")) { client in
                _ = try await client.send(RedisCommand("SET", Self.key, "v"))
                #expect(client.link.address == Self.address(of: cluster.nodes[2]))
                #expect(client.statistics.reconnects == 0)
            }
        }
    }

    @Test("A Redis that is no node of a cluster ends the client with that error")
    func noCluster() async throws {
        let server = try RedisTestServer()
        defer { server.kill() }
        let client = RedisClient(
            try Self.configuration("redis-cluster://127.0.0.1:\(server.port)"),
            logger: .silent
        )
        let error = await #expect(throws: RedisError.self) { try await client.run() }
        #expect(error?.code == .configuration)
        let words =
            "127.0.0.1:\(server.port) is no node of a cluster: correct host and port in the URL, or say redis://"
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test("A fixed address of a node that has not the slot ends the client, and one that has it serves")
    func fixedAddress() async throws {
        let cluster = try RedisTestCluster(hasReplicas: false)
        defer { cluster.kill() }
        let client = RedisClient(try Self.configuration(cluster.nodes[0].url), logger: .silent)
        let error = await #expect(throws: RedisError.self) { try await client.run() }
        #expect(error?.code == .configuration)
        let words = "is a node of a cluster, and another one has the slot 13907: say redis-cluster:// in the URL"
        #expect(error?.message == "\(cluster.nodes[0].url)/0 \(words)")
        try await withClient(try Self.configuration(cluster.nodes[2].url)) { client in
            _ = try await client.send(RedisCommand("SET", Self.key, "v"))
        }
    }

    @Test("A slot that no node has is said, and found once one has it")
    func unservedSlot() async throws {
        let cluster = try RedisTestCluster(hasReplicas: false)
        defer { cluster.kill() }
        for node in cluster.nodes { try node.ask("CLUSTER DELSLOTS \(Self.slot)", until: "+OK") }
        let failures = AsyncStream.makeStream(of: String.self)
        let client = RedisClient(try Self.configuration(cluster.url), logger: .silent) {
            failures.continuation.yield($0.message)
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await client.run() }
            defer { tasks.cancelAll() }
            var heard = failures.stream.makeAsyncIterator()
            let failure = await heard.next() ?? ""
            #expect(failure.contains("says that no node has the slot \(Self.slot)"), "\(failure)")
            try cluster.nodes[1].ask("CLUSTER ADDSLOTS \(Self.slot)", until: "+OK")
            #expect(try await client.send(RedisCommand("SET", Self.key, "v")) == .status("OK"))
            #expect(client.link.address == Self.address(of: cluster.nodes[1]))
        }
    }

    @Test("A slot on its way to another node: its commands wait, and go on at the new one")
    func migration() async throws {
        let cluster = try RedisTestCluster(hasReplicas: false)
        defer { cluster.kill() }
        let (from, to) = (cluster.nodes[2], cluster.nodes[0])
        try await withClient(try Self.configuration(cluster.url)) { client in
            #expect(try await client.send(RedisCommand("SET", "{0}here", "1")) == .status("OK"))
            try cluster.beginMove(of: Self.slot, from: from, to: to)
            // A key that is still here is served here.
            #expect(try await client.send(RedisCommand("INCR", "{0}here")) == .integer(2))
            #expect(client.link.address == Self.address(of: from))
            // One that is not would have to be asked for at the other node; it waits instead.
            let isAnswered = Flag()
            async let waiting = {
                defer { isAnswered.set() }
                return try await client.send([RedisCommand("INCR", "{0}new"), RedisCommand("GET", "{0}here")])
            }()
            let sent = client.statistics.commandsSent
            try await eventually { client.statistics.commandsSent > sent + 4 }
            #expect(!isAnswered.isSet)
            #expect(to.ask("CLUSTER COUNTKEYSINSLOT \(Self.slot)") == ":0\r\n", "nothing ran there")
            try cluster.moveKeys(of: Self.slot, from: from, to: to)
            #expect(!isAnswered.isSet)
            try cluster.endMove(of: Self.slot, from: from, to: to)
            let replies = try await waiting
            #expect(replies[0] == .integer(1))
            #expect(replies[1].string == "2")
            #expect(client.link.address == Self.address(of: to))
            #expect(client.statistics.reconnects == 1)
        }
    }

    @Test("Commands under way while the slot moves at once are each carried out once")
    func movedUnderLoad() async throws {
        let cluster = try RedisTestCluster(hasReplicas: false)
        defer { cluster.kill() }
        try await withClient(try Self.configuration(cluster.url)) { client in
            let isOver = Flag()
            let count = try await withThrowingTaskGroup(of: Int.self) { tasks in
                for _ in 0..<20 {
                    tasks.addTask {
                        var count = 0
                        while !isOver.isSet {
                            _ = try await client.send(RedisCommand("INCR", Self.key))
                            count += 1
                        }
                        return count
                    }
                }
                for (from, to) in [(2, 0), (0, 1), (1, 2)] {
                    let sent = client.statistics.commandsSent
                    try await eventually { client.statistics.commandsSent > sent + 500 }
                    let (from, to) = (cluster.nodes[from], cluster.nodes[to])
                    try cluster.beginMove(of: Self.slot, from: from, to: to)
                    try cluster.moveKeys(of: Self.slot, from: from, to: to)
                    try cluster.endMove(of: Self.slot, from: from, to: to)
                    try await eventually { client.link.address == Self.address(of: to) }
                }
                let sent = client.statistics.commandsSent
                try await eventually { client.statistics.commandsSent > sent + 500 }
                isOver.set()
                return try await tasks.reduce(0, +)
            }
            #expect(try await client.send(RedisCommand("GET", Self.key)).integer == Int64(count))
        }
    }

    @Test("A cluster that is down is waited for, and after the time-out that is the error")
    func clusterDown() async throws {
        let cluster = try RedisTestCluster(hasReplicas: false)
        defer { cluster.kill() }
        let configuration = try Self.configuration(cluster.url) { $0.commandTimeout = .seconds(2) }
        try await withClient(configuration) { client in
            #expect(try await client.send(RedisCommand("SET", Self.key, "v")) == .status("OK"))
            try cluster.removeSlot(16_000, from: cluster.nodes[2])
            let start = ContinuousClock.now
            let error = try await client.failure(of: RedisCommand("GET", Self.key))
            #expect(error.server?.prefix == "CLUSTERDOWN" && error.isPassing)
            #expect(.now - start > .milliseconds(500))
            async let answer = client.send(RedisCommand("GET", Self.key))
            try cluster.nodes[2].ask("CLUSTER ADDSLOTS 16000", until: "+OK")
            #expect(try await answer.string == "v")
        }
    }

    @Test("A replica takes over from a primary that is killed, under load")
    func failover() async throws {
        let cluster = try RedisTestCluster()
        defer { cluster.kill() }
        try await withClient(try Self.configuration(cluster.url)) { client in
            let isOver = Flag()
            let outcomes = try await withThrowingTaskGroup(of: (Int, Int).self) { tasks in
                for caller in 0..<20 {
                    tasks.addTask {
                        var outcomes = (answers: 0, unknown: 0)
                        while !isOver.isSet {
                            do throws(RedisError) {
                                _ = try await client.send(RedisCommand("INCR", "{0}\(caller)"))
                                outcomes.answers += 1
                            } catch {
                                if error.code == .outcomeUnknown { outcomes.unknown += 1 }
                                #expect(error.isWorthRepeating || error.isPassing, "\(error)")
                            }
                        }
                        return outcomes
                    }
                }
                try await eventually { client.statistics.commandsSent > 2_000 }
                cluster.nodes[2].kill()
                try await eventually { client.link.address == Self.address(of: cluster.nodes[5]) }
                let sent = client.statistics.commandsSent
                try await eventually { client.statistics.commandsSent > sent + 2_000 }
                isOver.set()
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.allSatisfy { $0.0 > 0 && $0.1 <= 1 })
        }
    }

    @Test("A primary that hangs is left for the one that takes its place")
    func hungPrimary() async throws {
        let cluster = try RedisTestCluster()
        defer { cluster.kill() }
        let configuration = try Self.configuration(cluster.url) { $0.pingInterval = .milliseconds(500) }
        try await withClient(configuration) { client in
            #expect(try await client.send(RedisCommand("SET", Self.key, "v")) == .status("OK"))
            cluster.nodes[2].pause()
            let error = try await client.failure(of: RedisCommand("INCR", "{0}n"))
            #expect(error.code == .outcomeUnknown)
            #expect(error.message == "127.0.0.1:\(cluster.nodes[5].port) is the primary now")
            #expect(try await client.send(RedisCommand("INCR", "{0}n")) == .integer(1))
        }
    }

    @Test("A subscription to a channel of the slot follows it")
    func shardedSubscription() async throws {
        let cluster = try RedisTestCluster(hasReplicas: false)
        defer { cluster.kill() }
        try await withClient(try Self.configuration(cluster.url)) { client in
            let (pushes, continuation) = AsyncStream.makeStream(of: RedisPush.self)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    await client.listen(to: [], sharded: ["{0}a", "{0}b"]) { continuation.yield($0) }
                }
                defer { tasks.cancelAll() }
                var heard = pushes.makeAsyncIterator()
                #expect(await heard.next() == .subscribed)
                #expect(try await client.send(RedisCommand("SPUBLISH", "{0}a", "x")) == .integer(1))
                #expect(await heard.next() == .message(channel: "{0}a", payload: Array("x".utf8)))
                try cluster.beginMove(of: Self.slot, from: cluster.nodes[2], to: cluster.nodes[0])
                try cluster.endMove(of: Self.slot, from: cluster.nodes[2], to: cluster.nodes[0])
                #expect(try await client.send(RedisCommand("SET", Self.key, "v")) == .status("OK"))
                #expect(await heard.next() == .subscribed)
                #expect(try await client.send(RedisCommand("SPUBLISH", "{0}b", "y")) == .integer(1))
                #expect(await heard.next() == .message(channel: "{0}b", payload: Array("y".utf8)))
            }
        }
    }

    @Test("Over TLS, as a user")
    func tlsAndUser() async throws {
        let certificates = try Certificates()
        try certificates.make("server", name: "IP:127.0.0.1")
        let ports = try (0..<2).map { _ in try RedisTestServer.freePort() }
        let node = try RedisTestServer(
            options: [
                "--cluster-enabled", "yes", "--cluster-port", "\(ports[1])", "--user", "ann", "on", ">secret", "~*",
                "+@all", "--tls-cluster", "yes",
            ] + certificates.options(port: ports[0])
        )
        defer { node.kill() }
        try node.ask("CLUSTER ADDSLOTSRANGE 0 16383", until: "+OK")
        try node.ask("CLUSTER INFO", until: "cluster_state:ok")
        let url = "rediss-cluster://ann:secret@127.0.0.1:\(ports[0])"
        let configuration = try Self.configuration(url) { $0.tls?.caFile = certificates.authority }
        try await withClient(configuration) { client in
            _ = try await client.send(RedisCommand("SET", Self.key, "v"))
            #expect(client.link.address == .tcp(host: "127.0.0.1", port: ports[0]))
        }
    }

    @Test("A user without the right to CLUSTER SLOTS is told which right it lacks")
    func lackingRight() async throws {
        let node = try RedisTestServer(
            options: [
                "--cluster-enabled", "yes", "--cluster-port", "\(try RedisTestServer.freePort())", "--user", "ann",
                "on",
                ">secret", "~*", "+@all", "-cluster",
            ]
        )
        defer { node.kill() }
        let url = "redis-cluster://ann:secret@127.0.0.1:\(node.port)"
        let client = RedisClient(try Self.configuration(url), logger: .silent)
        let error = await #expect(throws: RedisError.self) { try await client.run() }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains("the user must have the right +cluster|slots") == true)
    }
}
