import RedisClient
import Testing

/// Servers that die in the middle of a reply, talk nonsense, or claim too much.
@Suite(.timeLimit(.minutes(1)))
struct BrokenServerTests {
    @Test(arguments: ["$100\r\nabc", "*3\r\n:1\r\n", "+OK", ""])
    func aReplyCutShortLeavesTheOutcomeUnknown(reply: String) async throws {
        try await FakeServer.with({ $0 == ["ECHO", "whole"] ? .text("+whole\r\n") : .textThenClose(reply) }) { server in
            try await withClient(try RedisConfiguration(testing: server.url)) { client in
                let error = try await client.failure(of: RedisCommand("INCR", "k"))
                #expect(error.code == .outcomeUnknown)
                #expect(error.isWorthRepeating)
                // Nothing of the old connection is taken for the new one's.
                #expect(try await client.send(RedisCommand("ECHO", "whole")).string == "whole")
                #expect(client.statistics.reconnects == 1)
                #expect(server.commands == [["INCR", "k"], ["ECHO", "whole"]], "nothing is sent twice")
            }
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "RESP"), ("*2147483647\r\n", "RESP"), ("*16777217\r\n:1\r\n", "RESP"),
        ("*1\r\n*16777217\r\n", "RESP"), ("$-7\r\n", "RESP"), (":\r\n\r\nx", "RESP"),
        (String(repeating: "*1\r\n", count: 40), "nest"), ("+one\r\n+two\r\n", "not asked"),
    ])
    func nonsenseEndsTheConnection(nonsense: String, reason: String) async throws {
        try await FakeServer.with({ $0 == ["ECHO", "fine"] ? .text("+fine\r\n") : .text(nonsense) }) { server in
            let log = LogRecorder()
            try await withClient(try RedisConfiguration(testing: server.url), logger: log.logger) { client in
                do throws(RedisError) {
                    // A first answer that is fine is delivered; what follows it is not.
                    #expect(try await client.send(RedisCommand("INCR", "k")).string == "one")
                } catch {
                    #expect(error.code == .outcomeUnknown)
                    #expect(error.message.contains(reason))
                }
                try await eventually { client.statistics.reconnects == 1 }
                #expect(log.lines.contains { $0.contains("connection to Redis lost") && $0.contains(reason) })
                #expect(try await client.send(RedisCommand("ECHO", "fine")).string == "fine")
            }
        }
    }

    @Test func whatWasUnderWayBehindNonsenseIsUnknownToo() async throws {
        try await FakeServer.with({ $0[0] == "LAST" ? .text("?\r\n") : .nothing }) { server in
            try await withClient(try RedisConfiguration(testing: server.url)) { client in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<10 {
                        group.addTask {
                            let error = try await client.failure(of: RedisCommand("FIRST"))
                            #expect(error.code == .outcomeUnknown)
                        }
                    }
                    try await eventually { server.commands.count == 10 }
                    let error = try await client.failure(of: RedisCommand("LAST"))
                    #expect(error.code == .outcomeUnknown)
                    try await group.waitForAll()
                }
                #expect(client.statistics.commandsPending == 0)
            }
        }
    }

    @Test func aServerThatClosesAtOnceIsTriedAgain() async throws {
        try await FakeServer.with({ _ in .close }, greets: false) { server in
            let configuration = try RedisConfiguration(testing: server.url) { $0.commandTimeout = .milliseconds(500) }
            try await withClient(configuration) { client in
                try await eventually { client.statistics.failedConnects > 1 }
                let error = try await client.failure(of: RedisCommand("GET", "k"))
                #expect(error.code == .notSent)
                #expect(error.message.contains("no greeting"))
                #expect(server.connections > 1)
            }
        }
    }
}
