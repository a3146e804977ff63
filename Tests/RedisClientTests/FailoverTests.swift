import Foundation
import RedisClient
import RedisTestServer
import Testing

/// Another server takes over behind the same address, while the old one goes on running.
@Suite(.timeLimit(.minutes(1)))
struct FailoverTests {
    /// Two servers, and an address that stands for the first one until it is moved to the second.
    private final class Pair: Sendable {
        let old: RedisTestServer
        let new: RedisTestServer
        private let address: URL

        init() throws {
            old = try RedisTestServer()
            new = try RedisTestServer()
            address = FileManager.default.temporaryDirectory.appending(path: "waitable-address-\(UUID().uuidString)")
            try FileManager.default.createSymbolicLink(atPath: address.path, withDestinationPath: old.socket)
        }

        deinit { try? FileManager.default.removeItem(at: address) }

        func move() throws {
            try FileManager.default.removeItem(at: address)
            try FileManager.default.createSymbolicLink(atPath: address.path, withDestinationPath: new.socket)
        }

        func configuration(_ backoff: ClosedRange<Duration>) -> RedisConfiguration {
            var configuration = RedisConfiguration(address: .unixSocket(path: address.path))
            configuration.backoff = backoff
            return configuration
        }
    }

    private static let quick: ClosedRange<Duration> = .milliseconds(1) ... .milliseconds(20)

    @Test("A subscription follows the commands to the new primary")
    func subscription() async throws {
        let pair = try Pair()
        try await withClient(pair.configuration(Self.quick)) { client in
            let (pushes, continuation) = AsyncStream.makeStream(of: RedisPush.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await client.listen(to: ["a"]) { continuation.yield($0) } }
                defer { group.cancelAll() }
                var heard = pushes.makeAsyncIterator()
                #expect(await heard.next() == .subscribed)
                pair.old.ask("REPLICAOF 127.0.0.1 1")
                try pair.move()
                _ = try await client.failure(of: RedisCommand("SET", "k", "v"))
                #expect(await heard.next() == .subscribed)
                #expect(try await client.send(RedisCommand("PUBLISH", "a", "x")) == .integer(1))
                #expect(await heard.next() == .message(channel: "a", payload: Array("x".utf8)))
                #expect(pair.old.ask("PUBLISH a x") == ":0\r\n", "nobody is left there")
            }
        }
    }

    @Test("A primary that refuses for want of replicas is left for the new one")
    func noReplicas() async throws {
        let pair = try Pair()
        try await withClient(pair.configuration(Self.quick)) { client in
            #expect(try await client.send(RedisCommand("SET", "k", "v")) == .status("OK"))
            pair.old.ask("CONFIG SET min-replicas-to-write 1")
            try pair.move()
            var refusals = Set<String?>()
            try await eventually {
                do throws(RedisError) {
                    return try await client.send(RedisCommand("SET", "k", "v")) == .status("OK")
                } catch {
                    refusals.insert(error.server?.prefix)
                    return false
                }
            }
            #expect(refusals == ["NOREPLICAS"])
            #expect(client.statistics.reconnects == 1)
        }
    }

    @Test("A primary that goes on refusing for want of replicas is not left more often than the longest pause")
    func lastingRefusal() async throws {
        let longest = Duration.milliseconds(200)
        try await withRedis(options: ["--min-replicas-to-write", "1"], { $0.backoff = .milliseconds(1)...longest }) {
            client,
            _ in
            let start = ContinuousClock.now
            var refusals = 0
            while client.statistics.reconnects < 4 {
                let error = try await client.failure(of: RedisCommand("SET", "k", "v"))
                #expect(error.server?.prefix == "NOREPLICAS")
                refusals += 1
            }
            #expect(.now - start >= longest * 4)
            #expect(refusals > 4)
            #expect(try await client.send(RedisCommand("GET", "k")) == .null)
        }
    }
}
