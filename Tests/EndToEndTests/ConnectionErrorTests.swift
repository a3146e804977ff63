import Foundation
import RedisTestServer
import Testing

/// What a user meets who mistypes an address, a scheme or a password, or takes a port that is in use: the reason at once,
/// with the setting that mends it.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ConnectionErrorTests {
    /// Words of libraries that mean nothing to a user.
    private func expectPlain(_ text: String) {
        let foreign = [
            "errno", "NIO", "oringSSL", "OPENSSL", "IOError", "HTTPClientError", "descriptor:", "remoteConn",
        ]
        for word in foreign {
            #expect(!text.contains(word), "\(text)")
        }
    }

    @Test(
        "A login that Redis refuses ends a command and a process at its start, with 77",
        arguments: [["list"], ["doctor"], ["health", "worker"], ["ingest", "--port", "0"], ["worker"]]
    )
    func login(arguments: [String]) async throws {
        let redis = try RedisTestServer(options: ["--requirepass", "right-secret"])
        defer { redis.kill() }
        for (credentials, advice) in [
            ("", "put user:password@ before the host in WAITABLE_REDIS_URL (--redis-url)"),
            (":wrong-secret@", "correct user and password in WAITABLE_REDIS_URL (--redis-url)"),
        ] {
            let url = "redis://\(credentials)127.0.0.1:\(redis.port)"
            let program = try Program(arguments, environment: ["WAITABLE_REDIS_URL": url])
            #expect(try await program.end() == 77)
            #expect(program.output.contains(advice), "\(program.output)")
            #expect(!program.output.contains("secret"))
            expectPlain(program.output)
        }
    }

    @Test(
        "The first failed try to connect is told at once, while the command goes on trying",
        arguments: ["list", "worker"]
    )
    func firstFailure(command: String) async throws {
        let plain = try RedisTestServer()
        defer { plain.kill() }
        let port = try RedisTestServer.freePort()
        for (url, words) in [
            ("redis://no-such-host.invalid", "the host name of no-such-host.invalid port 6379 cannot be resolved"),
            ("redis://127.0.0.1:\(port)", "nothing listens on 127.0.0.1 port \(port)"),
            ("rediss://127.0.0.1:\(plain.port)", "does not speak TLS: say redis:// in WAITABLE_REDIS_URL (--redis-u"),
        ] {
            let program = try Program([command], environment: ["WAITABLE_REDIS_URL": url])
            try await eventually("the reason is told") { program.output.contains(words) }
            #expect(program.process.isRunning, "\(program.output)")
            #expect(program.output.split(separator: "\n").count { $0.contains(words) } == 1, "\(program.output)")
            expectPlain(program.output)
            program.signal(SIGKILL)
        }
    }

    @Test("A command says at its end again why Redis was not reached, with 69")
    func end() async throws {
        let port = try RedisTestServer.freePort()
        let url = "redis://127.0.0.1:\(port)"
        let (code, output) = try await Program.run("list", environment: ["WAITABLE_REDIS_URL": url])
        #expect(code == 69)
        let lines = output.split(separator: "\n")
        let reason =
            "cannot connect to \(url)/0: nothing listens on 127.0.0.1 port \(port) (connection refused): start Redis,"
            + " or correct host and port in WAITABLE_REDIS_URL (--redis-url)"
        #expect(lines == ["waitable: \(reason); still trying", "waitable: not sent to Redis: \(reason)"])
    }

    @Test("A port that is in use, or is not ours, and an address of another machine are named by their settings")
    func listening() async throws {
        let redis = try RedisTestServer()
        defer { redis.kill() }
        for (arguments, words) in [
            (
                ["ingest", "--port", "\(redis.port)"],
                "WAITABLE_PORT (--port): must be a port of 127.0.0.1 that nothing"
            ),
            (
                ["worker", "--metrics-port", "\(redis.port)"],
                "WAITABLE_METRICS_PORT (--metrics-port): must be a port of 127.0.0.1 that nothing else listens on:"
            ),
            (
                ["ingest", "--port", "0", "--host", "192.0.2.1", "--insecure", "anyone-may-start-and-stop"],
                "WAITABLE_HOST (--host): must be an address of this machine: '192.0.2.1'"
            ),
            (
                ["ingest", "--port", "0", "--host", "no.invalid", "--insecure", "anyone-may-start-and-stop"],
                "WAITABLE_HOST (--host): must be an address or a name of this machine: 'no.invalid'"
            ),
        ] {
            let program = try Program(arguments, environment: ["WAITABLE_REDIS_URL": redis.url])
            #expect(try await program.end() == 78, "\(program.output)")
            #expect(program.output.contains("waitable: " + words), "\(program.output)")
            expectPlain(program.output)
        }
    }

    @Test("An ingest that is spoken to by the wrong scheme, or is not there, is told so by the setting, with 69")
    func ingest() async throws {
        let certificates = try Certificates()
        let tls = try RedisTestServer.freePort()
        try await Stack.with { stack in
            let ingest = try Program(
                ["ingest", "--port", "\(tls)"],
                environment: stack.environment.merging([
                    "WAITABLE_TLS_CERTIFICATE": certificates.path("server.crt"),
                    "WAITABLE_TLS_KEY": certificates.path("server.key"),
                ]) { $1 }
            )
            try await eventually("it listens") { ingest.output.contains("ingest listens") }
            let free = try RedisTestServer.freePort()
            for (url, words) in [
                ("http://localhost:\(tls)", "if it serves HTTPS, say https:// in WAITABLE_URL (--url)"),
                (stack.url.replacing("http:", with: "https:"), "it does not serve HTTPS; say http:// in WAITABLE_URL"),
                ("https://localhost:\(tls)", "name the file of the one that does in WAITABLE_URL_CA (--url-ca)"),
                ("http://127.0.0.1:\(free)", "nothing listens there; start an ingest, or correct host and port in"),
                ("http://no-such-host.invalid", "its host name cannot be resolved; correct it in WAITABLE_URL (--url)"),
            ] {
                let (code, output) = try await Program.run("list", "--url", url)
                #expect(code == 69, "\(output)")
                #expect(output.hasPrefix("waitable: \(url) cannot be reached: "), "\(output)")
                #expect(output.contains(words), "\(output)")
                expectPlain(output)
            }
            ingest.signal(SIGTERM)
            #expect(try await ingest.end() == 0)
        }
    }

    @Test("A TLS file for Redis that cannot be used is named by its setting, with 78")
    func files() async throws {
        let certificates = try Certificates()
        let good = [
            "WAITABLE_REDIS_URL": "rediss://localhost", "WAITABLE_REDIS_CERTIFICATE": certificates.clientCertificate,
            "WAITABLE_REDIS_KEY": certificates.clientKey,
        ]
        for (setting, path) in [
            ("WAITABLE_REDIS_CA", certificates.path("none")), ("WAITABLE_REDIS_CERTIFICATE", certificates.clientKey),
            ("WAITABLE_REDIS_KEY", certificates.clientCertificate),
        ] {
            let (code, output) = try await Program.run("worker", environment: good.merging([setting: path]) { $1 })
            #expect(code == 78)
            #expect(output.hasPrefix("waitable: \(setting) "), "\(output)")
            expectPlain(output)
        }
        // Each can be used, but not with the other.
        let other = good.merging(["WAITABLE_REDIS_KEY": certificates.path("server.key")]) { $1 }
        let (code, output) = try await Program.run("list", environment: other)
        #expect(code == 78)
        #expect(output.split(separator: "\n").count == 1, "\(output)")
        #expect(output.contains("WAITABLE_REDIS_KEY (--redis-key)"), "\(output)")
        expectPlain(output)
    }

    @Test("A database that the server does not have ends a command at once, by one line that names the URL, with 78")
    func database() async throws {
        let redis = try RedisTestServer()
        defer { redis.kill() }
        let (code, output) = try await Program.run("list", environment: ["WAITABLE_REDIS_URL": redis.url + "/99"])
        #expect(code == 78)
        #expect(output.hasPrefix("waitable: "), "\(output)")
        #expect(output.contains("the database 99 is refused"), "\(output)")
        #expect(output.hasSuffix("; correct WAITABLE_REDIS_URL (--redis-url)\n"), "\(output)")
        #expect(output.split(separator: "\n").count == 1, "\(output)")
    }

    @Test("A server that is no Redis is told from one, by the setting, with 69")
    func foreign() async throws {
        try await Stack.with { stack in
            let url = stack.url.replacing("http://", with: "redis://")
            let (code, output) = try await Program.run("list", environment: ["WAITABLE_REDIS_URL": url])
            #expect(code == 69)
            let lines = output.split(separator: "\n")
            #expect(lines.count == 2, "\(output)")
            for line in lines {
                #expect(
                    line.contains("that is not a Redis: correct host and port in WAITABLE_REDIS_URL (--redis-url)"),
                    "\(output)"
                )
            }
            expectPlain(output)
        }
    }

    @Test("A Redis with too many clients is told as one, with what to change, at the first try and at the end")
    func tooManyClients() async throws {
        let redis = try RedisTestServer()
        defer { redis.kill() }
        // The one that Redis has: it stays until the test has seen all.
        let holder = Process()
        holder.executableURL = URL(filePath: "/bin/bash")
        holder.arguments = ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(redis.port); echo PING >&3; read <&3; echo; cat <&3"]
        let pipe = Pipe()
        holder.standardOutput = pipe
        holder.standardInput = FileHandle.nullDevice
        try holder.run()
        defer { kill(holder.processIdentifier, SIGKILL) }
        _ = try pipe.fileHandleForReading.read(upToCount: 1)
        redis.ask("CONFIG SET maxclients 1")
        let (code, output) = try await Program.run("list", environment: ["WAITABLE_REDIS_URL": redis.url])
        #expect(code == 69)
        let lines = output.split(separator: "\n")
        #expect(lines.count == 2, "\(output)")
        for line in lines { #expect(line.contains("raise maxclients"), "\(output)") }
        expectPlain(output)
    }

    @Test("A worker in place of an ingest is told as such, with 78")
    func worker() async throws {
        try await Stack.with { stack in
            let port = try RedisTestServer.freePort()
            let worker = try stack.worker(["WAITABLE_METRICS_PORT": "\(port)"])
            try await eventually("it listens") { worker.output.contains("worker listens") }
            let url = "http://127.0.0.1:\(port)"
            for words in [["list"], ["status", "x"], ["start", "--at", "2036-01-01T00:00:00Z"], ["cancel", "x"]] {
                let program = try Program(words + ["--url", url])
                #expect(try await program.end() == 78, "\(words)")
                let place = "(a worker's metrics port, perhaps): correct host and port in WAITABLE_URL (--url)"
                #expect(program.output == "waitable: \(url) is not an ingest \(place)\n", "\(words)")
            }
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    @Test("An ingest that wants a token names the setting for it, with 77", arguments: [nil, "wrong"])
    func token(token: String?) async throws {
        let credentials = try CredentialFolder()
        _ = try await credentials.addToken("shop", rights: "read")
        try await Stack.with(environment: credentials.environment) { stack in
            var environment = ["WAITABLE_URL": stack.url]
            environment["WAITABLE_TOKEN"] = token
            let (code, output) = try await Program.run("list", environment: environment)
            #expect(code == 77)
            #expect(output.hasSuffix("; set WAITABLE_TOKEN to one of the tokens that this ingest knows\n"), "\(output)")
            #expect(output.split(separator: "\n").count == 1, "\(output)")
        }
    }
}
