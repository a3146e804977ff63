import Logging
import Testing
import WaitableRedis

@testable import RedisClient

@Suite("A user without all rights", .redisServer, .timeLimit(.minutes(1)))
struct RightsTests {
    /// Runs something with a client whose user may do all but one command.
    private func without(_ command: String, _ body: (RedisClient) async throws -> Void) async throws {
        let owner = try #require(RedisServerTrait.client)
        let user = "without-\(command)"
        let rules = ["ACL", "SETUSER", user, "on", ">secret", "~*", "&*", "+@all", "-\(command)"]
        var setting = RedisCommand(name: rules[0], capacity: rules.count)
        for rule in rules.dropFirst() { setting.append(rule) }
        _ = try await owner.send(setting)
        var configuration = owner.configuration
        configuration.user = user
        configuration.password = "secret"
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let client = RedisClient(configuration, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            try await body(client)
            group.cancelAll()
        }
    }

    private func call(_ client: RedisClient, _ partition: Partition, _ name: String, _ words: [String]) async -> String
    {
        var command = RedisCommand(name: "FCALL", capacity: words.count + 4)
        for word in ["waitable_\(name)", "1", partition.prefix] + words { command.append(word) }
        do {
            return "\(try await client.send(command))"
        } catch {
            return "\(error)"
        }
    }

    @Test(
        "commits nothing rather than half of it, and starts nothing",
        arguments: ["hset", "zadd", "zrem", "hdel", "hget", "rpush", "xadd", "del"]
    )
    func halves(command: String) async throws {
        let partition = try Partition()
        try await partition.accept("m:a")
        try await partition.redis("HSET", "~:item:T:a", "Id", "a", "own", "1")
        try await partition.redis("HSET", "~:inbox:m:a", "7", "{}")
        let token = try await partition.claim().token
        let effects = [["publish", "news", "1", "f", "v"], Entry.put("T:a", "Id", "a"), ["forget", "1", "7", "{}"]]
        let entry = Entry("m:a", next: "5", token: token, history: "h", effects: effects)
        let other = Entry(
            "m:b",
            next: "5",
            effects: [Entry.put("T:b", "Id", "b"), ["publish", "news", "1", "f", "v"]]
        )
        try await without(command) { client in
            let committed = await call(client, partition, "commit", [token, ""] + Entry.arguments([entry]))
            // Where it is found out by a write that changes nothing, Redis says it itself.
            #expect(committed.contains("NOPERM") || committed.contains("can't run this command"), "\(committed)")
            let started = await call(client, partition, "accept", ["", "", "", ""] + Entry.arguments([other]))
            #expect(started.contains("NOPERM"), "\(started)")
        }
        #expect(try await partition.redis("HGETALL", "~:item:T:a").array?.count == 4)
        #expect(try await partition.redis("HEXISTS", "~:inbox:m:a", "7") == .integer(1))
        #expect(try await partition.redis("EXISTS", "~:stream:news", "~:history:m:a", "~:item:T:b") == .integer(0))
        #expect(try await partition.call("commit", [token] + Entry.arguments([entry])).results == [.integer(1)])
    }
}
