import RedisClient
import Testing

/// What the client holds is bounded, whoever waits and whoever goes away.
@Suite(.timeLimit(.minutes(1)))
struct BackPressureTests {
    @Test func callersBeyondTheBoundWait() async throws {
        try await FakeServer.with({ _ in .nothing }) { server in
            let configuration = try RedisConfiguration(testing: server.url) { $0.maximumPendingCommands = 10 }
            try await withClient(configuration) { client in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    let answered = Counter()
                    for _ in 0..<100 {
                        group.addTask {
                            let reply = try await client.send(RedisCommand("GET", "k"))
                            #expect(reply == .status("OK"))
                            answered.increment()
                        }
                    }
                    for round in 1...10 {
                        try await eventually { server.commands.count == round * 10 }
                        #expect(client.statistics.commandsPending == 10)
                        #expect(answered.count <= (round - 1) * 10)
                        server.say(String(repeating: "+OK\r\n", count: 10))
                    }
                    try await group.waitForAll()
                }
                #expect(client.statistics.commandsPending == 0)
            }
        }
    }

    @Test func bytesAreBoundedToo() async throws {
        try await FakeServer.with({ _ in .nothing }) { server in
            let configuration = try RedisConfiguration(testing: server.url) { $0.maximumPendingBytes = 3_000 }
            try await withClient(configuration) { client in
                let value = String(repeating: "x", count: 900)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<9 { group.addTask { _ = try await client.send(RedisCommand("SET", "k", value)) } }
                    for round in 1...3 {
                        try await eventually { server.commands.count == round * 3 }
                        #expect(client.statistics.commandsPending == 3)
                        server.say("+OK\r\n+OK\r\n+OK\r\n")
                    }
                    try await group.waitForAll()
                }
                // One that is larger than the bound goes alone.
                async let large = client.send(RedisCommand("SET", "k", String(repeating: "x", count: 10_000)))
                try await eventually { server.commands.count == 10 }
                server.say("+OK\r\n")
                #expect(try await large == .status("OK"))
            }
        }
    }

    @Test func noRoomInTimeIsNotSent() async throws {
        try await FakeServer.with({ _ in .nothing }) { server in
            let configuration = try RedisConfiguration(testing: server.url) {
                $0.maximumPendingCommands = 1
                $0.commandTimeout = .milliseconds(300)
            }
            try await withClient(configuration) { client in
                try await eventually { client.connectionState == .connected }
                async let first = client.failure(of: RedisCommand("GET", "1"))
                try await eventually { server.commands.count == 1 }
                let second = try await client.failure(of: RedisCommand("GET", "2"))
                #expect(second.code == .notSent)
                #expect(second.message.contains("no room"))
                #expect(try await first.code == .outcomeUnknown)
                #expect(server.commands == [["GET", "1"]])
            }
        }
    }

    @Test func aCallerThatGoesAwayGivesItsRoomBackOnlyWithTheReply() async throws {
        try await FakeServer.with({ _ in .nothing }) { server in
            let configuration = try RedisConfiguration(testing: server.url) { $0.maximumPendingCommands = 1 }
            try await withClient(configuration) { client in
                let gone = Task { try await client.send(RedisCommand("GET", "gone")) }
                try await eventually { server.commands.count == 1 }
                gone.cancel()
                await #expect(throws: RedisError.self) { try await gone.value }
                #expect(client.statistics.commandsPending == 1)
                async let next = client.send(RedisCommand("GET", "next"))
                server.say("+for-the-gone\r\n")
                try await eventually { server.commands.count == 2 }
                server.say("+for-the-next\r\n")
                #expect(try await next.string == "for-the-next")
            }
        }
    }

    @Test func aLargeBatchThatGivesUpLetsTheSmallPass() async throws {
        try await FakeServer.with({ _ in .nothing }) { server in
            let configuration = try RedisConfiguration(testing: server.url) { $0.maximumPendingCommands = 3 }
            try await withClient(configuration) { client in
                async let first = client.send(RedisCommand("GET", "first"))
                try await eventually { server.commands.count == 1 }
                let batch = Task { try await client.send((0..<3).map { RedisCommand("GET", "batch-\($0)") }) }
                try await eventually { client.statistics.commandsWaiting == 3 }
                let small = Task { try await client.send(RedisCommand("GET", "small")) }
                try await eventually { client.statistics.commandsWaiting == 4 }
                batch.cancel()
                await #expect(throws: RedisError.self) { try await batch.value }
                try await eventually { server.commands.count == 2 }
                server.say("+1\r\n+2\r\n")
                #expect(try await first.integer == 1)
                #expect(try await small.value.integer == 2)
            }
        }
    }
}
