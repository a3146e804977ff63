import RedisClient
import RedisTestServer
import Testing

/// Commands and replies stay matched, whatever they are and however many there are.
@Suite(.timeLimit(.minutes(1)))
struct PipeliningTests {
    @Test func matchesTheRepliesOfManyTasks() async throws {
        try await withRedis { client, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<100 {
                    group.addTask {
                        for index in 0..<100 {
                            let word = "\(task)-\(index)"
                            let reply = try await client.send(RedisCommand("ECHO", word))
                            #expect(reply.string == word)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(client.statistics.commandsSent == 10_000)
            #expect(client.statistics.commandsPending == 0)
        }
    }

    @Test func matchesTheRepliesOfManyBatches() async throws {
        try await withRedis { client, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<20 {
                    group.addTask {
                        let words = (0..<500).map { "\(task)-\($0)" }
                        let replies = try await client.send(words.map { RedisCommand("ECHO", $0) })
                        #expect(replies.map(\.string) == words)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func aBatchLargerThanTheBoundGoesThrough() async throws {
        try await withRedis({ $0.maximumPendingCommands = 10 }) { client, _ in
            let replies = try await client.send((0..<1_000).map { RedisCommand("ECHO", String($0)) })
            #expect(replies.map(\.integer) == (0..<1_000).map { Int64($0) })
        }
    }

    @Test func carriesLargeAndBinaryValues() async throws {
        try await withRedis { client, _ in
            let large = (0..<8_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<4 {
                    group.addTask {
                        var set = RedisCommand("SET", "large-\(number)")
                        set.append(large + [UInt8(number)])
                        #expect(try await client.send(set) == .status("OK"))
                        let value = try await client.send(RedisCommand("GET", "large-\(number)"))
                        #expect(value == .bulk(large + [UInt8(number)]))
                    }
                    group.addTask {
                        let reply = try await client.send(RedisCommand("ECHO", "small"))
                        #expect(reply.string == "small")
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func carriesNullsAndNestedArrays() async throws {
        try await withRedis { client, _ in
            #expect(try await client.send(RedisCommand("GET", "none")) == .null)
            let nested = try await client.send(
                RedisCommand("EVAL", "return {1, {'a', {}, false}, {{'b'}}, redis.status_reply('FINE')}", "0")
            )
            let expected: RedisValue = .array([
                .integer(1), .array([.bulk(Array("a".utf8)), .array([]), .null]),
                .array([.array([.bulk(Array("b".utf8))])]), .status("FINE"),
            ])
            #expect(nested == expected)
        }
    }

    @Test func errorsInABatchAreValuesInTheirPlace() async throws {
        try await withRedis { client, _ in
            let replies = try await client.send([
                RedisCommand("SET", "k", "v"), RedisCommand("INCR", "k"), RedisCommand("NOSUCH"),
                RedisCommand("GET", "k"),
            ])
            #expect(replies.count == 4)
            #expect(replies[0] == .status("OK"))
            #expect(replies[3].string == "v")
            for index in 1...2 {
                guard case .error(let error) = replies[index] else {
                    Issue.record("no error: \(replies[index])")
                    continue
                }
                #expect(error.prefix == "ERR")
            }
        }
    }

    @Test func nothingToSendIsNothingToAnswer() async throws {
        try await withRedis { client, _ in
            #expect(try await client.send([]) == [])
            let error = try await client.failure(of: RedisCommand())
            #expect(error.code == .notSent)
            #expect(try await client.send(RedisCommand("ECHO", "next")).string == "next")
        }
    }

    @Test func talksOverAUnixSocket() async throws {
        try await withRedis { client, server in
            let configuration = try RedisConfiguration(testing: "unix://\(server.socket)?db=4")
            try await withClient(configuration) { other in
                let reply = try await other.send(RedisCommand("SET", "k", "four"))
                #expect(reply == .status("OK"))
            }
            let replies = try await client.send([RedisCommand("SELECT", "4"), RedisCommand("GET", "k")])
            #expect(replies[1].string == "four")
        }
    }
}
