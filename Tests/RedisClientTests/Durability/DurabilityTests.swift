import Foundation
import RedisTestServer
import Testing

@testable import RedisClient

@Suite(.timeLimit(.minutes(1)))
struct DurabilityTests {
    /// Runs a client of a primary with a replica.
    private func with(
        options: [String] = [],
        persistence: RedisTestServer.Persistence = .none,
        _ body: (RedisClient, _ primary: RedisTestServer, _ replica: RedisTestServer) async throws -> Void
    ) async throws {
        let primary = try RedisTestServer(
            persistence: persistence,
            options: ["--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"] + options
        )
        defer { primary.kill() }
        let replica = try RedisTestServer(options: ["--replicaof", "127.0.0.1", "\(primary.port)"])
        defer { replica.kill() }
        try primary.ask("INFO replication", until: "state=online")
        try await withClient(try RedisConfiguration(testing: primary.url)) { try await body($0, primary, replica) }
    }

    private static let mark = RedisCommand("SET", "mark", "1")

    private func set(
        _ client: RedisClient,
        _ durability: Durability,
        within limit: Duration = .seconds(5)
    ) async throws(RedisError) -> DurableReplies {
        try await client.send([RedisCommand("INCR", "n")], mark: Self.mark, reaching: durability, within: limit)
    }

    @Test("A write that a replica has is said to be there, and one that it has not is not")
    func replicas() async throws {
        try await with { client, _, replica in
            let one = Durability(replicas: 1)
            let reached = try await set(client, one)
            #expect(reached.replies == [.integer(1)])
            #expect(reached.replicas == 1 && reached.reaches(one) && !reached.isOnDisk)
            #expect(replica.ask("GET n") == "$1\r\n1\r\n")
            let two = try await set(client, Durability(replicas: 2), within: .milliseconds(50))
            #expect(two.replicas == 1 && !two.reaches(Durability(replicas: 2)))
            replica.pause()
            let missed = try await set(client, one, within: .milliseconds(50))
            #expect(missed.replies == [.integer(3)])
            #expect(missed.replicas == 0 && !missed.reaches(one) && missed.refusal == nil)
        }
    }

    @Test("Where an address leads to another server by now, the client goes there, and confirms nothing")
    func movedAddress() async throws {
        let old = try RedisTestServer()
        defer { old.kill() }
        try await with { _, primary, _ in
            let address = old.folder.appending(path: "address").path
            try FileManager.default.createSymbolicLink(atPath: address, withDestinationPath: old.socket)
            try await withClient(RedisConfiguration(address: .unixSocket(path: address))) { client in
                _ = try await client.send(RedisCommand("SET", "n", "7"))
                try FileManager.default.removeItem(atPath: address)
                try FileManager.default.createSymbolicLink(atPath: address, withDestinationPath: primary.socket)
                let before = client.connections
                #expect(try await set(client, Durability(replicas: 1)).replies == [.integer(1)])
                #expect(client.connections == before + 1)
                #expect(try await client.send(RedisCommand("GET", "n")).string == "1")
            }
        }
    }

    @Test("A command that writes nothing is as safe as what it repeats, on whichever connection that was written")
    func repeats() async throws {
        try await with { client, _, replica in
            let one = Durability(replicas: 1)
            // The connection has a write of its own behind it that the replica has.
            #expect(try await set(client, one).reaches(one))
            replica.pause()
            _ = try await client.send(RedisCommand("SET", "k", "v", "NX"))
            let again = try await client.send(
                [RedisCommand("SET", "k", "v", "NX")],
                mark: Self.mark,
                reaching: one,
                within: .milliseconds(50)
            )
            #expect(again.replies == [.null])
            #expect(again.replicas == 0)
        }
    }

