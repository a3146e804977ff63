import Foundation
import RedisTestServer
import Testing

/// Ingest over TLS, with certificates made by the test.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct TLSTests {
    private let certificates: Certificates
    private let redis: RedisTestServer

    init() throws {
        certificates = try Certificates()
        redis = try RedisTestServer()
    }

    private func environment(port: Int) -> [String: String] {
        [
            "WAITABLE_REDIS_URL": redis.url, "WAITABLE_PORT": "\(port)",
            "WAITABLE_TLS_CERTIFICATE": certificates.path("server.crt"),
            "WAITABLE_TLS_KEY": certificates.path("server.key"),
        ]
    }

    @Test("curl, the AWS CLI, the command and the health check reach it by HTTPS; nothing else does")
    func https() async throws {
        let port = try RedisTestServer.freePort()
        let ingest = try Program(["ingest"], environment: environment(port: port))
        let url = "https://localhost:\(port)"
        func shell(_ command: String, _ environment: [String: String] = [:]) async throws -> String {
            try await ConsoleSession.shell(command, environment: environment)
        }
        try await eventually("ingest is ready") {
            try #require(ingest.process.isRunning, "\(ingest.output)")
            return try await shell("curl -s --cacert \(certificates.authority) \(url)/readyz").contains("ready")
        }
        #expect(ingest.output.contains("scheme=https"))
        let item = #"{"Id":"by-curl","StartTimestamp":"2036-01-01T00:00:00Z"}"#
        let started = try await shell("curl -s --cacert \(certificates.authority) \(url)/ -d '\(item)'")
        #expect(started.contains(#""Id":"by-curl""#))
        for (options, code) in [
            ("", 60), ("--cacert \(certificates.otherAuthority)", 60),
            ("--cacert \(certificates.authority) --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0", 35),
        ] {
            #expect(try await shell("curl -s \(options) \(url)/readyz; echo $?").hasSuffix("\(code)"), "\(options)")
        }
        // What is no TLS gets no answer.
        #expect(try await shell("curl -s -m 5 http://localhost:\(port)/readyz; echo $?") != "0")

        let list =
            "aws stepfunctions list-state-machines --endpoint-url \(url) --query 'stateMachines[0].name' --output text"
        let aws = [
            "AWS_CA_BUNDLE": certificates.authority, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_PAGER": "",
        ]
        #expect(try await shell(list, aws).hasPrefix("waitable-stepfunction"))

        for (authority, code) in [
            (certificates.authority, Int32(0)), (certificates.otherAuthority, 69), (certificates.path("none"), 78),
        ] {
            let program = try Program(
                ["describe", "by-curl", "--url", url],
                environment: ["WAITABLE_URL_CA": authority]
            )
            #expect(try await program.end() == code, "\(program.output)")
        }
        let health = try Program(["health", "ingest"], environment: environment(port: port))
        #expect(try await health.end() == 0, "\(health.output)")
        ingest.signal(SIGTERM)
        #expect(try await ingest.end() == 0)
    }

    @Test("The session of docs/tls.md")
    func session() async throws {
        let session = try ConsoleSession(document: "docs/tls.md")
        let folder = certificates.folder.appending(path: "session")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var aws = ["AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_DEFAULT_REGION": "us-east-1"]
        aws["PATH"] = ConsoleSession.path
        let making = session.commands.prefix { $0.line.hasPrefix("openssl ") }
        #expect(making.count == 3)
        for command in making { try await ConsoleSession.run(command, ports: [], environment: aws, in: folder) }

        let ports = try (0..<3).map { _ in try RedisTestServer.freePort() }
        let file = { (name: String) in folder.appending(path: name).path }
        let redis = try RedisTestServer(options: [
            "--tls-port", "\(ports[0])", "--tls-cert-file", file("server.crt"), "--tls-key-file", file("server.key"),
            "--tls-ca-cert-file", file("ca.crt"), "--tls-auth-clients", "no",
        ])
        defer { redis.kill() }
        let environment = [
            "WAITABLE_REDIS_URL": "rediss://localhost:\(ports[0])", "WAITABLE_REDIS_CA": file("ca.crt"),
            "WAITABLE_TLS_CERTIFICATE": file("server.crt"), "WAITABLE_TLS_KEY": file("server.key"),
            "WAITABLE_PORT": "\(ports[1])", "WAITABLE_METRICS_PORT": "\(ports[2])",
        ]
        let ingest = try Program(["ingest"], environment: environment)
        try await eventually("ingest listens") {
            try #require(ingest.process.isRunning, "\(ingest.output)")
            return ingest.output.contains("ingest listens")
        }
        let worker = try Program(["worker"], environment: environment)
        try await eventually("the worker has begun") { worker.output.contains("worker started") }
        let places = [("6379", "\(ports[0])"), ("8080", "\(ports[1])"), ("9090", "\(ports[2])")]
        for command in session.commands.dropFirst(making.count) {
            try await ConsoleSession.run(command, ports: places, environment: aws, in: folder)
        }
        for program in [worker, ingest] {
            program.signal(SIGTERM)
            #expect(try await program.end() == 0)
        }
    }

    @Test("A certificate that cannot be used is named by its setting, at the start")
    func unusable() async throws {
        let (certificate, key) = (certificates.path("server.crt"), certificates.path("server.key"))
        let cases: [(certificate: String?, key: String?, setting: String)] = [
            (certificate, nil, "WAITABLE_TLS_KEY"), (nil, key, "WAITABLE_TLS_CERTIFICATE"),
            (certificates.path("none"), key, "WAITABLE_TLS_CERTIFICATE"), (key, key, "WAITABLE_TLS_CERTIFICATE"),
            (certificate, certificate, "WAITABLE_TLS_KEY"), (certificate, certificates.clientKey, "WAITABLE_TLS_KEY"),
        ]
        for (certificate, key, setting) in cases {
            var environment = ["WAITABLE_REDIS_URL": redis.url]
            environment["WAITABLE_TLS_CERTIFICATE"] = certificate
            environment["WAITABLE_TLS_KEY"] = key
            let (code, output) = try await Program.run("ingest", environment: environment)
            #expect(code == 78, "\(output)")
            #expect(output.hasPrefix("waitable: \(setting) "), "\(output)")
        }
    }
}
