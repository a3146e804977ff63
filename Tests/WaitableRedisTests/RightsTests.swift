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

    /// Everything that a partition holds.
    private func contents(_ partition: Partition) async throws -> [String: RedisValue] {
        var contents: [String: RedisValue] = [:]
        let keys = try await partition.redis("KEYS", "~*").array?.compactMap(\.string) ?? []
        for key in keys { contents[key] = try await partition.redis("DUMP", key) }
        return contents
    }

    /// Functions that write more than one key, with arguments.
    private static let writers: [(name: String, words: [String])] = [
        ("stop", ["m:a", "", "T:a", "now"]), ("reschedule", ["m:a", "4000000000000", "T:a", "then"]),
        ("redrive", ["m:closed", "", "", "token"]), ("answer", ["m:a", "7", "7", "{}"]), ("take", ["mail"]),
        ("start", [#"{"Id":"c","StartTimestamp":"2036-01-01T00:00:00Z"}"#, "m"]),
        ("sweep", ["9000000000000", "10", "", "", ""]),
    ]

    @Test(
        "changes nothing by any function that writes several keys",
        arguments: writers.map(\.name),
        ["hset", "zadd", "zrem", "hdel", "lpop", "set"]
    )
    func wholeOrNothing(name: String, command: String) async throws {
        let partition = try Partition()
        try await partition.call("deploy", "m", "put", "h", "{}", #"{"hash":"h"}"#)
        let waiting = #"{"s":"R","d":"h","b":1,"w":"7","f":{"n":"T"},"input":{}}"#
        let failed = #"{"s":"F","ended":5,"d":"h","b":1,"input":{}}"#
        try await partition.redis("HSET", "~:activities", "mail", "{}")
        let offer = ["offer", "mail", "7\nm:a\ntoken\n{}", "{}"]
        let entries = [
            Entry(
                "m:a",
                next: "4100000000000",
                document: waiting,
                effects: [Entry.put("T:a", "ProcessStatus", "STARTED"), offer]
            ),
            Entry("m:closed", next: "", document: failed),
        ]
        try await partition.call("accept", Entry.arguments(entries))
        let words = try #require(Self.writers.first { $0.name == name }).words
        let before = try await contents(partition)
        try await without(command) { client in
            let reply = await call(client, partition, name, words)
            // One that needs the command says so, and has written nothing; one that does not is done.
            if reply.contains("NOPERM") || reply.contains("can't run this command") {
                #expect(try await contents(partition) == before, "\(reply)")
                try await partition.call(name, words)
            }
        }
        #expect(try await contents(partition) != before)
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
