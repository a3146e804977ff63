import Foundation
import RedisClient
import RedisTestServer
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TLSTests {
    /// Runs a TLS server and a client of it; gives what is logged where they do not connect.
    private func connect(
        host: String = "localhost",
        authenticatesClients: Bool = false,
        _ adjust: (inout RedisConfiguration.TLS, Certificates) -> Void
    ) async throws -> String? {
        let certificates = try Certificates()
        let port = try RedisTestServer.freePort()
        let server = try RedisTestServer(
            options: certificates.options(port: port, authenticatesClients: authenticatesClients)
        )
        defer { server.kill() }
        let configuration = try RedisConfiguration(testing: "rediss://\(host):\(port)") { configuration in
            configuration.connectTimeout = .seconds(20)
            if var tls = configuration.tls {
                adjust(&tls, certificates)
                configuration.tls = tls
            }
        }
        let log = LogRecorder()
        return try await withClient(configuration, logger: log.logger) { client in
            let refusals = { log.lines.filter { $0.contains("no connection to Redis") } }
            try await eventually { client.connectionState == .connected || !refusals().isEmpty }
            if let refusal = refusals().first { return refusal }
            let large = [UInt8](repeating: 7, count: 3_000_000)
            var set = RedisCommand("SET", "k")
            set.append(large)
            #expect(try await client.send([set, RedisCommand("GET", "k")]) == [.status("OK"), .bulk(large)])
            return nil
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
        #expect(error?.contains("no trusted authority vouches for the certificate") == true, "\(error ?? "connected")")
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
        #expect(error?.contains("none.crt") == true)
    }

    @Test("Certificates are read anew for each connection; while they are broken, the earlier ones hold on")
    func renewal() async throws {
        let certificates = try Certificates()
        let port = try RedisTestServer.freePort()
        let server = try RedisTestServer(options: certificates.options(port: port, authenticatesClients: true))
        defer { server.kill() }
        let configuration = try RedisConfiguration(testing: "rediss://localhost:\(port)") { configuration in
            configuration.tls?.caFile = certificates.authority
            configuration.tls?.certificateFile = certificates.clientCertificate
            configuration.tls?.privateKeyFile = certificates.clientKey
        }
        let log = LogRecorder()
        try await withClient(configuration, logger: log.logger) { client in
            let isReconnected = { (count: Int) async throws -> Bool in
                guard client.connections >= count else { return false }
                return (try? await client.send(RedisCommand("PING"))) == .status("PONG")
            }
            try await eventually { try await isReconnected(1) }
            try Data("-----BEGIN CERTIFICATE-----\n".utf8).write(to: URL(filePath: certificates.clientCertificate))
            server.kill()
            try server.start()
            try await eventually { try await isReconnected(2) }
            let complaint = "warning TLS files are unusable, the earlier ones hold on"
            let lines = log.lines.filter { $0.hasPrefix(complaint) }
            #expect(lines.count == 1)
            let file = certificates.clientCertificate
            #expect(lines[0].contains("the certificate file \(file) must have a certificate in PEM, and has none"))
            try certificates.make("client", name: "DNS:client")
            server.kill()
            try server.start()
            try await eventually { try await isReconnected(3) }
            #expect(log.lines.count { $0.hasPrefix(complaint) } == 1)
        }
    }

    @Test func aPlainServerIsNotWaitedForLong() async throws {
        let server = try RedisTestServer()
        defer { server.kill() }
        let configuration = try RedisConfiguration(testing: "rediss://127.0.0.1:\(server.port)") {
            $0.connectTimeout = .milliseconds(300)
            $0.commandTimeout = .milliseconds(700)
        }
        try await withClient(configuration) { client in
            try await eventually { client.statistics.failedConnects > 0 }
            let error = try await client.failure(of: RedisCommand("PING"))
            #expect(error.code == .notSent)
        }
    }
}
