import Foundation
import RedisClient
import StatesLanguage
import Testing
import WaitableOperations
import WaitableRedis

@Suite("Export and import", .redisServer, .timeLimit(.minutes(1)))
struct TransferTests {
    /// A namespace of some partitions.
    private static func stores(_ count: Int = 1) throws -> [RedisStore] {
        let client = try #require(RedisServerTrait.client)
        let namespace = "test-\(UUID())"
        let partitioning = Partitioning(count: count)
        return (0..<count).map { number in
            RedisStore(client: client, keys: Keys(namespace: namespace, partition: number, of: partitioning))
        }
    }

    /// Sends a command; `~` at the beginning of a word is the prefix.
    @discardableResult
    private func redis(_ store: RedisStore, _ words: String...) async throws -> RedisValue {
        var command = RedisCommand(name: words[0])
        for word in words.dropFirst() {
            command.append(word.hasPrefix("~") ? store.keys.prefix + ":" + word.dropFirst() : word)
        }
        return try await store.client.send(command)
    }

    private func export(_ stores: [RedisStore]) async throws -> [JSON] {
        var lines: [JSON] = []
        _ = try await NamespaceExporter(stores: stores).run { lines.append($0) }
        return lines
    }

    @discardableResult
    private func `import`(
        _ lines: [String],
        into stores: [RedisStore],
        overwrites: Bool = false
    ) async throws -> TransferCounts {
        var importer = NamespaceImporter(stores: stores, overwrites: overwrites)
        try await importer.begin()
        for (index, line) in lines.enumerated() { try await importer.add(Array(line.utf8), number: index + 1) }
        return try await importer.finish(line: lines.count + 1)
    }

    /// What a partition holds, by what follows the prefix.
    private func contents(_ store: RedisStore) async throws -> [String: String] {
        var contents: [String: String] = [:]
        for key in try await redis(store, "KEYS", "~*").array?.compactMap(\.string) ?? [] {
            let type = try await store.client.send(RedisCommand("TYPE", key)).string ?? ""
            let command =
                switch type {
                case "string": RedisCommand("GET", key)
                case "hash": RedisCommand("HGETALL", key)
                case "zset": RedisCommand("ZRANGE", key, "0", "-1", "WITHSCORES")
                case "list": RedisCommand("LRANGE", key, "0", "-1")
                default: RedisCommand("XRANGE", key, "-", "+")
                }
            let reply = try await store.client.send(command)
            let parts = type == "hash" ? reply.pairs.map { "\($0)=\($1)" }.sorted() : ["\(reply)"]
            contents[String(key.dropFirst(store.keys.prefix.count + 1))] = "\(type) \(parts)"
        }
        return contents
    }

