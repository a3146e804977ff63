import Foundation
import Logging
import RedisClient
import RedisTestServer
import Testing
import WaitableRedis

/// Each with a Redis of its own, whose configuration it changes.
@Suite("Readiness", .timeLimit(.minutes(1)))
struct ReadinessTests {
    /// A Redis, a store and samples of its readiness.
    private struct Subject {
        let server: RedisTestServer
        let store: RedisStore

        /// Why a start would not be taken now.
        func unreadiness(_ policy: ReadinessPolicy = ReadinessPolicy()) async -> Unreadiness? {
            await sampler(policy).unreadiness()
        }

        func sampler(_ policy: ReadinessPolicy = ReadinessPolicy()) -> ReadinessSampler {
            ReadinessSampler(partitions: Partitions(only: store), policy: policy, logger: Self.logger)
        }

        func set(_ name: String, _ value: String) async throws {
            _ = try await store.client.send(RedisCommand("CONFIG", "SET", name, value))
        }

        static var logger: Logger {
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            return logger
        }

        static func with(
            persistence: RedisTestServer.Persistence = .none,
            _ body: @Sendable (Subject) async throws -> Void
        ) async throws {
            let server = try RedisTestServer(persistence: persistence)
            defer { server.kill() }
            try await with(server, RedisConfiguration(address: .unixSocket(path: server.socket)), body)
        }

        /// The same Redis as another user, who has all rights but some.
        func asUser(_ rights: String, _ body: @Sendable (Subject) async throws -> Void) async throws {
            var command = RedisCommand("ACL", "SETUSER", "u", "reset", "on", ">p", "~*", "&*", "+@all")
            for right in rights.split(separator: " ") { command.append(String(right)) }
            _ = try await store.client.send(command)
            try await Self.with(server, RedisConfiguration(url: "redis://u:p@127.0.0.1:\(server.port)"), body)
        }

