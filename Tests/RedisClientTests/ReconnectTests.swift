import RedisClient
import RedisTestServer
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ReconnectTests {
    @Test func comesBackAfterARestart() async throws {
        try await withRedis(persistence: .appendOnly) { client, server in
            _ = try await client.send(RedisCommand("CONFIG", "SET", "appendfsync", "always"))
            _ = try await client.send(RedisCommand("SET", "k", "kept"))
            server.kill()
            try await eventually { client.connectionState == .connecting }
            try server.start()
            #expect(try await client.send(RedisCommand("GET", "k")).string == "kept")
            #expect(client.connectionState == .connected)
            #expect(client.statistics.reconnects == 1)
        }
    }

    @Test func comesBackAfterAnOrderlyStop() async throws {
        try await withRedis(persistence: .appendOnly) { client, server in
            _ = try await client.send(RedisCommand("SET", "k", "kept"))
            server.stop()
            try server.start()
            #expect(try await client.send(RedisCommand("GET", "k")).string == "kept")
            #expect(client.statistics.reconnects == 1)
        }
    }

    @Test func aKilledServerLeavesTheOutcomeUnknown() async throws {
        try await withRedis { client, server in
            _ = try await client.send(RedisCommand("PING"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let script = RedisCommand("EVAL", "while true do end", "0")
                    let error = try await client.failure(of: script)
                    #expect(error.code == .outcomeUnknown)
                }
                try await eventually { client.statistics.commandsPending == 1 }
                server.kill()
                try await group.waitForAll()
            }
        }
    }

    @Test func aCommandWaitsForTheConnection() async throws {
        let server = try RedisTestServer()
        defer { server.kill() }
        server.kill()
        try await withClient(try RedisConfiguration(testing: server.url)) { client in
            try await eventually { client.statistics.failedConnects > 0 }
            async let first = client.send(RedisCommand("SET", "k", "v"))
            try await eventually { client.statistics.commandsPending == 1 }
            #expect(client.connectionState == .connecting)
            try server.start()
            #expect(try await first == .status("OK"))
        }
    }

    @Test func noServerIsNotSentWithinTheTime() async throws {
        let port = try RedisTestServer.freePort()
        let configuration = try RedisConfiguration(testing: "redis://ann:secret@127.0.0.1:\(port)") {
            $0.commandTimeout = .milliseconds(500)
        }
        try await withClient(configuration) { client in
            try await eventually { client.statistics.failedConnects > 0 }
            let start = ContinuousClock.now
            let error = try await client.failure(of: RedisCommand("GET", "k"))
            #expect(error.code == .notSent)
            #expect(error.isWorthRepeating)
            #expect(error.message.contains("127.0.0.1:\(port)"))
            #expect(error.message.lowercased().contains("refused"))
            #expect(!error.description.contains("secret"))
            #expect(.now - start >= .milliseconds(500))
            #expect(client.statistics.commandsPending == 0)
        }
    }

    @Test func aCommandBeforeTheRunIsSentOnceItRuns() async throws {
        let server = try RedisTestServer()
        defer { server.kill() }
        let client = RedisClient(try RedisConfiguration(testing: server.url), logger: .silent)
        try await withThrowingTaskGroup(of: Void.self) { group in
            async let reply = client.send(RedisCommand("ECHO", "early"))
            try await eventually { client.statistics.commandsPending == 1 }
            group.addTask { try await client.run() }
            #expect(try await reply.string == "early")
            group.cancelAll()
        }
        #expect(client.connectionState == .closed)
        let error = try await client.failure(of: RedisCommand("PING"))
        #expect(error.code == .notSent)
        #expect(error.message.contains("closed"))
    }

    @Test func survivesManyRestartsUnderLoad() async throws {
        try await withRedis { client, server in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for task in 0..<20 {
                    group.addTask {
                        var lost = 0
                        for index in 0..<200 {
                            let word = "\(task)-\(index)"
                            do throws(RedisError) {
                                #expect(try await client.send(RedisCommand("ECHO", word)).string == word)
                            } catch {
                                #expect(error.code == .outcomeUnknown)
                                lost += 1
                            }
                        }
                        return lost
                    }
                }
                for round in 1...3 {
                    try await eventually { client.connectionState == .connected }
                    server.kill()
                    try server.start()
                    try await eventually { client.statistics.reconnects >= round }
                }
                for try await _ in group {}
            }
            #expect(client.statistics.commandsPending == 0)
        }
    }
}
