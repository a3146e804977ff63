import RedisClient
import RedisTestServer
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TLSTests {
    /// Runs a TLS server and a client of it; gives the error of its first command, if any.
    private func connect(
        host: String = "localhost",
        authenticatesClients: Bool = false,
        _ adjust: (inout RedisConfiguration.TLS, Certificates) -> Void
    ) async throws -> RedisError? {
        let certificates = try Certificates()
        let port = try RedisTestServer.freePort()
        let server = try RedisTestServer(
            options: certificates.options(port: port, authenticatesClients: authenticatesClients)
        )
        defer { server.kill() }
        let configuration = try RedisConfiguration(testing: "rediss://\(host):\(port)") { configuration in
            configuration.commandTimeout = .seconds(1)
            if var tls = configuration.tls {
                adjust(&tls, certificates)
                configuration.tls = tls
            }
        }
        return try await withClient(configuration) { client in
            do throws(RedisError) {
                let large = [UInt8](repeating: 7, count: 3_000_000)
                var set = RedisCommand("SET", "k")
                set.append(large)
                let replies = try await client.send([set, RedisCommand("GET", "k")])
                #expect(replies == [.status("OK"), .bulk(large)])
                return nil
            } catch {
                #expect(error.code == .notSent)
                return error
            }
        }
    }

    @Test func talksToAServerOfItsAuthority() async throws {
        #expect(try await connect { tls, files in tls.caFile = files.authority } == nil)
    }

    @Test func showsItsCertificate() async throws {
        let error = try await connect(authenticatesClients: true) { tls, files in
            tls.caFile = files.authority
            tls.certificateFile = files.clientCertificate
            tls.privateKeyFile = files.clientKey
        }
        #expect(error == nil)
    }

    @Test func isTurnedAwayWithoutACertificate() async throws {
        let error = try await connect(authenticatesClients: true) { tls, files in tls.caFile = files.authority }
        #expect(error != nil)
    }

    @Test func refusesAServerOfAnotherAuthority() async throws {
        #expect(try await connect { _, _ in } != nil, "the system's authorities do not know it")
        let error = try await connect { tls, files in tls.caFile = files.otherAuthority }
        #expect(error?.message.contains("CERTIFICATE_VERIFY_FAILED") == true)
    }

    @Test func refusesAServerOfAnotherName() async throws {
        let error = try await connect(host: "127.0.0.1") { tls, files in tls.caFile = files.authority }
        #expect(error != nil)
        #expect(
            try await connect(host: "127.0.0.1") { tls, files in
                tls.caFile = files.authority
                tls.serverName = "localhost"
            } == nil
        )
    }

    @Test func checksLessOnlyWhenTold() async throws {
        #expect(
            try await connect(host: "127.0.0.1") { tls, files in
                tls.caFile = files.authority
                tls.verification = .authority
            } == nil
        )
        #expect(
            try await connect { tls, files in
                tls.caFile = files.otherAuthority
                tls.verification = .authority
            } != nil
        )
        #expect(try await connect(host: "127.0.0.1") { tls, _ in tls.verification = .none } == nil)
    }

    @Test func aMissingFileIsNamed() async throws {
        let error = try await connect { tls, files in tls.caFile = files.path("none.crt") }
        #expect(error?.message.contains("none.crt") == true)
    }

    @Test func aPlainServerIsNotWaitedForLong() async throws {
        let server = try RedisTestServer()
        defer { server.kill() }
        let configuration = try RedisConfiguration(testing: "rediss://127.0.0.1:\(server.port)") {
            $0.connectTimeout = .milliseconds(300)
            $0.commandTimeout = .milliseconds(700)
        }
        try await withClient(configuration) { client in
            let error = try await client.failure(of: RedisCommand("PING"))
            #expect(error.code == .notSent)
        }
    }
}