    /// Fills a namespace with something of every kind.
    private func fill(_ store: RedisStore) async throws {
        for number in 0..<300 {
            try await redis(store, "HSET", "~executions", "m:\(number)", #"{"s":"R","n":\#(number)}"#)
            try await redis(store, "ZADD", "~due", "4100000000000.\(number)", "m:\(number)")
            try await redis(store, "HSET", "~item:T:\(number)", "Id", "\(number)", "é", "e\u{301}\u{0}")
        }
        try await redis(store, "HSET", "~executions", "m:closed", #"{"s":"S"}"#)
        try await redis(store, "ZADD", "~closed", "5", "m:closed")
        try await redis(store, "HSET", "~executions", "m:failed", #"{"s":"T"}"#)
        try await redis(store, "ZADD", "~closed", "6", "m:failed")
        try await redis(store, "ZADD", "~failed", "6", "m:failed")
        try await redis(store, "ZADD", "~due", "7.00048828125", "bare", "inf", "m:never")
        try await redis(store, "HSET", "~redelivered", "m:7", "-2", "bare", "1")
        for number in 0..<200 { try await redis(store, "RPUSH", "~history:m:1", "part \(number)") }
        try await redis(store, "HSET", "~inbox:m:2", "1", "{}")
        try await redis(store, "HSET", "~machines", "m", "{}", ":default", "m", ":partitions", "8")
        try await redis(store, "SET", "~machine:0123", "definition")
        for table in ["versions", "aliases", "tags", "activities", "deployed"] {
            try await redis(store, "HSET", "~\(table)", "name", table)
        }
        try await redis(store, "SET", "~arn", "arn:aws:states:r:000000000000")
        try await redis(store, "SET", "~secret", "c2VjcmV0")
        try await redis(store, "SET", "~sequence", "77")
        try await redis(store, "SET", "~redrive:ABC", "5", "PXAT", "4100000000000")
        try await redis(store, "HSET", "~paused", "m", "9", ":pass", "3", ":stopping", "1")
        try await redis(store, "ZADD", "~clock", "8", "now")
        try await redis(store, "ZADD", "~leases", "9", "9.5")
        try await redis(store, "HSET", "~counters", "refused", "3")
        for number in 1...150 { try await redis(store, "XADD", "~stream:s", "\(number)-1", "a", "\(number)") }
        try await redis(store, "XADD", "~stream:empty", "5-5", "a", "b")
        try await redis(store, "XDEL", "~stream:empty", "5-5")
        try await redis(store, "XGROUP", "CREATE", "~stream:s", "g", "2-1")
        try await redis(store, "XREADGROUP", "GROUP", "g", "c", "COUNT", "3", "STREAMS", "~stream:s", ">")
        try await redis(store, "XACK", "~stream:s", "g", "4-1")
        // These are of processes that ran.
        try await redis(store, "ZADD", "~sleepers", "5", "w")
        try await redis(store, "ZADD", "~workers", "5", "w")
        try await redis(store, "SET", "~durable", "1")
    }

    @Test("A namespace with something of every kind is the same in another one, and again when it is imported again")
    func roundTrip() async throws {
        let (source, target) = (try Self.stores(), try Self.stores())
        try await fill(source[0])
        try await redis(source[0], "LPUSH", "~stopping", "m:3")
        try await redis(source[0], "HSET", "~children:m:4", "1", "m:5")
        try await redis(source[0], "HSET", "~unread", "m:6", "1:m:4")
        try await redis(source[0], "RPUSH", "~activity:mail", "7\nm:a\ntoken\n{}")
        try await redis(source[0], "ZADD", "~activity:mail:taken", "-9.25", "9.25")
        var bytes = RedisCommand("HSET", source[0].keys.prefix + ":item:T:bytes", "b")
        bytes.append([0xFF, 0x00, 0xC3] as [UInt8])
        _ = try await source[0].client.send(bytes)
        var expected = try await contents(source[0])
        for key in ["sleepers", "workers", "durable"] { expected[key] = nil }
        let lines = try await export(source).map(\.text)
        for isAgain in [false, true] {
            let counts = try await self.import(lines, into: target, overwrites: isAgain)
            #expect(counts.executions >= 303 && counts.keys >= 320)
            var found = try await contents(target[0])
            // What tells of the source's partitions, and where a pass of resuming stood, is left out.
            for (key, fields) in [("~machines", [":default", "m"]), ("~paused", [":stopping", "m"])] {
                #expect(try await redis(target[0], "HKEYS", key).array?.compactMap(\.string).sorted() == fields)
            }
            for key in ["machines", "paused"] { (found[key], expected[key]) = (nil, nil) }
            #expect(Set(found.keys) == Set(expected.keys))
            for (key, content) in expected { #expect(found[key] == content, "\(key)") }
        }
        #expect(try await redis(target[0], "HGET", "~machines", ":default").string == "m")
        #expect(try await redis(target[0], "PEXPIRETIME", "~redrive:ABC") == .integer(4_100_000_000_000))
        #expect(try await redis(target[0], "XADD", "~stream:empty", "5-6", "a", "b").string == "5-6")
        await #expect(throws: RedisError.self) { try await redis(target[0], "XADD", "~stream:empty", "5-5", "a", "b") }
        let pending = try await redis(target[0], "XPENDING", "~stream:s", "g", "-", "+", "9").array ?? []
        #expect(pending.map { $0.array?.first?.string } == ["3-1", "5-1"])
        let next = try await redis(
            target[0],
            "XREADGROUP",
            "GROUP",
            "g",
            "d",
            "COUNT",
            "1",
            "STREAMS",
            "~stream:s",
            ">"
        )
        #expect("\(next)".contains("\(Array("6-1".utf8))"), "\(next)")
    }

    @Test("With another number of partitions, each execution, item and history goes to the one of its id")
    func routes() async throws {
        let (source, target, back) = (try Self.stores(), try Self.stores(3), try Self.stores())
        try await fill(source[0])
        try await self.import(try await export(source).map(\.text), into: target)
        for number in 0..<300 {
            let store = target[target[0].keys.partitioning.partition(of: "\(number)")]
            #expect(try await redis(store, "ZSCORE", "~due", "m:\(number)") != .null)
            #expect(try await redis(store, "HEXISTS", "~executions", "m:\(number)") == .integer(1))
            #expect(try await redis(store, "HGET", "~item:T:\(number)", "Id").string == "\(number)")
        }
        for store in target { #expect(try await redis(store, "GET", "~machine:0123").string == "definition") }
        // It says how many partitions it has: else it would be taken for one of a single partition.
        #expect(try await redis(target[0], "GET", "~partitions").string == "3")
        for store in target { #expect(try await redis(store, "HGET", "~machines", ":partitions").string == "3") }
        try await self.import(try await export(target).map(\.text), into: back)
        var (first, last) = (try await contents(source[0]), try await contents(back[0]))
        for key in ["sleepers", "workers", "durable", "machines", "paused"] { (first[key], last[key]) = (nil, nil) }
        #expect(first == last)
        try await redis(source[0], "HSET", "~children:m:4", "1", "m:5")
        let refused = await #expect(throws: TransferError.self) {
            try await self.import(try await export(source).map(\.text), into: try Self.stores(3))
        }
        #expect(refused?.description.contains("key: must not be of an execution that waits for others: ") == true)
        #expect(refused?.description.hasSuffix("'children:m:4'") == true)
    }

    @Test("A namespace that cannot be exported or imported whole is left alone, and it is said why")
    func refused() async throws {
        let stores = try Self.stores()
        let namespace = stores[0].keys.namespace
        func why(_ body: () async throws -> Void) async -> String {
            do {
                try await body()
                return "not refused"
            } catch {
                return "\(error)"
            }
        }
        let empty = try await export(stores).map(\.text)
        #expect(empty.count == 2)
        try await redis(stores[0], "HSET", "~item:T:a", "Id", "a")
        #expect(
            await why { try await self.import(empty, into: stores) }
                == "the namespace '\(namespace)' must be empty, but has \(namespace):{0}:item:T:a: choose another in "
                + "WAITABLE_NAMESPACE (--namespace); --overwrite replaces what has the same name, as for an import that was cut"
        )
        try await redis(stores[0], "SET", "~other", "1")
        #expect(
            await why { _ = try await export(stores) }.hasPrefix(
                "\(namespace):{0}:other: must be a key of this version"
            )
        )
        try await redis(stores[0], "DEL", "~other")
        try await redis(stores[0], "RPUSH", "~outbox:3", "message")
        #expect(await why { _ = try await export(stores) }.hasPrefix("\(namespace):{0}:outbox:3: must be empty"))
        try await redis(stores[0], "DEL", "~outbox:3")
        try await redis(stores[0], "SADD", "~tags", "a")
        #expect(await why { _ = try await export(stores) } == "\(namespace):{0}:tags: must not be of the type set")
        try await redis(stores[0], "DEL", "~tags")
        try await redis(stores[0], "ZADD", "~workers", "9000000000000", "w")
        let words = "the namespace '\(namespace)' must have no workers and no ingest while it is "
        #expect(await why { _ = try await export(stores) } == words + "exported, but workers are at work: w")
        #expect(
            await why { try await self.import(empty, into: stores, overwrites: true) }
                == words + "imported, but workers are at work: w"
        )
    }

    private static let header = #"{"waitable":"export","version":1,"partitions":1}"#

    @Test(
        "A line that cannot be used is refused by its number, the field, the rule and the value",
        arguments: [
            (
                [#"{"waitable":"export"}"#],
                #"line 1: must be {"waitable":"export","version":…,"partitions":…}: '{"waitable":"export"}'"#
            ),
            ([#"{"waitable":"export","version":9,"partitions":1}"#], "line 1: version: must be 1: '9'"),
            ([header, "{"], "line 2: must be JSON (Unexpected end-of-input"),
            ([header, "[]"], "line 2: must be a JSON object: '[]'"),
            ([header, "{}"], "line 2: must have key or execution: '{}'"),
            ([header, #"{"key":"item:T:a"}"#], "line 2: must have string, hash, zset, list, stream or group"),
            ([header, #"{"key":"item:T:a","hash":["a"]}"#], "line 2: hash: must be a list of 2 by 2: '[\"a\"]'"),
            (
                [header, #"{"key":"item:T:a","hash":["a",1]}"#],
                "line 2: hash: must be a string, or an object with base64: '1'"
            ),
            ([header, #"{"key":"due","zset":["a","1"]}"#], "line 2: key: must be one that export writes: 'due'"),
            ([header, #"{"key":"other","string":""}"#], "line 2: key: must be one that export writes: 'other'"),
            ([header, #"{"execution":"m:a","due":"soon"}"#], "line 2: due: must have numbers for scores: 'soon'"),
            ([header, #"{"execution":"m:a","due":"nan"}"#], "line 2: due: must have numbers for scores: 'nan'"),
            (
                [header, #"{"execution":"m:a","partition":1}"#],
                "line 2: partition: must be below the number of partitions, 1: '1'"
            ),
            (
                [header, #"{"execution":"m:a","due":"5"}"#],
                "line 3: must be there: the export was cut, and is not whole"
            ),
            (
                [header, #"{"end":{"executions":1,"keys":0}}"#],
                "line 2: end: must count the lines: 0 of executions and 0 of keys: "
            ),
            (
                [header, #"{"end":{"executions":0,"keys":0}}"#, "{}"],
                "line 3: must not follow the end of the export: '{}'"
            ),
            (
                [header, #"{"key":"stream:a","stream":[["x",["a","b"]]]}"#, #"{"end":{"executions":0,"keys":1}}"#],
                "line 2: ERR Invalid stream ID"
            ),
            ([], "line 1: must be there: the export was cut, and is not whole"),
        ]
    )
    func badLines(lines: [String], words: String) async throws {
        let stores = try Self.stores()
        do {
            try await self.import(lines, into: stores)
            Issue.record("not refused")
        } catch {
            #expect("\(error)".hasPrefix(words), "\(error)")
        }
    }
}
