import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableOperations
import WaitableRedis

@Suite("The index of failures", .serialized, .redisServer, .timeLimit(.minutes(1)))
struct FailureIndexTests {
    let partition: Partition

    init() throws { partition = try Partition() }

    private static func document(_ letter: String, token: String? = nil) -> String {
        let key = token.map { #","k":"\#($0)""# } ?? ""
        return #"{"s":"\#(letter)"\#(key),"d":"h","b":1,"input":{}}"#
    }

    private func failed() async throws -> [String] {
        try #require(try await partition.redis("ZRANGE", "~:failed", "0", "-1").array).compactMap(\.string)
    }

    /// Executions of the three kinds, and one that succeeded, each as an entry of its own.
    private func close() async throws {
        let entries = ["S", "F", "T", "A"].map { Entry("m:\($0)", next: "", document: Self.document($0)) }
        try await partition.call("accept", Entry.arguments(entries))
    }

    @Test("has what closed without having succeeded, at the instant at which it closed, and nothing else")
    func entries() async throws {
        try await close()
        #expect(try await failed() == ["m:A", "m:F", "m:T"])
        for name in try await failed() {
            let instants = try await ["~:failed", "~:closed"].asyncMap { try await partition.redis("ZSCORE", $0, name) }
            #expect(instants[0] == instants[1])
        }
    }

    @Test("has a row that fails among rows that succeed, in a start and in a commit", arguments: [true, false])
    func rows(starts: Bool) async throws {
        let names = ["m:a", "m:b", "m:c"]
        if !starts { try await partition.accept("m:a", "m:b", "m:c") }
        let token = try await starts ? nil : partition.claim().token
        let entries = names.map { name in
            let document = Self.document(name == "m:b" ? "F" : "S", token: token)
            return Entry(
                name,
                next: "",
                document: document,
                effects: [Entry.update("T:\(name.last ?? "-")", set: ["Id", "x"])]
            )
        }
        let words = (token.map { [$0] } ?? []) + Entry.rows(entries)
        let reply = try await partition.call(starts ? "accept" : "commit", words)
        #expect(reply.results == Array(repeating: .integer(1), count: 3))
        #expect(try await partition.closed().sorted() == names)
        #expect(try await failed() == ["m:b"])
        #expect(try await partition.due().isEmpty)
    }

    @Test("is no key where all succeed")
    func none() async throws {
        try await partition.accept("m:a", "m:b")
        let token = try await partition.claim().token
        let entries = ["m:a", "m:b"].map { name in
            Entry(name, next: "", token: token, effects: [Entry.update("T:\(name)", set: ["Id", "x"])])
        }
        try await partition.call("commit", [token] + Entry.rows(entries))
        try await partition.call("accept", Entry.arguments([Entry("m:c", next: "")]))
        #expect(try await partition.closed().count == 3)
        #expect(try await partition.redis("EXISTS", "~:failed") == .integer(0))
    }

    @Test("is left by a redrive and by retention, and joined by a stop")
    func changes() async throws {
        try await close()
        try await partition.call("redrive", "m:F")
        #expect(try await failed() == ["m:A", "m:T"])
        try await partition.call("stop", "m:F")
        #expect(try await Set(failed()) == ["m:A", "m:F", "m:T"])
        for left in [2, 0] {
            try await partition.call("sweep", "9000000000000", "2")
            let closed = try await partition.closed()
            #expect(closed.count == left)
            #expect(try await Set(failed()) == Set(closed).subtracting(["m:S"]))
        }
        #expect(try await partition.redis("EXISTS", "~:failed", "~:executions") == .integer(0))
    }

    @Test("refuses what it would have to list, before anything is written, where its key is of another type")
    func wrongType() async throws {
        try await close()
        try await partition.accept("m:open")
        try await partition.redis("DEL", "~:failed")
        try await partition.redis("SET", "~:failed", "x")
        let before = try await partition.contents()
        let failing = Entry("m:new", next: "", document: Self.document("F"))
        #expect(try await partition.refusal("accept", Entry.arguments([failing]))?.hasPrefix("WRONGTYPE") == true)
        #expect(try await partition.refusal("stop", "m:open")?.hasPrefix("WRONGTYPE") == true)
        #expect(try await partition.refusal("redrive", "m:F")?.hasPrefix("WRONGTYPE") == true)
        #expect(try await partition.refusal("sweep", "9000000000000", "10")?.hasPrefix("WRONGTYPE") == true)
        #expect(try await partition.contents() == before)
        try await partition.call("accept", Entry.arguments([Entry("m:well", next: "")]))
    }

    @Test(
        "finds one failure among thousands that succeeded by one call, over any number of partitions",
        arguments: [1, 4]
    )
    func oneAmongMany(count: Int) async throws {
        let partitions = try Partitions.test(count)
        let lonely = ExecutionKey(machine: "m", name: "lonely")
        for store in partitions.stores {
            for start in stride(from: 0, to: 12_000 / count, by: 1_000) {
                var documents = RedisCommand("HSET", store.keys.executions)
                var closed = RedisCommand("ZADD", store.keys.closed)
                for number in start..<(start + 1_000) {
                    for word in ["m:\(number)", #"{"s":"S","d":"h","b":1,"input":{}}"#] { documents.append(word) }
                    for word in ["\(1_000 + number)", "m:\(number)"] { closed.append(word) }
                }
                _ = try await store.client.send([documents, closed])
            }
        }
        let home = Partition(of: partitions.store(of: lonely))
        try await home.call("accept", Entry.arguments([Entry("m:lonely", next: "", document: Self.document("F"))]))
        // The oldest of all.
        try await home.redis("ZADD", "~:closed", "1", "m:lonely")
        try await home.redis("ZADD", "~:failed", "1", "m:lonely")
        for statuses in [[.failed], [.failed, .timedOut, .aborted]] as [Set<ItemSummary.Status>] {
            var list = ExecutionList()
            list.statuses = statuses
            let before = try await lists(home)
            let (found, next) = try await partitions.executions(list, from: nil, limit: 100) { $0.execution.key.member }
            #expect(found == ["m:lonely"])
            #expect(next == nil)
            #expect(try await lists(home) == before + count)
        }
    }

    /// How often a function that only reads or writes was called on the suite's Redis.
    private func lists(_ partition: Partition) async throws -> Int {
        let text = try await partition.redis("INFO", "commandstats").string ?? ""
        let calls = text.split(whereSeparator: \.isNewline).compactMap { line -> Int? in
            guard line.hasPrefix("cmdstat_fcall"), let start = line.firstRange(of: "calls=") else { return nil }
            return Int(line[start.upperBound...].prefix(while: \.isNumber))
        }
        return calls.reduce(0, +)
    }

    @Test("goes on where a page ended, by its token, and no other list takes that token")
    func pages() async throws {
        let entries = (0..<5).map { Entry("m:\($0)", next: "", document: Self.document("F")) }
        try await partition.call("accept", Entry.arguments(entries))
        for number in 0..<5 {
            for key in ["~:failed", "~:closed"] { try await partition.redis("ZADD", key, "\(number)", "m:\(number)") }
        }
        var list = ExecutionList()
        list.statuses = [.failed]
        var names: [String] = []
        var cursor: ListCursor?
        repeat {
            let (found, next) = try await Partitions(only: partition.store).executions(list, from: cursor, limit: 2) {
                $0.execution.key.name
            }
            names += found
            cursor = try next.map { try #require(ListCursor(token: $0.token)) }
            if let cursor {
                #expect(list.holds(cursor))
                #expect(!ExecutionList().holds(cursor))
            }
        } while cursor != nil
        #expect(names == ["4", "3", "2", "1", "0"])
    }
}

extension Array {
    fileprivate func asyncMap<Result>(_ body: (Element) async throws -> Result) async throws -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await body(element)) }
        return results
    }
}
