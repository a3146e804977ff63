import RedisClient
import Testing

@Suite("waitable_sweep", .redisServer, .timeLimit(.minutes(1)))
struct RetentionFunctionTests {
    /// Closed executions with history and an item each, closed at the instants 1, 2, 3, …
    private func close(_ partition: Partition, _ names: String...) async throws {
        for (index, name) in names.enumerated() {
            let id = name.split(separator: ":").last.map(String.init) ?? name
            let entry = Entry(name, next: "", history: "h", effects: [Entry.put("T:" + id, "P", name)])
            try await partition.call("accept", Entry.arguments([entry]))
            try await partition.redis("ZADD", "~:closed", "\(index + 1)", name)
        }
    }

    private func sweep(_ partition: Partition, _ arguments: String...) async throws -> Int64? {
        try await partition.call("sweep", arguments).integer
    }

    @Test("by age, to the millisecond: what closed at the instant stays")
    func age() async throws {
        let partition = try Partition()
        try await close(partition, "m:a", "m:b", "m:c")
        #expect(try await sweep(partition, "1", "10") == 0)
        #expect(try await sweep(partition, "2", "10") == 1)
        #expect(try await partition.closed() == ["m:b", "m:c"])
        #expect(try await partition.document("m:a") == nil)
        #expect(try await partition.history("m:a").isEmpty)
        #expect(try await partition.item("T:a") == ["P": "m:a"])
        #expect(try await partition.document("m:b") != nil)
        #expect(try await partition.history("m:b") == ["h"])
    }

    @Test("by number: the oldest leave, and no more than are too many")
    func count() async throws {
        let partition = try Partition()
        try await close(partition, "m:a", "m:b", "m:c", "m:d", "m:e")
        #expect(try await sweep(partition, "", "2", "2") == 2)
        #expect(try await partition.closed() == ["m:c", "m:d", "m:e"])
        #expect(try await sweep(partition, "", "2", "2") == 1)
        #expect(try await sweep(partition, "", "2", "2") == 0)
        #expect(try await partition.closed() == ["m:d", "m:e"])
        #expect(try await sweep(partition, "5", "10", "1") == 1)
        #expect(try await partition.closed() == ["m:e"])
        #expect(try await sweep(partition, "", "10", "0") == 1)
        #expect(try await partition.closed().isEmpty)
    }

    @Test("an item leaves when asked, unless another execution has its id, or it is none")
    func items() async throws {
        let partition = try Partition()
        try await partition.call("deploy", "m", "default", "h", "{}", #"{"hash":"h"}"#)
        try await partition.call("deploy", "n", "put", "h", "{}", #"{"hash":"h"}"#)
        try await close(partition, "m:alone", "m:open", "m:closed", "m:bare", "m:other")
        try await partition.accept("n:open", due: 9_000_000_000_000)
        try await partition.call("accept", Entry.arguments([Entry("n:closed", next: "")]))
        try await partition.redis("ZADD", "~:due", "9000000000000", "bare")
        try await partition.redis("DEL", "~:item:T:other")
        try await partition.redis("SET", "~:item:T:other", "the user's")
        try await partition.redis("HSET", "~:item:T2:alone", "P", "of another table")
        #expect(try await sweep(partition, "100", "10", "", "T") == 5)
        #expect(try await partition.item("T:alone").isEmpty)
        #expect(try await partition.item("T:open") == ["P": "m:open"])
        #expect(try await partition.item("T:closed") == ["P": "m:closed"])
        #expect(try await partition.item("T:bare") == ["P": "m:bare"])
        #expect(try await partition.redis("GET", "~:item:T:other").string == "the user's")
        #expect(try await partition.item("T2:alone") == ["P": "of another table"])
        #expect(try await partition.closed() == ["n:closed"])
    }

    @Test("an execution that was redriven stays; one that is due although it is listed only leaves the list")
    func open() async throws {
        let partition = try Partition()
        let failed = Entry("m:a", next: "", document: #"{"s":"F","d":"h","b":1,"input":{}}"#)
        try await partition.call("accept", Entry.arguments([failed]))
        try await partition.call("redrive", "m:a")
        try await partition.accept("m:b", due: 9_000_000_000_000)
        try await partition.redis("ZADD", "~:closed", "1", "m:b")
        #expect(try await sweep(partition, "9000000000000", "10") == 1)
        #expect(try await partition.document("m:a")?.hasPrefix(#"{"s":"R""#) == true)
        #expect(try await partition.document("m:b") != nil)
        #expect(try await partition.due().contains("m:b"))
        #expect(try await partition.closed().isEmpty)
    }

    @Test("one sweeper at a time goes through a backlog; the others may when it is done")
    func sweeper() async throws {
        let partition = try Partition()
        try await close(partition, "m:a", "m:b", "m:c", "m:d", "m:e")
        #expect(try await sweep(partition, "100", "2", "", "", "one") == 2)
        #expect(try await sweep(partition, "100", "2", "", "", "two") == -1)
        #expect(try await sweep(partition, "100", "2", "", "", "one") == 2)
        #expect(try #require(try await partition.redis("PTTL", "~:sweeper").integer) > 0)
        #expect(try await sweep(partition, "100", "2", "", "", "one") == 1)
        #expect(try await sweep(partition, "100", "2", "", "", "two") == 0)
        #expect(try await partition.redis("EXISTS", "~:sweeper").integer == 0)
    }

    @Test(
        "bad arguments are named, and nothing is removed",
        arguments: [
            (["x", "1"], "VALIDATION instant: "), (["1", "0"], "VALIDATION limit: "),
            (["1", "1001"], "VALIDATION limit"),
            (["", "1", "-1"], "VALIDATION keep: "),
            (["", "1", "", String(repeating: "t", count: 1_025)], "VALIDATION table"),
            (["", "1", "", "", "", "more"], "VALIDATION arguments: "), ([], "VALIDATION instant: "),
        ]
    )
    func refusals(arguments: [String], error: String) async throws {
        let partition = try Partition()
        try await close(partition, "m:a")
        let contents = try await partition.contents()
        #expect(try await partition.refusal("sweep", arguments)?.hasPrefix(error) == true)
        #expect(try await partition.contents() == contents)
    }
}
