import Testing

@testable import WaitableCommand

@Suite("Settings in the environment", .timeLimit(.minutes(1)))
struct SettingEnvironmentTests {
    @Test(
        "A name that no setting has is refused, with the one that is near it",
        arguments: [
            ("WAITABLE_LEASE_SM", "WAITABLE_LEASE_MS"), ("WAITABLE_TOKEN_FILE", "WAITABLE_TOKENS_FILE"),
            ("WAITABLE_TSL_KEY", "WAITABLE_TLS_KEY"), ("WAITABLE_CONFIGS", "WAITABLE_CONFIG"),
            ("WAITABLE_lease_ms", "WAITABLE_LEASE_MS"), ("WAITABLE_TOKÉN", "WAITABLE_TOKEN"), ("WAITABLE_", nil),
            ("WAITABLE_FOO", nil), ("WAITABLE_DATABASE_URL_OF_STAGING", nil),
        ] as [(String, String?)]
    )
    func unknown(name: String, nearest: String?) throws {
        let error = try #require(throws: UnknownSettingError.self) {
            try SettingEnvironment.settings(in: [name: "a-secret"])
        }
        let hint = nearest.map { "the nearest is \($0)" } ?? "waitable help settings lists them"
        #expect(error.lines == ["\(name): must be a setting in the environment; \(hint)"])
    }

    @Test("All unknown names are named at once, in order")
    func several() throws {
        let error = try #require(throws: UnknownSettingError.self) {
            try SettingEnvironment.settings(in: ["WAITABLE_B": "", "WAITABLE_A": "", "WAITABLE_PORT": "1"])
        }
        #expect(error.lines.map { $0.prefix { $0 != ":" } } == ["WAITABLE_A", "WAITABLE_B"])
        #expect(error.description == error.lines.joined(separator: "; "))
    }

    @Test("Every setting is taken, and what is not Waitable's is left out")
    func known() throws {
        var environment = ["PATH": "/bin", "waitable_port": "1", "WAITABLE_CONFIG": "/x"]
        for setting in Setting.all { environment[setting.environment] = "x" }
        let taken = try SettingEnvironment.settings(in: environment)
        #expect(taken.keys.sorted() == (Setting.all.map(\.environment) + ["WAITABLE_CONFIG"]).sorted())
    }

    @Test(
        "What Kubernetes and the build put there is no setting, and does no harm",
        arguments: [
            ("WAITABLE_SERVICE_HOST", "10.0.0.1"), ("WAITABLE_SERVICE_PORT", "8080"),
            ("WAITABLE_SERVICE_PORT_HTTP", "8080"), ("WAITABLE_PORT", "tcp://10.0.0.1:8080"),
            ("WAITABLE_METRICS_PORT", "udp://10.0.0.2:9100"), ("WAITABLE_PORT_8080_TCP", "tcp://10.0.0.1:8080"),
            ("WAITABLE_PORT_8080_TCP_PROTO", "tcp"), ("WAITABLE_INGEST_PORT", "tcp://10.0.0.1:8080"),
            ("WAITABLE_INGEST_SERVICE_HOST", "10.0.0.1"),
        ]
    )
    func kubernetes(name: String, value: String) throws {
        #expect(try SettingEnvironment.settings(in: [name: value]).isEmpty)
    }

    @Test("A port that somebody sets is not taken for one that Kubernetes set")
    func port() throws {
        #expect(try SettingEnvironment.settings(in: ["WAITABLE_PORT": "8080"]) == ["WAITABLE_PORT": "8080"])
    }
}
