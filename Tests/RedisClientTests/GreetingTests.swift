import Logging
import RedisClient
import RedisTestServer
import Testing

/// What a connection says before the first command: who it is, which database, which name.
@Suite(.timeLimit(.minutes(1)))
struct GreetingTests {
    /// A server with a password and two users, one of them with few rights.
    private func guardedServer() async throws -> RedisTestServer {
        let server = try RedisTestServer()
        try await withClient(try RedisConfiguration(testing: server.url)) { client in
            let replies = try await client.send([
                RedisCommand("ACL", "SETUSER", "ann", "on", ">ann-secret", "~*", "&*", "+@all"),
                RedisCommand("ACL", "SETUSER", "bob", "on", ">bob-secret", "~*", "+get"),
                RedisCommand("CONFIG", "SET", "requirepass", "the-default-secret"),
            ])
            #expect(replies.allSatisfy { $0 == .status("OK") })
        }
        return server
    }

    private func with(
        _ credentials: String,
        _ server: RedisTestServer,
        _ adjust: (inout RedisConfiguration) -> Void = { _ in },
        _ body: (RedisClient) async throws -> Void
    ) async throws {
        let url = "redis://\(credentials)127.0.0.1:\(server.port)"
        try await withClient(try RedisConfiguration(testing: url, adjust)) { try await body($0) }
    }

    @Test func entersAsWhoItIs() async throws {
        let server = try await guardedServer()
        defer { server.kill() }
        try await with(":the-default-secret@", server) { client in
            let reply = try await client.send(RedisCommand("ACL", "WHOAMI"))
            #expect(reply.string == "default")
        }
        try await with("ann:ann-secret@", server, { $0.clientName = "a-test" }) { client in
            let reply = try await client.send(RedisCommand("ACL", "WHOAMI"))
            #expect(reply.string == "ann")
            let name = try await client.send(RedisCommand("CLIENT", "GETNAME"))
            #expect(name.string == "a-test")
        }
    }

    @Test func aUserWithFewRightsEntersToo() async throws {
        let server = try await guardedServer()
        defer { server.kill() }
        try await with("bob:bob-secret@", server, { $0.clientName = "not-allowed" }) { client in
            #expect(try await client.send(RedisCommand("GET", "k")) == .null)
            let error = try await client.failure(of: RedisCommand("SET", "k", "v"))
            #expect(error.code == .server)
            #expect(error.server?.prefix == "NOPERM")
        }
    }

    @Test func aWrongPasswordSaysSoWithoutIt() async throws {
        let server = try await guardedServer()
        defer { server.kill() }
        try await with("ann:wrong-secret@", server, { $0.commandTimeout = .milliseconds(200) }) { client in
            try await eventually { client.statistics.failedConnects > 0 }
            let error = try await client.failure(of: RedisCommand("GET", "k"))
            #expect(error.code == .notSent)
            #expect(error.message.contains("WRONGPASS"))
            #expect(!error.description.contains("secret"))
            #expect(client.connectionState == .connecting)
            #expect(client.statistics.failedConnects > 0)
        }
    }

    @Test func noPasswordSaysSo() async throws {
        let server = try await guardedServer()
        defer { server.kill() }
        try await with("", server, { $0.commandTimeout = .milliseconds(200) }) { client in
            try await eventually { client.statistics.failedConnects > 0 }
            let error = try await client.failure(of: RedisCommand("GET", "k"))
            #expect(error.code == .notSent)
            #expect(error.message.contains("NOAUTH"))
        }
    }

    @Test func aPasswordChangedUnderTheClientIsAServerError() async throws {
        try await withRedis { client, server in
            _ = try await client.send(RedisCommand("CONFIG", "SET", "requirepass", "new-secret"))
            try await with("", server, { $0.commandTimeout = .milliseconds(200) }) { other in
                try await eventually { other.statistics.failedConnects > 0 }
                let error = try await other.failure(of: RedisCommand("GET", "k"))
                #expect(error.message.contains("NOAUTH"))
            }
        }
    }

    @Test func takesTheDatabase() async throws {
        try await withRedis({ $0.database = 3 }) { client, _ in
            _ = try await client.send(RedisCommand("SET", "k", "three"))
            let info = try await client.send(RedisCommand("INFO", "keyspace")).string ?? ""
            #expect(info.contains("db3:keys=1"))
        }
    }

    @Test(arguments: [
        (":the-default-secret@", 9_999, "DB index is out of range"),
        ("bob:bob-secret@", 5, "the user must have the right +select"),
    ])
    func aDatabaseThatIsRefusedEndsTheClient(credentials: String, database: Int, reason: String) async throws {
        let server = try await guardedServer()
        defer { server.kill() }
        let url = "redis://\(credentials)127.0.0.1:\(server.port)/\(database)"
        let client = RedisClient(try RedisConfiguration(testing: url), logger: .silent)
        let end = Task { try await client.run() }
        // Well within the time-out of a command.
        let failure = try await client.failure(of: RedisCommand("GET", "k"))
        let error = await #expect(throws: RedisError.self) { try await end.value }
        for error in [failure, try #require(error)] {
            #expect(error.code == .configuration)
            #expect(error.message.contains("the database \(database) is refused"), "\(error)")
            #expect(error.message.contains(reason), "\(error)")
            #expect(!error.description.contains("secret"))
        }
        #expect(client.connectionState == .closed)
        try await with(":the-default-secret@", server) { other in
            let size = try await other.send(RedisCommand("DBSIZE"))
            #expect(size.integer == 0)
        }
    }

    @Test func aDatabaseThatIsRefusedLaterIsTriedForAgain() async throws {
        let server = try await guardedServer()
        defer { server.kill() }
        try await with(":the-default-secret@", server) { admin in
            try await with("ann:ann-secret@", server, { $0.database = 3 }) { client in
                _ = try await client.send(RedisCommand("SET", "k", "three"))
                _ = try await admin.send(RedisCommand("ACL", "SETUSER", "ann", "-select"))
                _ = try await admin.send(RedisCommand("CLIENT", "KILL", "USER", "ann"))
                try await eventually { client.statistics.failedConnects > 0 }
                #expect(client.connectionState == .connecting)
                _ = try await admin.send(RedisCommand("ACL", "SETUSER", "ann", "+select"))
                let value = try await client.send(RedisCommand("GET", "k"))
                #expect(value.string == "three")
            }
        }
    }

    @Test func neverLogsThePassword() async throws {
        let log = LogRecorder()
        let server = try await guardedServer()
        defer { server.kill() }
        for credentials in ["ann:ann-secret@", "ann:wrong-secret@"] {
            let configuration = try RedisConfiguration(testing: "redis://\(credentials)127.0.0.1:\(server.port)") {
                $0.commandTimeout = .milliseconds(200)
            }
            try await withClient(configuration, logger: log.logger) { client in
                try await eventually {
                    client.connectionState == .connected || client.statistics.failedConnects > 0
                }
            }
        }
        #expect(log.lines.contains { $0.contains("connected to Redis") })
        #expect(log.lines.contains { $0.contains("WRONGPASS") })
        #expect(!log.lines.contains { $0.contains("secret") })
    }
}
