import RedisClient
import RedisTestServer
import Testing

/// What a user is told of a connection that is not made: what is wrong and what to change, in plain words.
@Suite(.timeLimit(.minutes(1)))
struct ConnectFailureTests {
    /// The first reason that is told for a URL, with the settings' names that a process gives.
    private func reason(
        _ url: String,
        _ adjust: (inout RedisConfiguration) -> Void = { _ in }
    ) async throws -> String {
        let configuration = try RedisConfiguration(testing: url) { configuration in
            configuration.connectTimeout = .seconds(20)
            configuration.names.url = "REDIS_URL"
            configuration.names.authorities = "REDIS_CA"
            configuration.names.certificate = "REDIS_CERTIFICATE"
            configuration.names.privateKey = "REDIS_KEY"
            adjust(&configuration)
        }
        let (reasons, reason) = AsyncStream<String>.makeStream()
        let client = RedisClient(configuration, logger: .silent) { reason.yield($0.message) }
        let first = await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await client.run() }
            defer { group.cancelAll() }
            return await reasons.first { _ in true } ?? ""
        }
        for word in ["errno", "NIO", "BoringSSL", "OPENSSL", "IOError", "Error(", "descriptor", "routines", "0x"] {
            #expect(!first.contains(word), "\(first)")
        }
        return first
    }

    @Test func aHostThatNobodyKnows() async throws {
        let reason = try await reason("redis://no-such-host.invalid:6399")
        #expect(
            reason
                == "cannot connect to redis://no-such-host.invalid:6399/0: the host name of no-such-host.invalid port 6399"
                + " cannot be resolved: correct it in REDIS_URL"
        )
    }

    @Test func aPortThatNobodyListensOn() async throws {
        let port = try RedisTestServer.freePort()
        #expect(
            try await reason("redis://127.0.0.1:\(port)")
                == "cannot connect to redis://127.0.0.1:\(port)/0: nothing listens"
                + " on 127.0.0.1 port \(port) (connection refused): start Redis, or correct host and port in REDIS_URL"
        )
        #expect(
            try await reason("unix:///no/such.sock")
                == "cannot connect to unix:///no/such.sock?db=0: there is no socket"
                + " /no/such.sock: start Redis, or correct the path in REDIS_URL"
        )
    }

    @Test func tlsOnAPlainPort() async throws {
        let server = try RedisTestServer()
        defer { server.kill() }
        #expect(
            try await reason("rediss://127.0.0.1:\(server.port)").hasSuffix(
                "127.0.0.1 port \(server.port) does not speak TLS: say redis:// in REDIS_URL, or name the port for TLS"
            )
        )
    }

    @Test(arguments: [false, true]) func aPortForTLS(authenticatesClients: Bool) async throws {
        let certificates = try Certificates()
        let port = try RedisTestServer.freePort()
        let options = certificates.options(port: port, authenticatesClients: authenticatesClients)
        let server = try RedisTestServer(options: options)
        defer { server.kill() }
        #expect(try await reason("redis://localhost:\(port)").hasSuffix("say rediss:// in REDIS_URL"))
        let untrusted = try await reason("rediss://localhost:\(port)") { $0.tls?.caFile = certificates.otherAuthority }
        #expect(untrusted.contains("no trusted authority vouches for the certificate of localhost port \(port)"))
        #expect(untrusted.hasSuffix("in REDIS_CA"))
        let wrongName = try await reason("rediss://127.0.0.1:\(port)") { $0.tls?.caFile = certificates.authority }
        #expect(wrongName.hasSuffix("is for another name: use one of its names in REDIS_URL"))
        guard authenticatesClients else { return }
        let unknown = try await reason("rediss://localhost:\(port)") { $0.tls?.caFile = certificates.authority }
        #expect(unknown.contains("REDIS_CERTIFICATE"), "\(unknown)")
        #expect(unknown.contains("REDIS_KEY"), "\(unknown)")
    }

    @Test func tooManyClients() async throws {
        try await withRedis(options: ["--maxclients", "1"]) { client, server in
            #expect(try await client.send(RedisCommand("PING")) == .status("PONG"))
            for name in [nil, "a-name"] {
                let reason = try await reason(server.url) { $0.clientName = name }
                #expect(reason.contains("max number of clients reached"), "\(reason)")
            }
        }
    }

    @Test func aLoginThatIsRefusedEndsAClientThatIsToldSo() async throws {
        let server = try RedisTestServer(options: ["--requirepass", "right"])
        defer { server.kill() }
        for (credentials, advice) in [
            ("", "put user:password@ before the host in the URL"), (":wrong@", "correct user and password in the URL"),
            ("ann:wrong@", "correct user and password in the URL"),
        ] {
            let url = "redis://\(credentials)127.0.0.1:\(server.port)"
            let configuration = try RedisConfiguration(testing: url) { $0.endsOnLoginRefusal = true }
            let client = RedisClient(configuration, logger: .silent)
            async let sent = client.failure(of: RedisCommand("PING"))
            await #expect { try await client.run() } throws: { error in
                (error as? RedisError)?.isLoginRefusal == true && "\(error)".hasSuffix(advice)
            }
            let error = try await sent
            #expect(error.isLoginRefusal)
            #expect(client.connectionState == .closed)
        }
        let open = try RedisTestServer()
        defer { open.kill() }
        let reason = try await reason("redis://:needless@127.0.0.1:\(open.port)")
        #expect(reason.hasSuffix("leave the password out of REDIS_URL"), "\(reason)")
    }

    @Test func aClientThatWasConnectedGoesOnTrying() async throws {
        let server = try RedisTestServer(options: ["--requirepass", "right"])
        defer { server.kill() }
        let configuration = try RedisConfiguration(testing: "redis://:right@127.0.0.1:\(server.port)") {
            $0.endsOnLoginRefusal = true
        }
        try await withClient(configuration) { client in
            _ = try await client.send(RedisCommand("CONFIG", "SET", "requirepass", "other"))
            _ = try? await client.send(RedisCommand("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no"))
            try await eventually { client.statistics.failedConnects > 0 }
            #expect(client.connectionState == .connecting)
        }
    }
}
