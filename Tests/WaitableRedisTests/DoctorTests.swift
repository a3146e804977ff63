import Foundation
import Logging
import RedisClient
import RedisTestServer
import Testing
import WaitableOperations
import WaitableRedis

/// Each with a Redis of its own, whose configuration, users and counters it changes.
@Suite("The doctor", .timeLimit(.minutes(1)))
struct DoctorTests {
    private struct Patient {
        let server: RedisTestServer
        let store: RedisStore

        func examine(
            mends: Bool = false,
            shown: Int = 20,
            policy: ReadinessPolicy = ReadinessPolicy()
        ) async throws -> DoctorReport {
            try await Doctor(partitions: Partitions(only: store), itemTable: "items", policy: policy, shown: shown)
                .examine(mends: mends)
        }

        @discardableResult
        func redis(_ words: String...) async throws -> RedisValue {
            var command = RedisCommand(name: words[0])
            for word in words.dropFirst() {
                command.append(word.hasPrefix("~") ? store.keys.prefix + word.dropFirst() : word)
            }
            return try await store.client.send(command)
        }

        /// Runs something as another user of the same Redis.
        func asUser(_ rights: String..., body: @Sendable (Patient) async throws -> Void) async throws {
            var command = RedisCommand("ACL", "SETUSER", "doctor", "reset", "on", ">p", "~waitable:*", "&waitable:*")
            for right in rights { command.append(right) }
            _ = try await store.client.send(command)
            let configuration = try RedisConfiguration(url: "redis://doctor:p@127.0.0.1:\(server.port)")
            try await Self.with(server, configuration, body)
        }

        static func with(
            _ options: [String] = [],
            persistence: RedisTestServer.Persistence = .appendOnly,
            _ body: @Sendable (Patient) async throws -> Void
        ) async throws {
            let server = try RedisTestServer(persistence: persistence, options: options)
            defer { server.kill() }
            try await with(server, RedisConfiguration(address: .unixSocket(path: server.socket))) { patient in
                _ = try await patient.redis("FUNCTION", "LOAD", FunctionLibrary.source)
                _ = try await patient.redis(
                    "FCALL",
                    "waitable_deploy",
                    "1",
                    "waitable:{0}",
                    "m",
                    "default",
                    "h",
                    "{}",
                    #"{"hash":"h"}"#
                )
                try await body(patient)
            }
        }

