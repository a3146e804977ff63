import RedisClient
import RedisTestServer
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PingTests {
    @Test func aQuietConnectionIsAsked() async throws {
        try await withRedis { other, server in
            let configuration = try RedisConfiguration(testing: server.url) { $0.pingInterval = .milliseconds(20) }
            try await withClient(configuration) { client in
                _ = try await client.send(RedisCommand("ECHO", "x"))
                let before = try await other.pings()
                try await eventually { try await other.pings() >= before + 3 }
                #expect(try await client.send(RedisCommand("ECHO", "in step")).string == "in step")
                #expect(client.statistics.reconnects == 0)
                #expect(client.statistics.commandsSent == 2, "its own PING is no caller's command")
            }
        }
    }

    @Test func aBusyOneIsAskedNoMoreOften() async throws {
        try await withRedis({ $0.pingInterval = .seconds(30) }) { client, _ in
            let before = try await client.pings()
            for _ in 0..<500 { _ = try await client.send(RedisCommand("ECHO", "x")) }
            #expect(try await client.pings() == before)
        }
    }

    @Test func aBusyOneIsAskedToo() async throws {
        try await withRedis({ $0.pingInterval = .milliseconds(20) }) { client, _ in
            let before = try await client.pings()
            try await eventually { try await client.pings() >= before + 3 }
            #expect(client.statistics.reconnects == 0)
        }
    }

    /// Bytes that something between the two has swallowed: every later reply is taken for another command's.
    @Test func repliesOutOfStepEndTheConnection() async throws {
        try await FakeServer.with({ $0[1] == "swallowed" ? .nothing : .text("+\($0[1])\r\n") }) { server in
            let configuration = try RedisConfiguration(testing: server.url) { $0.pingInterval = .milliseconds(20) }
            let log = LogRecorder()
            try await withClient(configuration, logger: log.logger) { client in
                async let swallowed = client.failure(of: RedisCommand("ECHO", "swallowed"))
                try await eventually { client.statistics.reconnects == 1 }
                #expect(log.lines.contains { $0.contains("connection to Redis lost") && $0.contains("out of step") })
                _ = try? await swallowed
                #expect(try await client.send(RedisCommand("ECHO", "in step")).string == "in step")
            }
        }
    }

    /// A user who may not `PING` keeps the connection.
    @Test func aUserWhoMayNotIsLeftAlone() async throws {
        let refused = Counter()
        try await FakeServer.with(
            { command in
                guard command[0] == "PING" else { return .text("+\(command[1])\r\n") }
                refused.increment()
                return .text("-NOPERM no\r\n")
            },
            greets: false
        ) { server in
            let configuration = try RedisConfiguration(testing: server.url) { $0.pingInterval = .milliseconds(20) }
            try await withClient(configuration) { client in
                try await eventually { refused.count > 3 }
                #expect(try await client.send(RedisCommand("ECHO", "in step")).string == "in step")
                #expect(client.statistics.reconnects == 0)
            }
        }
    }

    @Test func aServerThatVanishedIsNoticedWithoutACommand() async throws {
        try await withRedis({
            $0.pingInterval = .milliseconds(20)
            $0.commandTimeout = .milliseconds(50)
            $0.connectTimeout = .milliseconds(50)
        }) { client, server in
            try await eventually { client.connectionState == .connected }
            server.pause()
            try await eventually { client.connectionState == .connecting }
            server.resume()
            try await eventually { client.connectionState == .connected }
        }
    }
}
