import RedisClient
import RedisTestServer
import Testing

/// What the server says stays what the server said.
@Suite(.timeLimit(.minutes(1)))
struct ServerErrorTests {
    @Test func aFullServerSaysOOM() async throws {
        try await withRedis(options: ["--maxmemory", "1"]) { client, _ in
            let error = try await client.failure(of: RedisCommand("SET", "k", "v"))
            #expect(error.code == .server)
            #expect(error.server?.prefix == "OOM")
            #expect(!error.isWorthRepeating)
            #expect(client.connectionState == .connected)
        }
    }

    @Test func aServerInAScriptSaysBusy() async throws {
        try await withRedis(options: ["--lua-time-limit", "1"]) { client, server in
            try await withClient(try RedisConfiguration(testing: server.url)) { other in
                _ = try await other.send(RedisCommand("PING"))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        let script = RedisCommand("EVAL", "while true do end", "0")
                        let error = try await client.failure(of: script)
                        #expect(error.server?.description.contains("killed") == true)
                    }
                    var refusal: RedisServerError?
                    while refusal == nil {
                        do throws(RedisError) {
                            _ = try await other.send(RedisCommand("GET", "k"))
                        } catch {
                            refusal = error.server
                        }
                    }
                    #expect(refusal?.prefix == "BUSY")
                    _ = try await other.send(RedisCommand("SCRIPT", "KILL"))
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func aLoadingServerIsWaitedFor() async throws {
        let greetings = Counter()
        try await FakeServer.with(
            { command in
                if command == ["PING"] {
                    return greetings.increment() < 4
                        ? .text("-LOADING Redis is loading the dataset in memory\r\n") : .text("+PONG\r\n")
                }
                return .text("+FINE\r\n")
            },
            greets: false
        ) { server in
            try await withClient(try RedisConfiguration(testing: server.url)) { client in
                let reply = try await client.send(RedisCommand("GET", "k"))
                #expect(reply == .status("FINE"))
                #expect(client.statistics.failedConnects == 3)
            }
        }
        try await FakeServer.with({ _ in .text("-LOADING Redis is loading the dataset in memory\r\n") }, greets: false)
        {
            server in
            let configuration = try RedisConfiguration(testing: server.url) { $0.commandTimeout = .milliseconds(500) }
            try await withClient(configuration) { client in
                let error = try await client.failure(of: RedisCommand("GET", "k"))
                #expect(error.code == .notSent)
                #expect(error.message.contains("LOADING"))
            }
        }
    }

    @Test func aReplicaIsLeftForThePrimary() async throws {
        try await withRedis { client, _ in
            _ = try await client.send(RedisCommand("REPLICAOF", "127.0.0.1", "1"))
            let replies = try await client.send([RedisCommand("SET", "k", "v"), RedisCommand("ECHO", "after")])
            guard case .error(let error) = replies[0] else {
                Issue.record("not refused: \(replies[0])")
                return
            }
            #expect(error.prefix == "READONLY")
            #expect(replies[1].string == "after", "what was under way gets its replies")
            _ = try await client.send(RedisCommand("REPLICAOF", "NO", "ONE"))
            #expect(client.statistics.reconnects == 1, "the next command goes over a new connection")
            #expect(try await client.send(RedisCommand("SET", "k", "v")) == .status("OK"))
        }
    }
}
