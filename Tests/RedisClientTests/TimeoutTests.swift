import RedisClient
import RedisTestServer
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TimeoutTests {
    @Test func aLateReplyIsThrownAway() async throws {
        try await withRedis({ $0.commandTimeout = .seconds(1) }) { client, server in
            try await eventually { client.connectionState == .connected }
            _ = try await client.send(RedisCommand("SET", "n", "0"))
            server.pause()
            let start = ContinuousClock.now
            let error = try await client.failure(of: RedisCommand("INCR", "n"))
            #expect(error.code == .outcomeUnknown)
            #expect(error.message.contains("time-out"))
            #expect(.now - start >= .seconds(1))
            #expect(client.statistics.commandsPending == 1, "the server still owes the reply")
            server.resume()
            #expect(try await client.send(RedisCommand("ECHO", "mine")).string == "mine")
            #expect(try await client.send(RedisCommand("GET", "n")).string == "1")
            #expect(client.statistics.reconnects == 0)
            #expect(client.statistics.commandsPending == 0)
        }
    }

    @Test func aServerThatOwesForLongIsTakenForDead() async throws {
        try await withRedis({ $0.commandTimeout = .milliseconds(300) }) { client, server in
            try await eventually { client.connectionState == .connected }
            server.pause()
            let error = try await client.failure(of: RedisCommand("GET", "k"))
            #expect(error.code == .outcomeUnknown)
            try await eventually { client.connectionState == .connecting }
            #expect(client.statistics.commandsPending == 0)
            server.resume()
            try await eventually { client.connectionState == .connected }
            #expect(try await client.send(RedisCommand("ECHO", "again")).string == "again")
        }
    }

    @Test func aServerThatNeverGreetsIsGivenUp() async throws {
        try await FakeServer.with({ _ in .nothing }, greets: false) { server in
            let log = LogRecorder()
            let configuration = try RedisConfiguration(testing: server.url) {
                $0.connectTimeout = .milliseconds(50)
                $0.commandTimeout = .seconds(100)
            }
            try await withClient(configuration, logger: log.logger) { client in
                // The connect time-out ends a try: by the command's, the test would run out of time.
                try await eventually { client.statistics.failedConnects > 1 }
                #expect(server.connections > 1)
                #expect(log.lines.contains { $0.contains("no greeting") })
            }
        }
    }

    @Test func theTimeRunsFromTheCallNotFromTheConnection() async throws {
        try await FakeServer.with({ _ in .nothing }) { server in
            let configuration = try RedisConfiguration(testing: server.url) { $0.commandTimeout = .seconds(5) }
            let client = RedisClient(configuration, logger: .silent)
            try await withThrowingTaskGroup(of: Void.self) { group in
                let start = ContinuousClock.now
                group.addTask {
                    let error = try await client.failure(of: RedisCommand("GET", "k"))
                    #expect(error.code == .outcomeUnknown)
                    #expect(.now - start >= .seconds(5))
                }
                // Most of its time is over before there is a connection.
                try await eventually { .now - start > .milliseconds(4_500) }
                group.addTask { try await client.run() }
                try await group.next()
                #expect(.now - start < .seconds(9), "a second time-out from the write would end after 9,500 ms")
                group.cancelAll()
            }
        }
    }
}