        private static func with(
            _ server: RedisTestServer,
            _ configuration: RedisConfiguration,
            _ body: @Sendable (Subject) async throws -> Void
        ) async throws {
            let client = RedisClient(configuration, logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await client.run() }
                defer { group.cancelAll() }
                _ = try await client.send(RedisCommand("PING"))
                try await body(Subject(server: server, store: RedisStore(client: client)))
            }
        }
    }

    @Test("an empty Redis is ready: the functions are loaded on the way")
    func ready() async throws {
        try await Subject.with { redis in
            #expect(await redis.unreadiness() == nil)
            let version = try await redis.store.client.send(RedisCommand("FCALL_RO", "waitable_version", "0"))
            #expect(version.integer == Int64(FunctionLibrary.version))
        }
    }

    @Test("an older library is replaced")
    func oldLibrary() async throws {
        try await Subject.with { redis in
            let old = FunctionLibrary.source.replacing(
                "local VERSION = '\(FunctionLibrary.version)'",
                with: "local VERSION = '0'"
            )
            _ = try await redis.store.client.send(RedisCommand("FUNCTION", "LOAD", old))
            #expect(await redis.unreadiness() == nil)
            let version = try await redis.store.client.send(RedisCommand("FCALL_RO", "waitable_version", "0"))
            #expect(version.integer == Int64(FunctionLibrary.version))
        }
    }

    @Test("a policy that can evict items is not ready, unless allowed")
    func eviction() async throws {
        try await Subject.with { redis in
            try await redis.set("maxmemory-policy", "allkeys-lru")
            #expect(await redis.unreadiness() == .evicts(policy: "allkeys-lru"))
            // The first question of all, too, before a sample was taken.
            guard case .unready(.evicts(policy: "allkeys-lru"))? = await redis.sampler().refusal() else {
                Issue.record("starts are not refused")
                return
            }
            let allowed = ReadinessPolicy(allowsEviction: true)
            #expect(await redis.unreadiness(allowed) == nil)
            #expect(await redis.sampler(allowed).refusal() == nil)
            try await redis.set("maxmemory-policy", "noeviction")
            #expect(await redis.unreadiness() == nil)
            #expect(await redis.sampler().refusal() == nil)
        }
    }

    @Test("memory above the high-water mark is not ready, and refuses starts before Redis does")
    func highWater() async throws {
        try await Subject.with { redis in
            #expect(await redis.unreadiness() == nil)
            let memory = try await redis.store.client.send(RedisCommand("INFO", "memory"))
            let used = try #require(RedisInfo(memory.string ?? "").countedMemory)
            try await redis.set("maxmemory", "\(used * 2)")
            #expect(await redis.unreadiness() == nil)
            let sampler = redis.sampler(ReadinessPolicy(highWaterPercent: 30))
            guard case .memoryHigh(let share, 30)? = await sampler.unreadiness() else {
                Issue.record("ready with half of the memory used")
                return
            }
            #expect((40...60).contains(share))
            guard case .outOfMemory(let message)? = await sampler.refusal() else {
                Issue.record("starts are not refused")
                return
            }
            #expect(message == "used memory is \(Int(share)) % of maxmemory, and the high-water mark is 30 %")
        }
    }

    @Test("a full Redis is not ready")
    func full() async throws {
        try await Subject.with { redis in
            #expect(await redis.unreadiness() == nil)
            try await redis.set("maxmemory", "1")
            #expect(await redis.unreadiness() == .full)
        }
    }

    @Test("a replica is not ready, and is ready when it is the master again")
    func replica() async throws {
        try await Subject.with { redis in
            #expect(await redis.unreadiness() == nil)
            _ = try await redis.store.client.send(RedisCommand("REPLICAOF", "127.0.0.1", "1"))
            #expect(await redis.unreadiness() == .readOnly)
            _ = try await redis.store.client.send(RedisCommand("REPLICAOF", "NO", "ONE"))
            #expect(await redis.unreadiness() == nil)
        }
    }

    @Test("a Redis that cannot save is not ready")
    func misconfigured() async throws {
        try await Subject.with { redis in
            #expect(await redis.unreadiness() == nil)
            try await redis.set("save", "3600 1")
            try await redis.set("stop-writes-on-bgsave-error", "yes")
            // The snapshot cannot be written where its name is a folder's.
            try await redis.set("rdbcompression", "no")
            let name = redis.server.folder.appending(path: "dump.rdb")
            try FileManager.default.createDirectory(at: name, withIntermediateDirectories: true)
            try Data("x".utf8).write(to: name.appending(path: "file"))
            _ = try await redis.store.client.send(RedisCommand("BGSAVE"))
            while true {
                let reply = try await redis.store.client.send(RedisCommand("INFO", "persistence"))
                if RedisInfo(reply.string ?? "")["rdb_last_bgsave_status"] == "err" { break }
            }
            guard case .refusesWrites(let error)? = await redis.unreadiness() else {
                Issue.record("ready although Redis refuses writes")
                return
            }
            #expect(error.hasPrefix("MISCONF "))
        }
    }

    @Test("too few replicas by Redis's own setting is not ready")
    func replicas() async throws {
        try await Subject.with { redis in
            #expect(await redis.unreadiness() == nil)
            try await redis.set("min-replicas-to-write", "1")
            guard case .refusesWrites(let error)? = await redis.unreadiness() else {
                Issue.record("ready although Redis refuses writes")
                return
            }
            #expect(error.hasPrefix("NOREPLICAS "))
        }
    }

    @Test("a user who may not call functions is told so; one who may not see INFO is taken at Redis's word")
    func access() async throws {
        try await Subject.with { redis in
            #expect(await redis.unreadiness() == nil)
            for (rights, isReady) in [("-fcall", false), ("-info", true)] {
                try await redis.asUser(rights) { user in
                    let unreadiness = await user.unreadiness()
                    #expect(unreadiness?.code == (isReady ? nil : "FunctionLibrary"), "\(rights)")
                }
            }
        }
    }

    @Test("an append-only file that Redis could not load again is not ready, and refuses starts")
    func appendOnlyFile() async throws {
        try await Subject.with(persistence: .appendOnly) { redis in
            #expect(await redis.unreadiness() == nil)
            try await redis.asUser("") { user in
                // As Redis would load the file now: `default` is the user of the socket's connection too.
                func setDefault(_ rights: String...) async throws {
                    var command = RedisCommand("ACL", "SETUSER", "default")
                    for right in rights { command.append(right) }
                    _ = try await user.store.client.send(command)
                }
                let sampler = user.sampler()
                #expect(await sampler.unreadiness() == nil)
                for rights in [
                    ["off", "resetkeys", "-@all"], ["allkeys", "+@all", "-xadd"], ["+@all", "resetkeys", "~other:*"],
                ] {
                    for right in rights { try await setDefault(right) }
                    guard case .losesFile(let reason)? = await user.unreadiness() else {
                        Issue.record("ready with \(rights)")
                        continue
                    }
                    #expect(reason.contains("ACL SETUSER default off resetpass ~* &* +@all"))
                    #expect(!rights.contains("-xadd") || reason.contains("'xadd'"))
                    guard case .unready(.losesFile)? = await user.sampler().refusal() else {
                        Issue.record("starts are taken with \(rights)")
                        continue
                    }
                }
                try await user.set("appendonly", "no")
                #expect(await user.unreadiness() == nil)
                try await user.set("appendonly", "yes")
                #expect(await user.unreadiness()?.code == "AppendOnlyFile")
                try await setDefault("off", "resetpass", "~*", "&*", "+@all")
                #expect(await user.unreadiness() == nil)
            }
        }
    }

    @Test("a user who may not ask whether the file can be loaded is not ready, unless it is the one that loads it")
    func appendOnlyFileUnknown() async throws {
        try await Subject.with(persistence: .appendOnly) { redis in
            try await redis.asUser("-acl") { user in
                guard case .losesFile(let reason)? = await user.unreadiness() else {
                    Issue.record("ready, and nobody knows why")
                    return
                }
                #expect(reason.contains("+acl|dryrun"))
            }
            try await redis.asUser("-acl +acl|dryrun") { user in #expect(await user.unreadiness() == nil) }
            _ = try await redis.store.client.send(RedisCommand("ACL", "SETUSER", "default", "-acl"))
            #expect(await redis.unreadiness() == nil)
        }
    }

    @Test("no Redis is not ready")
    func unreachable() async throws {
        try await Subject.with { redis in
            let sampler = redis.sampler()
            #expect(await sampler.unreadiness() == nil)
            redis.server.kill()
            while redis.store.client.connectionState == .connected { await Task.yield() }
            #expect(await sampler.unreadiness() == .unreachable)
        }
    }
}
