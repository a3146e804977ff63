import Foundation
import RedisTestServer
import Testing

@testable import RedisClient

@Suite(.timeLimit(.minutes(2)))
struct SentinelTests {
    /// Counts what became of the increments that callers sent one after another.
    private struct Outcomes: Sendable {
        var answers: [Int64] = []
        var unknown = 0
        var refused: [String] = []
    }

    @Test("A client finds the primary, and a database in it")
    func discovery() async throws {
        let group = try RedisTestSentinels()
        defer { group.kill() }
        try await withClient(try RedisConfiguration(testing: group.url + "?db=3")) { client in
            _ = try await client.send(RedisCommand("SET", "k", "v"))
            #expect(try await client.send(RedisCommand("ROLE")).array?.first?.string == "master")
        }
        #expect(group.servers[0].ask("INFO keyspace").contains("db3:keys=1"))
    }

    @Test("A sentinel that is down is passed over")
    func oneIsDown() async throws {
        let group = try RedisTestSentinels()
        defer { group.kill() }
        group.sentinels[0].kill()
        group.sentinels[1].kill()
        // Whichever is asked first.
        for _ in 0..<3 {
            try await withClient(try RedisConfiguration(testing: group.url)) { client in
                _ = try await client.send(RedisCommand("PING"))
            }
        }
    }

    @Test("A name that no sentinel knows ends the client, and the error says what to correct")
    func unknownName() async throws {
        let group = try RedisTestSentinels()
        defer { group.kill() }
        let url = group.url.replacing(RedisTestSentinels.name, with: "other")
        let client = RedisClient(try RedisConfiguration(testing: url), logger: .silent)
        let error = await #expect(throws: RedisError.self) { try await client.run() }
        #expect(error?.code == .configuration)
        for sentinel in group.sentinels {
            let words = "127.0.0.1:\(sentinel.port) knows no primary 'other': correct the name in the URL"
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
    }

    @Test("Without a sentinel that answers, commands are not sent, and the error says why for each")
    func noneAnswers() async throws {
        let ports = try [RedisTestServer.freePort(), RedisTestServer.freePort()]
        let url = "redis-sentinel://127.0.0.1:\(ports[0]),127.0.0.1:\(ports[1])/x"
        let configuration = try RedisConfiguration(testing: url) { $0.commandTimeout = .milliseconds(300) }
        try await withClient(configuration) { client in
            let error = try await client.failure(of: RedisCommand("PING"))
            #expect(error.code == .notSent)
            for port in ports {
                let words =
                    "cannot connect to the sentinel 127.0.0.1:\(port): nothing listens on 127.0.0.1 port \(port)"
                    + " (connection refused): start it, or correct host and port in the URL"
                #expect(error.message.contains(words), "\(error.message)")
            }
        }
    }

    @Test("A Redis that is no sentinel ends the client with that error")
    func noSentinel() async throws {
        let server = try RedisTestServer()
        defer { server.kill() }
        let url = "redis-sentinel://127.0.0.1:\(server.port)/x"
        let client = RedisClient(try RedisConfiguration(testing: url), logger: .silent)
        let error = await #expect(throws: RedisError.self) { try await client.run() }
        #expect(
            error?.message.contains("127.0.0.1:\(server.port) is no sentinel: correct host and port in the URL") == true
        )
    }

    @Test("Sentinels can have a password of their own")
    func password() async throws {
        let group = try RedisTestSentinels(lines: ["requirepass secret", "sentinel sentinel-pass secret"])
        defer { group.kill() }
        try await withClient(try RedisConfiguration(testing: group.url + "?sentinel-password=secret")) { client in
            _ = try await client.send(RedisCommand("PING"))
        }
        for (query, words) in [
            ("", "; add sentinel-password=PASSWORD to the query of the URL"),
            ("?sentinel-password=wrong", "; correct sentinel-user and sentinel-password in the URL"),
        ] {
            let configuration = try RedisConfiguration(testing: group.url + query) { $0.endsOnLoginRefusal = true }
            let client = RedisClient(configuration, logger: .silent)
            let error = await #expect(throws: RedisError.self) { try await client.run() }
            #expect(error?.isLoginRefusal == true)
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
            #expect(error?.message.contains("wrong") == false)
        }
    }

