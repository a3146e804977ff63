import RedisClient
import Testing

@Suite("waitable_sweep", .redisServer, .timeLimit(.minutes(1)))
struct RetentionFunctionTests {
    /// The fields of an item that is done, last updated at an instant of 1970 in ms, below 10,000.
    private func fields(_ id: String, status: String = "COMPLETED", updated: Int = 1) -> [String] {
        let instant = "1970-01-01T00:00:0\(updated / 1_000).\(String(updated % 1_000 + 1_000).dropFirst())Z"
        return ["Id", id, "ProcessStatus", status, "LastUpdated", instant]
    }

    /// Closed executions with history and an item each that they left done, started at 1 and closed at 1, 2, 3, …
    private func close(_ partition: Partition, _ names: String...) async throws {
        for (index, name) in names.enumerated() {
            let id = name.split(separator: ":").last.map(String.init) ?? name
            let entry = Entry(name, next: "", history: "h", effects: [Entry.put("T:" + id, fields(id))])
            try await partition.call("accept", Entry.arguments([entry]))
            try await partition.redis("ZADD", "~:closed", "\(index + 1)", name)
        }
    }

    /// How many left; -1 where another one sweeps.
    private func sweep(_ partition: Partition, _ arguments: String...) async throws -> Int64? {
        let reply = try await partition.call("sweep", arguments)
        return reply.array?.first?.integer ?? reply.integer
    }

    /// How many left, how many stayed, and how many are to be looked at yet.
    private func numbers(_ partition: Partition, _ arguments: String...) async throws -> [Int64] {
        try #require(try await partition.call("sweep", arguments).array).compactMap(\.integer)
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
        #expect(try await partition.item("T:a")["Id"] == "a")
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
        #expect(try await partition.item("T:open")["Id"] == "open")
        #expect(try await partition.item("T:closed")["Id"] == "closed")
        #expect(try await partition.item("T:bare")["Id"] == "bare")
        #expect(try await partition.redis("GET", "~:item:T:other").string == "the user's")
        #expect(try await partition.item("T2:alone") == ["P": "of another table"])
        #expect(try await partition.closed() == ["n:closed"])
    }