        private static func with(
            _ server: RedisTestServer,
            _ configuration: RedisConfiguration,
            _ body: @Sendable (Patient) async throws -> Void
        ) async throws {
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let client = RedisClient(configuration, logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await client.run() }
                defer { group.cancelAll() }
                try await body(Patient(server: server, store: RedisStore(client: client)))
            }
        }
    }

    private func codes(_ report: DoctorReport) -> Set<String> {
        Set(report.findings.counts.filter { $0.value.severity != .info }.keys)
    }

    @Test("a Redis that loses nothing, with nothing in it, has no finding but that it has no limit")
    func healthy() async throws {
        try await Patient.with { patient in
            let report = try await patient.examine()
            #expect(report.findings.kept.map(\.code) == ["memory-unlimited"])
            #expect(report.findings.open == 0)
            #expect(report.facts.functions == FunctionLibrary.version)
            #expect(report.facts.configuration["appendfsync"] == "everysec")
            #expect(report.survey.partitions == ["waitable": [0]])
            let clock = try #require(report.facts.clock)
            #expect(abs(clock.offsetMilliseconds) < 1_000)
        }
    }

    @Test("what Redis is set up to lose, or refuses, is found")
    func server() async throws {
        try await Patient.with { patient in
            try await patient.redis("CONFIG", "SET", "appendfsync", "no")
            try await patient.redis("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
            #expect(codes(try await patient.examine()) == ["fsync-off", "eviction"])
            let allowed = try await patient.examine(policy: ReadinessPolicy(allowsEviction: true))
            #expect(codes(allowed) == ["fsync-off"])
            try await patient.redis("CONFIG", "SET", "appendonly", "no")
            try await patient.redis("CONFIG", "SET", "maxmemory-policy", "noeviction")
            #expect(codes(try await patient.examine()) == ["not-persistent"])
            try await patient.redis("CONFIG", "SET", "save", "3600 1")
            #expect(codes(try await patient.examine()) == ["snapshots-only"])
            try await patient.redis("CONFIG", "SET", "maxmemory", "1")
            #expect(codes(try await patient.examine()) == ["snapshots-only", "memory-high", "memory-full"])
            try await patient.redis("CONFIG", "SET", "maxmemory", "0")
            try await patient.redis("REPLICAOF", "127.0.0.1", "1")
            #expect(codes(try await patient.examine()) == ["snapshots-only", "read-only"])
        }
    }

    @Test("an append-only file that the user default could not load is found")
    func defaultUser() async throws {
        try await Patient.with { patient in
            try await patient.asUser("+@all") { user in
                try await user.redis("ACL", "SETUSER", "default", "off", "-@all")
                let report = try await user.examine()
                #expect(codes(report) == ["file-lost-at-restart"])
                #expect(report.findings.counts["file-lost-at-restart"]?.severity == .error)
                try await user.redis("ACL", "SETUSER", "default", "off", "resetpass", "allkeys", "allchannels", "+@all")
                #expect(codes(try await user.examine()).isEmpty)
                try await user.redis("ACL", "SETUSER", "default", "-@all")
                try await user.redis("CONFIG", "SET", "appendonly", "no")
                #expect(codes(try await user.examine()) == ["not-persistent"])
            }
        }
    }

    @Test("functions that are missing or old are found, and loaded when mending; newer ones are left")
    func functions() async throws {
        try await Patient.with { patient in
            func load(version: String) async throws {
                let text = FunctionLibrary.source.replacing(
                    "local VERSION = '\(FunctionLibrary.version)'",
                    with: "local VERSION = '\(version)'"
                )
                try await patient.redis("FUNCTION", "LOAD", "REPLACE", text)
            }
            try await load(version: "0")
            let old = try await patient.examine()
            #expect(codes(old) == ["functions-old"])
            #expect(old.overview == nil)
            try await patient.redis("FUNCTION", "FLUSH")
            #expect(codes(try await patient.examine()) == ["functions-missing"])
            let mended = try await patient.examine(mends: true)
            #expect(codes(mended) == ["functions-missing"])
            #expect(mended.findings.open == 0)
            #expect(codes(try await patient.examine()).isEmpty)
            let changed = FunctionLibrary.source + "\n-- another text"
            try await patient.redis("FUNCTION", "LOAD", "REPLACE", changed)
            #expect(codes(try await patient.examine()) == ["functions-changed"])
            #expect(try await patient.examine(mends: true).findings.open == 0)
            #expect(codes(try await patient.examine()).isEmpty)
            try await load(version: "1000")
            let newer = try await patient.examine(mends: true)
            #expect(newer.findings.counts["functions-newer"]?.severity == .info)
            #expect(newer.facts.functions == 1_000)
        }
    }

    @Test("a great many of a kind are counted, few kept, and all mended; then nothing is found")
    func many() async throws {
        try await Patient.with { patient in
            for start in stride(from: 0, to: 10_000, by: 500) {
                var closed = RedisCommand("ZADD", patient.store.keys.closed)
                var commands: [RedisCommand] = []
                for number in start..<start + 500 {
                    closed.append("1")
                    closed.append("m:\(number)")
                    commands.append(RedisCommand("RPUSH", "waitable:{0}:history:n:\(number)", "h"))
                }
                _ = try await patient.store.client.send(commands + [closed])
            }
            let report = try await patient.examine(shown: 3)
            #expect(report.findings.counts["listed-without-document"]?.total == 10_000)
            #expect(report.findings.counts["history-without-execution"]?.total == 10_000)
            #expect(report.findings.kept.filter { $0.severity == .warning }.count == 6)
            let mended = try await patient.examine(mends: true)
            #expect(mended.findings.mended == 20_000)
            #expect(mended.findings.open == 0)
            let again = try await patient.examine(mends: true)
            #expect(codes(again).isEmpty)
            #expect(again.findings.mended == 0)
        }
    }

    @Test("what somebody writes command by command is no finding: the item comes after its place in the due set")
    func passing() async throws {
        try await Patient.with { patient in
            try await patient.redis("ZADD", "~:due", "4000000000000", "by-hand")
            async let report = patient.examine()
            // The doctor has looked once when functions have been called: for their version, and for the member.
            while true {
                let statistics = RedisInfo(try await patient.redis("INFO", "commandstats").string ?? "")
                if let calls = statistics["cmdstat_fcall_ro"], !calls.hasPrefix("calls=1,") { break }
            }
            try await patient.redis("HSET", "~:item:items:by-hand", "Id", "by-hand")
            let meanwhile = try await report
            #expect(codes(meanwhile) == ["no-workers"])
            try await patient.redis("DEL", "~:item:items:by-hand")
            #expect(codes(try await patient.examine()) == ["no-workers", "nothing-to-run"])
        }
    }

    @Test("keys of the wrong type, names that no function takes, other partitions and namespaces")
    func oddities() async throws {
        try await Patient.with { patient in
            try await patient.redis("ZADD", "~:due", "4000000000000", String(repeating: "x", count: 1_025))
            try await patient.redis("SET", "other:{3}:machines", "x")
            try await patient.redis("SET", "waitable:{7}:due", "x")
            try await patient.redis("SET", "not:waitables", "x")
            let report = try await patient.examine(mends: true)
            #expect(codes(report) == ["bad-name", "partition-unserved", "no-workers"])
            #expect(report.findings.mended == 0)
            #expect(report.survey.partitions == ["waitable": [0, 7], "other": [3]])
            try await patient.redis("DEL", "~:due")
            try await patient.redis("SET", "~:due", "x")
            let wrong = try await patient.examine(mends: true)
            #expect(codes(wrong) == ["wrong-type"])
            #expect(wrong.findings.kept.first?.place == "waitable:{0}:due")
        }
    }

    @Test("a user with few rights gets what he may see, and is told what he may not")
    func access() async throws {
        try await Patient.with { patient in
            try await patient.redis("ZADD", "~:closed", "1", "m:gone")
            try await patient.asUser("+@all", "-config") { user in
                let report = try await user.examine()
                #expect(codes(report) == ["listed-without-document"])
                #expect(report.facts.notAllowed == ["CONFIG GET"])
            }
            try await patient.asUser("+@read", "+fcall_ro", "+info", "+time", "+type") { user in
                let report = try await user.examine()
                #expect(codes(report) == ["listed-without-document", "file-unchecked"])
                #expect(report.facts.notAllowed == ["CONFIG GET", "FCALL"])
                let mending = try await user.examine(mends: true)
                #expect(codes(mending) == ["data-unexamined", "file-unchecked"])
            }
            try await patient.asUser("+fcall_ro") { user in
                let report = try await user.examine()
                #expect(codes(report) == ["data-unexamined"])
            }
            try await patient.asUser("-@all") { user in
                let report = try await user.examine()
                #expect(codes(report) == ["data-unexamined"])
                #expect(report.facts.notAllowed == ["INFO", "CONFIG GET", "FCALL_RO"])
                #expect(report.facts.clock == nil)
            }
            #expect(try await patient.redis("ZCARD", "~:closed").integer == 1)
        }
    }
}
