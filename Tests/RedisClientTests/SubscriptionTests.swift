import Logging
import RedisClient
import RedisTestServer
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SubscriptionTests {
    /// Listens while the body runs, which gets what is heard.
    private func listening(
        _ client: RedisClient,
        to channels: [String],
        _ body: (inout AsyncStream<RedisPush>.AsyncIterator) async throws -> Void
    ) async throws {
        let (pushes, continuation) = AsyncStream.makeStream(of: RedisPush.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await client.listen(to: channels) { continuation.yield($0) }
                continuation.finish()
            }
            var iterator = pushes.makeAsyncIterator()
            try await body(&iterator)
            group.cancelAll()
            // It ends with its task.
            while await iterator.next() != nil {}
        }
    }

    @Test func hearsMessagesInOrder() async throws {
        try await withRedis { client, _ in
            try await listening(client, to: ["a", "b", "a"]) { pushes in
                #expect(await pushes.next() == .subscribed)
                let payload: [UInt8] = [0, 13, 10, 255]
                var binary = RedisCommand("PUBLISH", "b")
                binary.append(payload)
                #expect(try await client.send(binary) == .integer(1))
                #expect(await pushes.next() == .message(channel: "b", payload: payload))
                _ = try await client.send((0..<1_000).map { RedisCommand("PUBLISH", "a", String($0)) })
                for index in 0..<1_000 {
                    #expect(await pushes.next() == .message(channel: "a", payload: Array(String(index).utf8)))
                }
            }
        }
    }

    @Test func subscribesAgainAfterARestartAndTellsOfTheGap() async throws {
        try await withRedis { client, server in
            try await listening(client, to: ["a"]) { pushes in
                #expect(await pushes.next() == .subscribed)
                server.kill()
                try server.start()
                #expect(await pushes.next() == .subscribed)
                #expect(try await client.send(RedisCommand("PUBLISH", "a", "after")) == .integer(1))
                #expect(await pushes.next() == .message(channel: "a", payload: Array("after".utf8)))
            }
        }
    }

    @Test func leavesTheServerWhenItsTaskEnds() async throws {
        try await withRedis { client, _ in
            try await listening(client, to: ["a"]) { pushes in #expect(await pushes.next() == .subscribed) }
            try await eventually { try await client.send(RedisCommand("PUBLISH", "a", "x")) == .integer(0) }
        }
    }

    @Test func noChannelsAreNothingToHear() async throws {
        try await withRedis { client, _ in
            try await listening(client, to: []) { pushes in #expect(await pushes.next() == nil) }
        }
    }

    @Test func aRefusalIsLoggedAndTriedAgain() async throws {
        let server = try RedisTestServer(options: ["--user", "ann", "on", ">secret", "~*", "+@all", "&allowed"])
        defer { server.kill() }
        let log = LogRecorder()
        let configuration = try RedisConfiguration(testing: "redis://ann:secret@127.0.0.1:\(server.port)")
        try await withClient(configuration, logger: log.logger) { client in
            try await listening(client, to: ["forbidden"]) { pushes in
                try await eventually { log.lines.contains { $0.contains("NOPERM") } }
                _ = try await client.send(RedisCommand("ACL", "SETUSER", "ann", "allchannels"))
                #expect(await pushes.next() == .subscribed)
            }
        }
    }

    @Test func aQuietSubscriptionIsAskedAndStaysInStep() async throws {
        try await withRedis({ $0.pingInterval = .milliseconds(20) }) { client, _ in
            try await listening(client, to: ["a"]) { pushes in
                #expect(await pushes.next() == .subscribed)
                for round in 1...5 {
                    let before = try await client.pings()
                    try await eventually { try await client.pings() > before + 1 }
                    _ = try await client.send(RedisCommand("PUBLISH", "a", "\(round)"))
                    #expect(await pushes.next() == .message(channel: "a", payload: Array("\(round)".utf8)))
                }
            }
        }
    }

    @Test func aSubscriptionWhoseServerVanishedIsMadeAgain() async throws {
        let server = try RedisTestServer()
        defer { server.kill() }
        let log = LogRecorder()
        let configuration = try RedisConfiguration(testing: server.url) {
            $0.pingInterval = .milliseconds(20)
            $0.commandTimeout = .milliseconds(100)
        }
        try await withClient(configuration, logger: log.logger) { client in
            try await listening(client, to: ["a"]) { pushes in
                #expect(await pushes.next() == .subscribed)
                server.pause()
                try await eventually { log.lines.contains { $0.contains("subscription lost") } }
                server.resume()
                #expect(await pushes.next() == .subscribed)
            }
        }
    }
}

extension RedisClient {
    /// How many times the server was asked `PING`.
    func pings() async throws -> Int {
        let statistics = try await send(RedisCommand("INFO", "commandstats")).string ?? ""
        let lines = statistics.split(whereSeparator: \.isNewline)
        guard let line = lines.first(where: { $0.hasPrefix("cmdstat_ping:calls=") }) else { return 0 }
        return Int(line.dropFirst("cmdstat_ping:calls=".count).prefix { $0.isNumber }) ?? 0
    }
}