    @Test("A replica that the sentinels take for the primary is refused")
    func role() async throws {
        let group = try RedisTestSentinels(downAfter: 60_000)
        defer { group.kill() }
        let configuration = try RedisConfiguration(testing: group.url) { $0.commandTimeout = .milliseconds(500) }
        let (old, new) = (group.servers[0], group.servers[1])
        // With a sentinel that is not told: it still says the old one.
        for sentinel in group.sentinels { sentinel.pause() }
        defer { for sentinel in group.sentinels { sentinel.resume() } }
        try new.ask("REPLICAOF NO ONE", until: "+OK")
        try old.ask("REPLICAOF 127.0.0.1 \(new.port)", until: "+OK")
        group.sentinels[0].resume()
        let failures = AsyncStream.makeStream(of: String.self)
        let client = RedisClient(configuration, logger: .silent) { failures.continuation.yield($0.message) }
        await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await client.run() }
            defer { tasks.cancelAll() }
            for await failure in failures.stream where failure.contains("is no primary (its ROLE is slave)") { break }
        }
    }

    @Test("The old primary is left as soon as the sentinels switch, also one that goes on answering")
    func switchover() async throws {
        let group = try RedisTestSentinels()
        defer { group.kill() }
        try await withClient(try RedisConfiguration(testing: group.url)) { client in
            let (pushes, continuation) = AsyncStream.makeStream(of: RedisPush.self)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { await client.listen(to: ["a"]) { continuation.yield($0) } }
                defer { tasks.cancelAll() }
                var heard = pushes.makeAsyncIterator()
                #expect(await heard.next() == .subscribed)
                try await eventually { group.sentinels.contains { $0.ask("CLIENT LIST").contains(" sub=1 ") } }
                try group.sentinels[0].ask("SENTINEL FAILOVER \(RedisTestSentinels.name)", until: "+OK")
                // No command was refused: what moves the client is what the sentinels say.
                #expect(await heard.next() == .subscribed)
                try await eventually { client.connectionState == .connected }
                #expect(client.link.address == .tcp(host: "127.0.0.1", port: group.servers[1].port))
                #expect(try await client.send(RedisCommand("SET", "k", "v")) == .status("OK"))
                #expect(try await client.send(RedisCommand("PUBLISH", "a", "x")) == .integer(1))
            }
        }
    }

    @Test("A primary that was made a replica is left at its first answer, and the new one found, with nothing said")
    func demotion() async throws {
        let group = try RedisTestSentinels(downAfter: 60_000)
        defer { group.kill() }
        let (old, new) = (group.servers[0], group.servers[1])
        try await withClient(try RedisConfiguration(testing: group.url)) { client in
            _ = try await client.send(RedisCommand("SET", "k", "v"))
            try await eventually { group.sentinels.contains { $0.ask("CLIENT LIST").contains(" sub=1 ") } }
            // Sentinels that are told like this say nothing to those who listen.
            for sentinel in group.sentinels {
                try sentinel.ask("SENTINEL REMOVE \(RedisTestSentinels.name)", until: "+OK")
            }
            try new.ask("REPLICAOF NO ONE", until: "+OK")
            for sentinel in group.sentinels {
                try sentinel.ask("SENTINEL MONITOR \(RedisTestSentinels.name) 127.0.0.1 \(new.port) 2", until: "+OK")
            }
            try old.ask("REPLICAOF 127.0.0.1 \(new.port)", until: "+OK")
            do throws(RedisError) {
                // Taken only where the client began to listen after the sentinels were told.
                _ = try await client.send(RedisCommand("SET", "k", "w"))
            } catch {
                #expect(error.server?.prefix == "READONLY" && error.isPassing)
            }
            #expect(try await client.send(RedisCommand("SET", "k", "w")) == .status("OK"))
            #expect(client.link.address == .tcp(host: "127.0.0.1", port: new.port))
        }
    }

    @Test("Over TLS, as a user")
    func tlsAndUser() async throws {
        let certificates = try Certificates()
        try certificates.make("server", name: "IP:127.0.0.1")
        let ports = try (0..<2).map { _ in try RedisTestServer.freePort() }
        let server = try RedisTestServer(
            options: certificates.options(port: ports[0]) + ["--user", "ann", "on", ">secret", "~*", "+@all"]
        )
        defer { server.kill() }
        let sentinel = try RedisTestServer(
            sentinel: [
                "sentinel monitor x 127.0.0.1 \(ports[0]) 1", "tls-replication yes", "tls-port \(ports[1])",
                "tls-cert-file \(certificates.path("server.crt"))", "tls-key-file \(certificates.path("server.key"))",
                "tls-ca-cert-file \(certificates.authority)", "tls-auth-clients no",
            ]
        )
        defer { sentinel.kill() }
        let url = "rediss-sentinel://ann:secret@127.0.0.1:\(ports[1])/x"
        let configuration = try RedisConfiguration(testing: url) { $0.tls?.caFile = certificates.authority }
        try await withClient(configuration) { client in
            #expect(try await client.send(RedisCommand("ACL", "WHOAMI")).string == "ann")
            _ = try await client.send(RedisCommand("SET", "k", "v"))
        }
    }

    @Test("What sentinels say of a switch is read")
    func messages() {
        let sentinel = RedisConfiguration.Address.tcp(host: "s", port: 1)
        func read(_ text: String) -> RedisConfiguration.Address? { ServerFinder.switched(text, "x", by: sentinel) }
        #expect(read("x 10.0.0.1 6379 10.0.0.2 6380") == .tcp(host: "10.0.0.2", port: 6_380))
        #expect(read("x ::1 6379 ::2 6380") == .tcp(host: "::2", port: 6_380))
        for text in ["y 10.0.0.1 6379 10.0.0.2 6380", "x 10.0.0.1 6379 10.0.0.2", "x 10.0.0.1 6379 10.0.0.2 p", ""] {
            #expect(read(text) == nil)
        }
    }

    @Test("A primary that hangs is left when the sentinels switch, and what it owes has an unknown outcome")
    func hungPrimary() async throws {
        let group = try RedisTestSentinels()
        defer { group.kill() }
        let configuration = try RedisConfiguration(testing: group.url) { $0.commandTimeout = .seconds(45) }
        try await withClient(configuration) { client in
            #expect(try await client.send(RedisCommand("SET", "k", "v")) == .status("OK"))
            try await eventually { group.sentinels.contains { $0.ask("CLIENT LIST").contains(" sub=1 ") } }
            try group.servers[1].ask("INFO replication", until: "slave_repl_offset")
            group.servers[0].pause()
            let start = ContinuousClock.now
            let error = try await client.failure(of: RedisCommand("INCR", "n"))
            #expect(error.code == .outcomeUnknown)
            #expect(error.message == "127.0.0.1:\(group.servers[1].port) is the primary now")
            #expect(.now - start < .seconds(40), "before the command time-out")
            #expect(try await client.send(RedisCommand("INCR", "n")) == .integer(1))
        }
    }

    @Test(
        "Under load every command has an answer or an unknown outcome while the primary is killed",
        .timeLimit(.minutes(2))
    )
    func failoverUnderLoad() async throws {
        let group = try RedisTestSentinels()
        defer { group.kill() }
        try await withClient(try RedisConfiguration(testing: group.url)) { client in
            let isOver = Flag()
            let outcomes = try await withThrowingTaskGroup(of: Outcomes.self) { tasks in
                for caller in 0..<20 {
                    tasks.addTask {
                        var outcomes = Outcomes()
                        while !isOver.isSet {
                            do throws(RedisError) {
                                outcomes.answers.append(
                                    try await client.send(RedisCommand("INCR", "n\(caller)")).integer ?? 0
                                )
                            } catch {
                                switch error.code {
                                case .outcomeUnknown: outcomes.unknown += 1
                                case .notSent: break
                                default: outcomes.refused.append(error.message)
                                }
                            }
                        }
                        return outcomes
                    }
                }
                try await eventually { client.statistics.commandsSent > 2_000 }
                group.servers[0].kill()
                try await eventually { client.link.address == .tcp(host: "127.0.0.1", port: group.servers[1].port) }
                let sent = client.statistics.commandsSent
                try await eventually { client.statistics.commandsSent > sent + 2_000 }
                isOver.set()
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count == 20)
            #expect(outcomes.flatMap(\.refused) == [])
            for outcomes in outcomes {
                // A primary that is killed takes at most one command of each caller with it.
                #expect(outcomes.unknown <= 1)
                #expect(!outcomes.answers.isEmpty)
            }
            #expect(client.statistics.commandsPending == 0)
        }
    }
}
