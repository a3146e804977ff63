import Foundation
import RedisTestServer
import Testing

/// Where settings come from, and what no setting is.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct SettingTests {
    private func withFile(_ text: String, _ body: (String) async throws -> Void) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "waitable-\(UUID().uuidString).json")
        try text.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        try await body(file.path)
    }

    @Test(
        "A name in the environment that no setting has is refused, with the one that is near it",
        arguments: [("WAITABLE_LEASE_SM", "WAITABLE_LEASE_MS"), ("WAITABLE_FOO", nil)] as [(String, String?)]
    )
    func unknownInEnvironment(name: String, nearest: String?) async throws {
        let hint = nearest.map { "the nearest is \($0)" } ?? "waitable help settings lists them"
        for command in [["ingest"], ["worker"], ["list"], ["doctor"], ["health", "worker"]] {
            let program = try Program(command, environment: [name: "a-secret"])
            #expect(try await program.end() == 78)
            #expect(program.output == "waitable: \(name): must be a setting in the environment; \(hint)\n")
        }
    }

    @Test(
        "A key in a file that no setting has is refused, with the one that is near it",
        arguments: [
            (#"{"token": {"file": "a-secret"}}"#, "token.file", "tokens.file"), (#"{"tsl": {}}"#, "tsl", nil),
        ] as [(String, String, String?)]
    )
    func unknownInFile(text: String, name: String, nearest: String?) async throws {
        let hint = nearest.map { "the nearest is \($0)" } ?? "waitable help settings lists them"
        try await withFile(text) { path in
            for program in [
                try Program(["ingest", "--config", path]),
                try Program(["worker"], environment: ["WAITABLE_CONFIG": path]),
            ] {
                #expect(try await program.end() == 78)
                let place = "must be a setting in the configuration file '\(path)'"
                #expect(program.output == "waitable: \(name): \(place); \(hint)\n")
            }
        }
    }

    @Test("All unknown names are named at once")
    func several() async throws {
        let (code, output) = try await Program.run("list", environment: ["WAITABLE_B": "", "WAITABLE_A": ""])
        #expect(code == 78)
        #expect(
            output.split(separator: "\n").map { $0.prefix { $0 != ";" } } == [
                "waitable: WAITABLE_A: must be a setting in the environment",
                "waitable: WAITABLE_B: must be a setting in the environment",
            ]
        )
    }

    @Test("A value of another kind in a file is refused", arguments: ["[1]", "null", "{}", #"["a"]"#])
    func kind(value: String) async throws {
        try await withFile(#"{"metrics": {"port": \#(value)}}"#) { path in
            let (code, output) = try await Program.run("worker", "--config", path)
            #expect(code == 78)
            let rule = "must be a string, a number, true or false"
            #expect(output == "waitable: metrics.port in \(path): \(rule): '\(value)'\n")
        }
        try await withFile(#"{"metrics": {"port": 1}, "metrics.port": 2}"#) { path in
            let (code, output) = try await Program.run("worker", "--config", path)
            #expect(code == 78)
            #expect(output == "waitable: metrics.port in \(path): must be given once\n")
        }
    }

    @Test("An error about a setting says where the value comes from: a file's key, or the name that was given over it")
    func origin() async throws {
        let redis = try RedisTestServer()
        defer { redis.kill() }
        try await withFile(#"{"lease": {"ms": "x"}, "metrics.port": \#(redis.port), "tokens": {"file": "/none"}}"#) {
            path in
            let rule = "must be a whole number from 100 to 3600000"
            for (environment, name, value) in [
                ([:], "lease.ms in \(path)", "x"),
                (["WAITABLE_LEASE_MS": "y"], "WAITABLE_LEASE_MS (--lease-ms)", "y"),
            ] as [([String: String], String, String)] {
                let program = try Program(["worker", "--config", path], environment: environment)
                #expect(try await program.end() == 78)
                #expect(program.output == "waitable: \(name): \(rule): '\(value)'\n")
            }
            // What is only found out when the process begins to work.
            let arguments = ["worker", "--config", path, "--lease-ms", "1000"]
            let taken = try Program(arguments)
            #expect(try await taken.end() == 78)
            #expect(
                taken.output.hasPrefix("waitable: metrics.port in \(path): must be a port of 127.0.0.1"),
                "\(taken.output)"
            )
            let files = try Program(arguments + ["--metrics-port", "0"])
            #expect(try await files.end() == 78)
            #expect(files.output.hasPrefix("waitable: tokens.file in \(path): must be a file"), "\(files.output)")
        }
    }

    @Test("What goes wrong with a setting of a file is told under its key there, also by commands")
    func originOfOtherErrors() async throws {
        try await withFile(#"{"url": "http://127.0.0.1:1"}"#) { path in
            let (code, output) = try await Program.run("list", "--config", path)
            #expect(code == 69)
            #expect(output.hasSuffix("or correct host and port in url in \(path)\n"), "\(output)")
            let over = ["list", "--config", path, "--url", "http://127.0.0.1:2"]
            let other = try Program(over)
            #expect(try await other.end() == 69)
            #expect(other.output.hasSuffix("or correct host and port in WAITABLE_URL (--url)\n"), "\(other.output)")
        }
        try await Stack.with { stack in
            try await withFile(#"{"region": "eu-west-1", "redis": {"url": "\#(stack.redis.url)"}}"#) { path in
                let rule =
                    "must be 'us-east-1', which the namespace 'waitable' has had since its first use: 'eu-west-1'"
                for words in [["list"], ["deploy", "statemachine/waitable-stepfunction.asl.json"], ["worker"]] {
                    let program = try Program(words + ["--config", path])
                    #expect(try await program.end() == 78, "\(words): \(program.output)")
                    #expect(program.output.contains("region in \(path): \(rule)"), "\(words): \(program.output)")
                }
            }
        }
    }

    @Test(
        "A webhook needs a secret, and a host that workers may call",
        arguments: [
            (
                ["WAITABLE_WEBHOOK_URL": "https://a.example.com/"],
                "WAITABLE_WEBHOOK_SECRET: must have at least 16 bytes"
            ),
            (
                ["WAITABLE_WEBHOOK_URL": "https://a.example.com/", "WAITABLE_WEBHOOK_SECRET": "a-secret"],
                "WAITABLE_WEBHOOK_SECRET: must have at least 16 bytes"
            ),
            (
                ["WAITABLE_WEBHOOK_URL": "https://a.example.com/", "WAITABLE_WEBHOOK_SECRET": "a-secret-of-16-bytes"],
                "WAITABLE_WEBHOOK_URL (--webhook-url): must be of a host that WAITABLE_HTTP_HOSTS allows"
            ),
            (
                ["WAITABLE_WEBHOOK_URL": "https://u:a-secret@b/", "WAITABLE_WEBHOOK_SECRET": "a-secret-of-16-bytes"],
                "WAITABLE_WEBHOOK_URL (--webhook-url): must be an http or https URL"
            ),
        ] as [([String: String], String)]
    )
    func webhook(environment: [String: String], words: String) async throws {
        let (code, output) = try await Program.run("worker", environment: environment)
        #expect(code == 78)
        #expect(output.hasPrefix("waitable: \(words)"), "\(output)")
        #expect(!output.contains("a-secret"))
    }

    @Test(
        "A client's certificate for Redis without its key, and a key without its certificate, are refused",
        arguments: [("REDIS_CERTIFICATE", "REDIS_KEY"), ("REDIS_KEY", "REDIS_CERTIFICATE")]
    )
    func halfOfAPair(given: String, missing: String) async throws {
        let certificates = try Certificates()
        let path = given == "REDIS_KEY" ? certificates.clientKey : certificates.clientCertificate
        let environment = ["WAITABLE_REDIS_URL": "rediss://localhost", "WAITABLE_\(given)": path]
        let (code, output) = try await Program.run("list", environment: environment)
        #expect(code == 78)
        #expect(output.hasPrefix("waitable: WAITABLE_\(given) "), "\(output)")
        #expect(output.hasSuffix("must be given with WAITABLE_\(missing)\n"), "\(output)")
    }

    @Test("What Kubernetes and the build put into the environment is no setting, and does no harm")
    func others() async throws {
        let (code, output) = try await Program.run(
            "list",
            environment: [
                "WAITABLE_SERVICE_HOST": "10.0.0.1", "WAITABLE_SERVICE_PORT": "8080",
                "WAITABLE_SERVICE_PORT_HTTP": "8080", "WAITABLE_PORT": "tcp://10.0.0.1:8080",
                "WAITABLE_METRICS_PORT": "tcp://10.0.0.2:9100",
                "WAITABLE_PORT_8080_TCP": "tcp://10.0.0.1:8080", "WAITABLE_PORT_8080_TCP_PROTO": "tcp",
                "WAITABLE_INGEST_PORT": "tcp://10.0.0.1:8080", "WAITABLE_INGEST_SERVICE_HOST": "10.0.0.1",
                "WAITABLE_WARNINGS_AS_ERRORS": "1", "WAITABLE_URL": "http://127.0.0.1:1",
            ]
        )
        #expect(code == 69)
        #expect(output.hasPrefix("waitable: http://127.0.0.1:1 cannot be reached"))
    }

    @Test("An ingest beside a Kubernetes Service of its name listens on its default port")
    func portOfKubernetes() async throws {
        let ingest = try Program(
            ["ingest"],
            environment: ["WAITABLE_PORT": "tcp://10.0.0.1:8080", "WAITABLE_REDIS_URL": "redis://127.0.0.1:1"]
        )
        // The default port may be another's on this machine: either way it is that one.
        try await eventually("it has taken the port") {
            ingest.output.contains("port=8080") || ingest.output.contains("nothing else listens on: '8080'")
        }
        ingest.signal(SIGKILL)
    }

    @Test("Every setting is a flag of a command, as the help says, and the command knows it")
    func flags() async throws {
        var help = ""
        for command in ["ingest", "worker", "list"] { help += try await Program.run(command, "--help").1 }
        let root = try await Program.run("help", "settings").1
        let names = Set(root.matches(of: /WAITABLE_[A-Z_]+/).map { String($0.0) })
        #expect(names.count > 40)
        for name in names.subtracting(["WAITABLE_TOKEN", "WAITABLE_WEBHOOK_SECRET"]) {
            let flag = "--" + name.dropFirst("WAITABLE_".count).lowercased().replacing("_", with: "-")
            #expect(help.contains("\(flag) "), "\(flag)")
        }
        for (flag, value, rule) in [
            ("--functions", "a", "WAITABLE_FUNCTIONS (--functions): must be name=url"),
            ("--http-hosts", "http://a", "WAITABLE_HTTP_HOSTS (--http-hosts): must be host"),
            ("--call-limit", "0", "WAITABLE_CALL_LIMIT (--call-limit): must be a whole number from 1 to 10000: '0'"),
        ] {
            let (code, output) = try await Program.run("worker", flag, value)
            #expect(code == 78)
            #expect(output.contains(rule), "\(output)")
        }
    }

    @Test("The log says what access is in force")
    func access() async throws {
        try await Stack.with { stack in
            #expect(stack.ingest.output.contains("credentials=none"))
            #expect(stack.ingest.output.contains("tls=off"))
        }
        let folder = try CredentialFolder()
        let certificates = try Certificates()
        for environment in [
            ["WAITABLE_TOKENS_FILE": folder.tokens.path],
            [
                "WAITABLE_TOKENS_FILE": folder.tokens.path, "WAITABLE_ACCESS_KEYS_FILE": folder.accessKeys.path,
                "WAITABLE_TLS_CERTIFICATE": certificates.path("server.crt"),
                "WAITABLE_TLS_KEY": certificates.path("server.key"),
            ],
        ] {
            let more = ["WAITABLE_PORT": "0", "WAITABLE_REDIS_URL": "redis://127.0.0.1:1"]
            let ingest = try Program(["ingest"], environment: environment.merging(more) { $1 })
            try await eventually("it listens") { ingest.output.contains("ingest listens") }
            let isTLS = environment.count == 4
            let line = try #require(ingest.output.split(separator: "\n").first { $0.contains("ingest listens") })
            #expect(line.contains(isTLS ? "tls=on" : "tls=off"))
            #expect(line.contains(isTLS ? "bearer tokens, AWS access keys" : "bearer tokens"))
            ingest.signal(SIGKILL)
        }
    }

    @Test("A command that works on Redis alone does not take another Redis for that of the ingest that is named")
    func onRedisAlone() async throws {
        try await Stack.with { stack in
            let ingest = ["WAITABLE_URL": stack.url]
            for words in [["doctor"], ["deploy", "statemachine/waitable-stepfunction.asl.json"]] {
                let program = try Program(words, environment: ingest)
                #expect(try await program.end() == 78)
                let rule = "must be left out, as \(words[0]) works on Redis itself, or WAITABLE_REDIS_URL be given too"
                #expect(program.output == "waitable: WAITABLE_URL (--url): \(rule): '\(stack.url)'\n")
            }
            let both = try Program(["doctor"], environment: stack.environment.merging(ingest) { $1 })
            _ = try await both.end()
            let said = "waitable: doctor works on Redis (\(stack.redis.url)/0), not on the ingest of WAITABLE_URL"
            #expect(both.output.hasPrefix("\(said) (\(stack.url))\n"))
            #expect(both.output.contains("LOOKED AT"))

            #expect(try await stack.post(#"{"Id":"a","StartTimestamp":"2036-01-01T00:00:00Z"}"#).status == 200)
            let shown = try await Program.run("status", "a", "--json", environment: ingest)
            #expect(shown.0 == 0)
            #expect(shown.1.contains(#""ProcessStatus":"STARTED""#))
            let list = try await Program.run("status", environment: ingest)
            #expect(list.1.hasPrefix("ID  START AT"))
            #expect(try await Program.run("status", "none", environment: ingest).0 == 2)
        }
    }
}
