import RedisClient
import RedisTestServer
import Testing

@Suite(.timeLimit(.minutes(1)))
struct IdleConnectionTests {
    @Test func aQuietConnectionIsAsked() async throws {
        try await withRedis { other, server in
            let configuration = try RedisConfiguration(testing: server.url) { $0.idlePingInterval = .milliseconds(20) }
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

    @Test func aBusyOneIsNot() async throws {
        try await withRedis({ $0.idlePingInterval = .seconds(30) }) { client, _ in
            let before = try await client.pings()
            for _ in 0..<500 { _ = try await client.send(RedisCommand("ECHO", "x")) }
            #expect(try await client.pings() == before)
        }
    }

    @Test func aServerThatVanishedIsNoticedWithoutACommand() async throws {
        try await withRedis({
            $0.idlePingInterval = .milliseconds(20)
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
