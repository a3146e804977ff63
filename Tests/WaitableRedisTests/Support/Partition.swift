import Foundation
import RedisClient
import Testing
import WaitableRedis

/// One test's keys in the suite's Redis, and calls of the function library on them.
struct Partition: Sendable {
    let prefix: String
    let client: any SlotClient

    init() throws {
        client = try #require(RedisServerTrait.client)
        prefix = "test-\(UUID()):{0}"
    }

    /// The keys of a store.
    init(of store: RedisStore) {
        client = store.client
        prefix = store.keys.prefix
    }

    /// Another partition of the namespace.
    init(_ other: Partition, number: Int) {
        client = other.client
        prefix = other.prefix.prefix { $0 != "{" } + "{\(number)}"
    }

    /// The same keys as a store sees them.
    var store: RedisStore { RedisStore(client: client, keys: Keys(namespace: String(prefix.dropLast(4)))) }

    /// Calls `waitable_NAME`; throws the error reply.
    @discardableResult
    func call(_ name: String, _ arguments: String...) async throws -> RedisValue {
        try await call(name, arguments)
    }

    /// Entries are given to `waitable_accept` and `waitable_commit` for any clock; of their replies the time is left out.
    @discardableResult
    func call(_ name: String, _ arguments: [String]) async throws -> RedisValue {
        // How many words stand before those that tell of revisions and the clock, and how many these are.
        let heads = ["accept": (words: 0, clock: 4), "commit": (words: 1, clock: 1)]
        guard let head = heads[name] else { return try await send(name, arguments) }
        let clock = Array(repeating: "", count: head.clock)
        let reply = try await send(name, arguments.prefix(head.words) + clock + arguments.dropFirst(head.words))
        if let words = reply.array { return .array(Array(words.dropFirst())) }
        return .integer(try #require(Int64(arguments[head.words])))
    }

    /// Calls `waitable_NAME` with these arguments alone; throws the error reply.
    @discardableResult
    func send(_ name: String, _ arguments: [String]) async throws -> RedisValue {
        var command = RedisCommand(name: "FCALL", capacity: arguments.count + 3)
        for word in ["waitable_" + name, "1", prefix] + arguments { command.append(word) }
        return try await client.send(command)
    }

    /// Calls `waitable_NAME`, which must refuse; the error reply.
    func refusal(_ name: String, _ arguments: String...) async throws -> String? {
        try await refusal(name, arguments)
    }

    func refusal(_ name: String, _ arguments: [String]) async throws -> String? {
        do {
            let reply = try await call(name, arguments)
            Issue.record("not refused: \(reply)")
            return nil
        } catch let error as RedisError {
            return error.server?.description
        }
    }

    /// A plain command; `~` in a word stands for the prefix.
    @discardableResult
    func redis(_ words: String...) async throws -> RedisValue {
        var command = RedisCommand(name: words[0], capacity: words.count)
        for word in words.dropFirst() {
            command.append(word.hasPrefix("~") ? prefix + word.dropFirst() : word)
        }
        return try await client.send(command)
    }

    /// The Redis clock in ms.
    func now() async throws -> Int64 {
        let time = try #require(try await redis("TIME").array)
        let seconds = try #require(time[0].string.flatMap { Int64($0) })
        let micros = try #require(time[1].string.flatMap { Int64($0) })
        return seconds * 1_000 + micros / 1_000
    }

    /// Waits, by asking the Redis clock, until it has passed an instant.
    func pass(_ instant: Int64) async throws {
        while try await now() <= instant {}
    }

    /// A claim's reply.
    struct Claim: Sendable {
        var microseconds: Int64
        var token: String
        var head: String
        var members: [(name: String, document: String?, redeliveries: Int64)]

        var names: [String] { members.map(\.name) }
    }

    func claim(limit: Int = 10, lease: Int = 60_000) async throws -> Claim {
        let words = try #require(try await call("claim", String(limit), String(lease), "worker").array)
        var claim = Claim(
            microseconds: try #require(words[0].string.flatMap { Int64($0) }),
            token: try #require(words[1].string),
            head: try #require(words[2].string),
            members: []
        )
        let redeliveries = words[3].array
        // A word behind them tells of messages that wait.
        for index in stride(from: 4, to: words.count - 1, by: 2) {
            claim.members.append(
                (
                    name: try #require(words[index].string), document: words[index + 1].string,
                    redeliveries: redeliveries?[index / 2 - 2].integer ?? 0
                )
            )
        }
        return claim
    }

    /// Accepts running executions that are due at an instant.
    @discardableResult
    func accept(_ names: String..., due: Int64 = 1) async throws -> RedisValue {
        try await call("accept", Entry.arguments(names.map { Entry($0, next: String(due)) }))
    }

    func due() async throws -> [String] {
        try #require(try await redis("ZRANGE", "~:due", "0", "-1", "WITHSCORES").array).compactMap(\.string)
    }

    func closed() async throws -> [String] {
        try #require(try await redis("ZRANGE", "~:closed", "0", "-1").array).compactMap(\.string)
    }

    func document(_ name: String) async throws -> String? {
        try await redis("HGET", "~:executions", name).string
    }

    func item(_ suffix: String) async throws -> [String: String] {
        let words = try #require(try await redis("HGETALL", "~:item:" + suffix).array).compactMap(\.string)
        return Dictionary(
            uniqueKeysWithValues: stride(from: 0, to: words.count, by: 2).map { (words[$0], words[$0 + 1]) }
        )
    }

    func history(_ name: String) async throws -> [String] {
        try #require(try await redis("LRANGE", "~:history:" + name, "0", "-1").array).compactMap(\.string)
    }

    /// Everything under the prefix but counters and leases, as text; to see that a refused call changed nothing.
    func contents() async throws -> [String] {
        let keys = try #require(try await redis("KEYS", "~:*").array)
        var contents: [String] = []
        let passing = [":sequence", ":counters", ":leases", ":clock"]
        for key in keys.compactMap(\.string).sorted() where !passing.contains(where: key.hasSuffix) {
            // The order of a hash's fields can change when it is read.
            if try await client.send(RedisCommand("TYPE", key)) == .status("hash") {
                let words = try await client.send(RedisCommand("HGETALL", key)).array ?? []
                let fields = stride(from: 0, to: words.count, by: 2).map { "\(words[$0]) \(words[$0 + 1])" }
                contents.append("\(key) \(fields.sorted())")
            } else {
                contents.append("\(key) \(try await client.send(RedisCommand("DUMP", key)))")
            }
        }
        return contents
    }
}