    @Test("an item that somebody else wrote stays when the execution of its name leaves")
    func writtenByOthers() async throws {
        let partition = try Partition()
        try await partition.call("deploy", "m", "default", "h", "{}", #"{"hash":"h"}"#)
        let strangers: [String: [String]] = [
            "own-hash": ["colour", "red"],
            "other-id": fields("another"),
            "no-status": ["Id", "no-status", "LastUpdated", "1970-01-01T00:00:00.001Z"],
            // Put in by redis-cli over what was there.
            "waits-anew": fields("waits-anew", status: "STARTED"),
            "done-anew": fields("done-anew", updated: 5_000),
            "done-before": fields("done-before", updated: 0),
            "no-instant": ["Id", "no-instant", "ProcessStatus", "COMPLETED", "LastUpdated", "yesterday"],
        ]
        let names = strangers.keys.sorted()
        for name in names + ["cancelled", "done"] { try await close(partition, "m:" + name) }
        for (name, fields) in strangers {
            try await partition.redis("DEL", "~:item:T:" + name)
            var command = RedisCommand("HSET", partition.prefix + ":item:T:" + name)
            for field in fields { command.append(field) }
            _ = try await partition.client.send(command)
        }
        try await partition.redis("HSET", "~:item:T:cancelled", "ProcessStatus", "CANCELLED")
        #expect(try await sweep(partition, "100", "20", "", "T") == Int64(names.count) + 2)
        for name in names { #expect(try await !partition.item("T:" + name).isEmpty, "\(name)") }
        #expect(try await partition.item("T:cancelled").isEmpty)
        #expect(try await partition.item("T:done").isEmpty)
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

    @Test("an execution stays until the task that waits for its end has read it", arguments: [true, false])
    func unread(isStopped: Bool) async throws {
        let partition = try Partition()
        try await partition.call("deploy", "child", "put", "hash", "{}", #"{"hash":"hash"}"#)
        try await partition.accept("m:a")
        let token = try await partition.claim().token
        let starts = ["one", "two"].enumerated().map { ["start", "child", $1, "{}", "\($0 + 7)", "*", ""] }
        let parent = Entry("m:a", next: "9000000000000", token: token, effects: starts)
        #expect(try await partition.call("commit", [token] + Entry.arguments([parent])) == .array([.integer(1)]))
        if isStopped {
            for name in ["one", "two"] { try await partition.call("stop", "child:\(name)") }
        } else {
            let lease = try await partition.claim().token
            let ends = ["one", "two"].enumerated().map { index, name in
                Entry("child:\(name)", next: "", token: lease, effects: [["report", "m:a", "\(index + 7)", "*"]])
            }
            try await partition.call("commit", [lease] + Entry.arguments(ends))
        }
        try await close(partition, "m:x")
        try await partition.redis("ZADD", "~:closed", "1", "child:one", "2", "child:two", "3", "m:x")
        let now = String(try await partition.now() + 1)
        // What lies behind them leaves all the same.
        #expect(try await numbers(partition, "", "2", "0") == [0, 2, 1])
        #expect(try await numbers(partition, now, "10") == [1, 2, 0])
        #expect(try await numbers(partition, now, "10", "", "", "", "2") == [0, 0, 0])
        #expect(try await numbers(partition, "", "10", "0") == [0, 2, 0])
        #expect(try await partition.document("child:one") != nil)
        // The parent reads one of them, and then closes.
        let reader = try await partition.claim()
        #expect(reader.names == ["m:a"])
        let reads = Entry("m:a", next: "1", token: reader.token, effects: [["forget", "1", "7", ""]])
        try await partition.call("commit", [reader.token] + Entry.arguments([reads]))
        #expect(try await numbers(partition, now, "10") == [1, 1, 0])
        #expect(try await partition.document("child:one") == nil)
        let last = try await partition.claim().token
        let closes = Entry("m:a", next: "", token: last, effects: [["forget", "0"]])
        try await partition.call("commit", [last] + Entry.arguments([closes]))
        #expect(try await sweep(partition, "", "10", "0") == 2)
        #expect(try await partition.closed().isEmpty)
        #expect(try await partition.redis("EXISTS", "~:unread") == .integer(0))
    }

    @Test("with items, a call looks at so many machines only, and says that there is more")
    func manyMachines() async throws {
        let partition = try Partition()
        var machines = RedisCommand("HSET", partition.prefix + ":machines")
        for number in 0..<30_000 {
            machines.append("m\(number)")
            machines.append("{}")
        }
        _ = try await partition.client.send(machines)
        try await close(partition, "m0:a", "m0:b", "m0:c", "m0:d", "m0:e")
        try await partition.accept("m29999:b", due: 9_000_000_000_000)
        #expect(try await numbers(partition, "100", "1000", "", "T") == [3, 0, 2])
        #expect(try await numbers(partition, "100", "1000", "", "T") == [2, 0, 0])
        #expect(try await partition.item("T:a").isEmpty)
        #expect(try await partition.item("T:b")["Id"] == "b")
        // Without items nothing is looked up.
        try await close(partition, "m0:a", "m0:c", "m0:d", "m0:e", "m0:f")
        #expect(try await numbers(partition, "100", "1000") == [5, 0, 0])
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

    @Test("a sweeper that is gone keeps nobody off, also where the clock was set back", arguments: [-10_001, 60_000])
    func goneSweeper(ago: Int64) async throws {
        let partition = try Partition()
        try await close(partition, "m:a", "m:b", "m:c")
        try await partition.redis("SET", "~:sweeper", "\(try await partition.now() + ago) one", "PX", "3600000")
        #expect(try await sweep(partition, "100", "2", "", "", "two") == 2)
    }

    @Test(
        "bad arguments are named, and nothing is removed",
        arguments: [
            (["x", "1"], "VALIDATION instant: "), (["1", "0"], "VALIDATION limit: "),
            (["1", "1001"], "VALIDATION limit"),
            (["", "1", "-1"], "VALIDATION keep: "),
            (["", "1", "", String(repeating: "t", count: 1_025)], "VALIDATION table"),
            (["", "1", "", "", "", "more"], "VALIDATION skip: "),
            (["", "1", "", "", "", "0", "more"], "VALIDATION arguments: "), ([], "VALIDATION instant: "),
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
