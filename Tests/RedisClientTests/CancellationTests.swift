import RedisClient
import RedisTestServer
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CancellationTests {
    /// The error that a cancelled command ends with.
    private func cancelled(
        _ client: RedisClient,
        _ command: RedisCommand,
        once condition: () async throws -> Bool
    ) async throws -> RedisError {
        let task = Task { try await client.failure(of: command) }
        try await eventually(condition)
        task.cancel()
        return try await task.value
    }

    @Test func aSentCommandIsLetGoAndItsReplyThrownAway() async throws {
        try await withRedis { client, server in
            _ = try await client.send(RedisCommand("SET", "n", "0"))
            let sent = client.statistics.commandsSent
            server.pause()
            let errors = try await withThrowingTaskGroup(of: RedisError.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await client.failure(of: RedisCommand("INCR", "n"))
                    }
                }
                try await eventually { client.statistics.commandsPending == 50 }
                group.cancelAll()
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(errors.allSatisfy { $0.code == .outcomeUnknown || $0.code == .notSent })
            let unknown = errors.count { $0.code == .outcomeUnknown }
            #expect(client.statistics.commandsSent - sent == unknown)
            server.resume()
            for index in 0..<100 {
                #expect(try await client.send(RedisCommand("ECHO", "\(index)")).integer == Int64(index))
            }
            #expect(try await client.send(RedisCommand("GET", "n")).integer == Int64(unknown))
            #expect(client.statistics.reconnects == 0)
        }
    }

    @Test func manyCancellationsDoNotMixUpReplies() async throws {
        try await withRedis { client, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<50 {
                    group.addTask {
                        for index in 0..<100 {
                            let word = "\(task)-\(index)"
                            let echo = Task { () -> String? in
                                do throws(RedisError) {
                                    return try await client.send(RedisCommand("ECHO", word)).string
                                } catch {
                                    #expect(error.code != .server)
                                    return nil
                                }
                            }
                            if index.isMultiple(of: 2) { echo.cancel() }
                            let answer = await echo.value
                            #expect(answer == word || (answer == nil && index.isMultiple(of: 2)))
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await client.send(RedisCommand("ECHO", "last")).string == "last")
            #expect(client.statistics.commandsPending == 0)
            #expect(client.statistics.reconnects == 0)
        }
    }

    @Test func oneThatWaitsForAConnectionIsNotSent() async throws {
        let port = try RedisTestServer.freePort()
        let configuration = try RedisConfiguration(testing: "redis://127.0.0.1:\(port)")
        try await withClient(configuration) { client in
            let error = try await cancelled(client, RedisCommand("GET", "k")) {
                client.statistics.commandsPending == 1
            }
            #expect(error.code == .notSent)
            #expect(error.message.contains("cancelled"))
            #expect(client.statistics.commandsPending == 0)
        }
    }

    @Test func oneThatIsCancelledBeforeItBeginsIsNotSent() async throws {
        try await withRedis { client, server in
            _ = try await client.send(RedisCommand("PING"))
            server.pause()
            let task = Task {
                // Until the cancellation has come.
                while !Task.isCancelled { await Task.yield() }
                return try await client.failure(of: RedisCommand("INCR", "n"))
            }
            task.cancel()
            let error = try await task.value
            #expect(error.code == .notSent)
            server.resume()
            #expect(try await client.send(RedisCommand("GET", "n")) == .null)
        }
    }

    @Test func theEndOfTheRunEndsTheTryToConnect() async throws {
        // An address that nobody answers for is not to be had on loopback; a greeting that never comes is.
        try await FakeServer.with({ _ in .nothing }, greets: false) { server in
            let configuration = try RedisConfiguration(testing: server.url) { $0.connectTimeout = .seconds(50) }
            let client = RedisClient(configuration, logger: .silent)
            let run = Task { try await client.run() }
            try await eventually { server.connections == 1 }
            run.cancel()
            try await run.value
            #expect(client.connectionState == .closed)
        }
    }
}
