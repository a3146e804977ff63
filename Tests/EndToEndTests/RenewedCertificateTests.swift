import Foundation
import RedisTestServer
import Testing

/// A certificate that is renewed under a running ingest and worker.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct RenewedCertificateTests {
    /// The certificate that a server shows now, as openssl names it.
    private func shown(_ port: Int) async throws -> String {
        try await ConsoleSession.shell(
            "openssl s_client -connect localhost:\(port) </dev/null 2>/dev/null | openssl x509 -noout -fingerprint",
            environment: [:]
        )
    }

    private func fingerprint(_ file: String) async throws -> String {
        try await ConsoleSession.shell("openssl x509 -noout -fingerprint -in \(file)", environment: [:])
    }

    @Test(
        "It is shown to the next connection; one that is broken, or half there, is not",
        arguments: ["ingest", "worker"]
    )
    func renewed(command: String) async throws {
        let certificates = try Certificates()
        let redis = try RedisTestServer()
        defer { redis.kill() }
        let port = try RedisTestServer.freePort()
        let (certificate, key) = (certificates.path("server.crt"), certificates.path("server.key"))
        let program = try Program(
            [command],
            environment: [
                "WAITABLE_REDIS_URL": redis.url, "WAITABLE_PORT": "\(port)", "WAITABLE_METRICS_PORT": "\(port)",
                "WAITABLE_TLS_CERTIFICATE": certificate, "WAITABLE_TLS_KEY": key,
            ]
        )
        try await eventually("it listens") {
            try #require(program.process.isRunning, "\(program.output)")
            return program.output.contains("\(command) listens")
        }
        let first = try await fingerprint(certificate)
        #expect(try await shown(port) == first)

        // One after the other, as most programs that renew certificates write them.
        try certificates.make("next", name: "DNS:localhost")
        let second = try await fingerprint(certificates.path("next.crt"))
        #expect(second != first)
        try Data(contentsOf: URL(filePath: certificates.path("next.crt"))).write(to: URL(filePath: certificate))
        let complaint = "certificate is unusable, the earlier one holds on"
        try await eventually("the pair is refused") { program.output.contains(complaint) }
        #expect(program.output.contains("WAITABLE_TLS_KEY (--tls-key): must be the private key of the certificate in"))
        #expect(try await shown(port) == first)
        try Data(contentsOf: URL(filePath: certificates.path("next.key"))).write(to: URL(filePath: key))
        try await eventually("the new one is shown") { try await shown(port) == second }
        #expect(program.output.contains("certificate read again"))

        try Data("broken".utf8).write(to: URL(filePath: certificate))
        let rule = "WAITABLE_TLS_CERTIFICATE (--tls-certificate): must have a certificate in PEM, and has none"
        try await eventually("the broken one is refused") { program.output.contains(rule) }
        #expect(try await shown(port) == second)
        let lines = program.output.split(separator: "\n").filter { $0.contains(complaint) }
        #expect(lines.count == 2, "\(program.output)")
        program.signal(SIGTERM)
        #expect(try await program.end() == 0)
    }
}