    @Test("Nobody else waits, and those who wait do not wait for each other")
    func separate() async throws {
        try await with { client, primary, replica in
            replica.pause()
            let isReached = Flag()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<5 {
                    group.addTask {
                        let reached = try await set(client, Durability(replicas: 1), within: .seconds(30))
                        #expect(reached.replicas == 1)
                        isReached.set()
                    }
                }
                try await eventually { primary.ask("INFO clients").contains("blocked_clients:5") }
                #expect(try await client.send(RedisCommand("GET", "n")).string == "5")
                #expect(!isReached.isSet)
                replica.resume()
                try await group.waitForAll()
            }
            // They are used again.
            _ = try await set(client, Durability(replicas: 1))
            #expect(
                primary.ask("CLIENT LIST TYPE normal").split(separator: "\n").count { $0.contains("cmd=wait") } == 5
            )
        }
    }

    @Test("A caller that went away leaves no reply to the next one")
    func cancellation() async throws {
        try await with { client, primary, replica in
            replica.pause()
            let task = Task { try await set(client, Durability(replicas: 1), within: .seconds(30)) }
            try await eventually { primary.ask("INFO clients").contains("blocked_clients:1") }
            task.cancel()
            let error = await #expect(throws: RedisError.self) { try await task.value }
            #expect(error?.code == .outcomeUnknown)
            replica.resume()
            let reached = try await set(client, Durability(replicas: 1))
            #expect(reached.replies == [.integer(2)] && reached.replicas == 1)
        }
    }

    @Test("A server that is killed while it waits leaves the outcome unknown")
    func killed() async throws {
        try await with { client, primary, replica in
            replica.pause()
            async let reached = set(client, Durability(replicas: 1), within: .seconds(30))
            try await eventually { primary.ask("INFO clients").contains("blocked_clients:1") }
            primary.kill()
            do {
                _ = try await reached
                Issue.record("it was reached")
            } catch {
                #expect((error as? RedisError)?.code == .outcomeUnknown)
            }
        }
    }

    @Test("On disk: reached where the server has WAITAOF and an append-only file, and said where it has not")
    func onDisk() async throws {
        let onDisk = Durability(isOnDisk: true)
        try await with(persistence: .appendOnly) { client, primary, _ in
            let reached = try await set(client, onDisk)
            #expect(reached.replies == [.integer(1)])
            let obstacles = try await client.obstacles(to: onDisk)
            if !primary.ask("COMMAND INFO WAITAOF").contains("waitaof") {
                #expect(!obstacles[0].isPassing)
                #expect(!reached.reaches(onDisk) && reached.refusal?.message.hasPrefix("unknown command") == true)
                #expect(obstacles.count == 1 && obstacles[0].reason.contains("has no WAITAOF"))
            } else {
                #expect(reached.isOnDisk && reached.reaches(onDisk))
                #expect(obstacles == [])
                primary.ask("CONFIG SET appendonly no")
                let missed = try await set(client, onDisk)
                #expect(missed.replies == [.integer(2)] && !missed.reaches(onDisk) && missed.refusal?.prefix == "ERR")
                let obstacle = DurabilityObstacle("Redis has no append-only file (appendonly no)", isPassing: true)
                #expect(try await client.obstacles(to: onDisk) == [obstacle])
            }
        }
    }

    @Test("Fewer replicas than are asked for are an obstacle")
    func tooFewReplicas() async throws {
        try await with { client, _, _ in
            let none = try await client.obstacles(to: Durability(replicas: 1))
            #expect(none == [])
            let obstacle = DurabilityObstacle("Redis has 1 of 2 replicas", isPassing: true)
            #expect(try await client.obstacles(to: Durability(replicas: 2)) == [obstacle])
            #expect(try await client.obstacles(to: Durability()) == [])
        }
    }

    @Test("A slot that has moved is followed, with the wait")
    func movedSlot() async throws {
        let servers = try RedisTestCluster()
        defer { servers.kill() }
        let configuration = try RedisConfiguration(testing: servers.url) { $0.key = "{0}" }
        try await withClient(configuration) { client in
            let one = Durability(replicas: 1)
            func increment() async throws -> DurableReplies {
                try await client.send(
                    [RedisCommand("INCR", "{0}n")],
                    mark: RedisCommand("SET", "{0}mark", "1"),
                    reaching: one,
                    within: .seconds(5)
                )
            }
            #expect(try await increment().reaches(one))
            let slot = HashSlot(of: "{0}").number
            try servers.beginMove(of: slot, from: servers.nodes[2], to: servers.nodes[0])
            try servers.moveKeys(of: slot, from: servers.nodes[2], to: servers.nodes[0])
            try servers.endMove(of: slot, from: servers.nodes[2], to: servers.nodes[0])
            let reached = try await increment()
            #expect(reached.replies == [.integer(2)] && reached.reaches(one))
            #expect(client.link.address == .tcp(host: "127.0.0.1", port: servers.nodes[0].port))
        }
    }
}
