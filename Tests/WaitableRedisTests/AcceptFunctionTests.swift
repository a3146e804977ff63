import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableRedis

@Suite("waitable_accept", .redisServer, .timeLimit(.minutes(1)))
struct AcceptFunctionTests {
    @Test("documents, items, history and due instants are written in one call")
    func accept() async throws {
        let partition = try Partition()
        let entries = [
            Entry("m:a", next: "2000", history: "h", effects: [Entry.put("T:a", "Id", "a", "P", "STARTED")]),
            Entry("m:b", next: "1000"),
            Entry("m:c", next: "", effects: [Entry.put("T:c", "Id", "c")]),
        ]
        let reply = try await partition.call("accept", Entry.arguments(entries))
        #expect(reply == .array([.integer(1), .integer(1), .integer(1)]))
        #expect(try await partition.due() == ["m:b", "1000", "m:a", "2000"])
        #expect(try await partition.closed() == ["m:c"])
        #expect(try await partition.item("T:a") == ["Id": "a", "P": "STARTED"])
        #expect(try await partition.history("m:a") == ["h"])
        #expect(try await partition.document("m:b") == entries[1].document)
    }

    @Test("what exists is answered with where it stands and left alone, also within one call")
    func existing() async throws {
        let partition = try Partition()
        let first = Entry("m:a", next: "1000", effects: [Entry.put("T:a", "P", "1")])
        let second = Entry(
            "m:a",
            next: "2000",
            document: #"{"s":"R","input":2}"#,
            effects: [Entry.put("T:a", "P", "2")]
        )
        let once = try await partition.call("accept", Entry.arguments([first, second]))
        // Their documents have the last brace in common.
        let running = RedisValue.array([.bulk(Array("R".utf8)), .integer(1), .integer(1)])
        #expect(once.array == [.integer(1), running])
        let again = try await partition.call("accept", Entry.arguments([second]))
        #expect(again.array == [running])
        #expect(try await partition.due() == ["m:a", "1000"])
        #expect(try await partition.item("T:a") == ["P": "1"])
    }

    @Test("a put replaces the item whole")
    func replaces() async throws {
        let partition = try Partition()
        try await partition.redis("HSET", "~:item:T:a", "old", "x")
        try await partition.call(
            "accept",
            Entry.arguments([Entry("m:a", next: "1", effects: [Entry.put("T:a", "new", "y")])])
        )
        #expect(try await partition.item("T:a") == ["new": "y"])
    }

    @Test("two puts of one item in one call leave the second, whole")
    func puttingTwice() async throws {
        let partition = try Partition()
        let entries = [
            Entry("m:a", next: "1", effects: [Entry.put("T:x", "a", "1")]),
            Entry("m:b", next: "1", effects: [Entry.put("T:x", "b", "2")]),
            Entry("m:c", next: "1", effects: [Entry.update("T:y", set: ["a", "1"])]),
            Entry("m:d", next: "1", effects: [Entry.put("T:y", "b", "2")]),
        ]
        try await partition.call("accept", Entry.arguments(entries))
        #expect(try await partition.item("T:x") == ["b": "2"])
        #expect(try await partition.item("T:y") == ["b": "2"])
    }

    @Test("a key of another type refuses its entry whole, and no other")
    func wrongType() async throws {
        let partition = try Partition()
        try await partition.redis("SET", "~:item:T:bad", "kept")
        try await partition.redis("SET", "~:history:m:h", "kept")
        let good = Entry.put("T:good", "P", "1")
        let entries = [
            Entry("m:a", next: "1", history: "h", effects: [Entry.put("T:bad", "P", "1")]),
            Entry("m:b", next: "1", history: "h", effects: [Entry.update("T:bad", set: ["P", "1"])]),
            Entry("m:c", next: "1", history: "h", effects: [Entry.update("T:bad", set: [], remove: ["P"])]),
            Entry("m:d", next: "1", history: "h", effects: [["delete", "T:bad"]]),
            Entry("m:e", next: "1", history: "h", effects: [good, Entry.update("T:bad", set: ["P", "1"])]),
            Entry("m:h", next: "1", history: "h", effects: [good]),
            Entry("m:z", next: "1", history: "h", effects: [Entry.put("T:z", "P", "1")]),
        ]
        let reply = try #require(try await partition.call("accept", Entry.arguments(entries)).array)
        for (entry, result) in zip(entries, reply).dropLast() {
            guard case .error(let error) = result else {
                Issue.record("\(entry.name) accepted")
                continue
            }
            #expect(error.prefix == "WRONGTYPE")
            #expect(try await partition.document(entry.name) == nil)
        }
        #expect(reply.last == .integer(1))
        #expect(try await partition.due() == ["m:z", "1"])
        #expect(try await partition.item("T:good").isEmpty)
        #expect(try await partition.redis("GET", "~:item:T:bad").string == "kept")
        for name in ["m:a", "m:b", "m:c", "m:d", "m:e"] { #expect(try await partition.history(name).isEmpty) }
    }

    @Test(
        "keys of the partition that have another type refuse the call before anything is written",
        arguments: ["due", "closed", "executions"]
    )
    func wrongPartition(key: String) async throws {
        let partition = try Partition()
        try await partition.redis("SET", "~:" + key, "x")
        let contents = try await partition.contents()
        let refusal = try await partition.refusal("accept", Entry.arguments([Entry("m:a", next: "1", history: "h")]))
        #expect(refusal?.hasPrefix("WRONGTYPE") == true)
        #expect(try await partition.contents() == contents)
    }

    private static let good = Entry("m:a", next: "1", history: "h", effects: [Entry.put("T:a", "P", "1")])

    private static let badArguments: [([String], String)] = [
        ([], "VALIDATION entries: must be an integer from 1 to 1000: ''"),
        (["0"], "VALIDATION entries: must be an integer from 1 to 1000: '0'"),
        (["1001"], "VALIDATION entries: must be an integer from 1 to 1000: '1001'"),
        (["1"], "VALIDATION entry: must be complete: ''"),
        (["1", "m:a", "1", "x", "", "0"], "VALIDATION document: must begin with a status: 'x'"),
        (
            ["1", "m:a", "1", #"{"s":"Q"}"#, "", "0"],
            #"VALIDATION document: must begin with a status: '{"s":"Q"}'"#
        ),
        (["1", "m:a", "", #"{"s":"R"}"#, "", "0"], "VALIDATION next: must not close a running execution: 'm:a'"),
        (["1", "m:a", "1", #"{"s":"S"}"#, "", "0"], "VALIDATION next: must close an execution that has ended: 'm:a'"),
        (
            ["1", "m:a", "=", #"{"s":"R"}"#, "", "0"],
            "VALIDATION next: must be an integer from -999999999999999 to 999999999999999: '='"
        ),
        (
            ["1", "m:a", "1.5", #"{"s":"R"}"#, "", "0"],
            "VALIDATION next: must be an integer from -999999999999999 to 999999999999999: '1.5'"
        ),
        (["1", "m:a", "1", #"{"s":"R"}"#], "VALIDATION entry: must be complete: 'm:a'"),
        (["1", "m:a", "1", #"{"s":"R"}"#, ""], "VALIDATION effects: must be an integer from 0 to 999999999: ''"),
        (
            ["1", "m:a", "1", #"{"s":"R"}"#, "", "1"],
            "VALIDATION effect: must be one that entries have: ''"
        ),
        (
            ["1", "m:a", "1", #"{"s":"R"}"#, "", "1", "Z", "T:a"],
            "VALIDATION effect: must be one that entries have: 'Z'"
        ),
        (["1", "m:a", "1", #"{"s":"R"}"#, "", "1", "delete"], "VALIDATION arguments: must be 12: '11'"),
        (
            ["1", "m:a", "1", #"{"s":"R"}"#, "", "1", "P[]", "T:a"],
            "VALIDATION effect: must change a field: 'P[]'"
        ),
        (
            ["1", "m:a", "1", #"{"s":"R"}"#, "", "1", #"P["f",1]"#, "T:a", "v", "w"],
            #"VALIDATION effect: must have lists of fields: 'P["f",1]'"#
        ),
        (
            ["1", "m:a", "1", #"{"s":"R"}"#, "", "1", #"U["f"]"#, "T:a", "v"],
            #"VALIDATION effect: must have lists of fields: 'U["f"]'"#
        ),
        (
            ["1", "m:a", "1", #"{"s":"R"}"#, "", "1", #"P["f""#, "T:a", "v"],
            #"VALIDATION effect: must have lists of fields: 'P["f"'"#
        ),
        (
            ["1", "m:a", "1", #"{"s":"R"}"#, "", "1", #"P["f","g"]"#, "T:a", "v"],
            #"VALIDATION effect: must be complete: 'P["f","g"]'"#
        ),
        (
            ["1", "m:a", "1", #"{"s":"R"}"#, "", "1", #"P["f"]"#, "", "v"],
            "VALIDATION item: must have 1 to 2304 bytes: ''"
        ),
        (
            ["1", "m:a", "1", #"{"s":"R"}"#, "", "1", "U[[],[]]", "T:a"],
            "VALIDATION effect: must change a field: 'U[[],[]]'"
        ),
        (
            ["1", "m:a", "1", #"{"s":"R"}"#, "", "1", "evaluate", "T:a", "{}"],
            "VALIDATION program: must be an item program: '{}'"
        ),
        (["1", "m:a", "1", #"{"s":"R"}"#, "", "0", "more"], "VALIDATION arguments: must be 10: '11'"),
    ]

    private static let row = ["m:a", "R", "T:a", "1", "v"]

    /// What leaves open where the next entry begins refuses the call; what is wrong with one entry refuses that one.
    private static let wholeCall = ["entries", "entry", "effects", "effect", "arguments", "rows"]

    @Test("a call that cannot be read is refused whole; a bad entry is refused alone", arguments: badArguments)
    func malformed(arguments: [String], message: String) async throws {
        let partition = try Partition()
        let field = try #require(message.dropFirst("VALIDATION ".count).split(separator: ":").first)
        let isWhole = Self.wholeCall.contains(String(field))
        guard !isWhole else {
            #expect(try await partition.refusal("accept", arguments) == message)
            guard arguments.count > 1, arguments[0] == "1" else { return }
            let words = ["2"] + Self.good.words + arguments.dropFirst()
            #expect(try await partition.refusal("accept", words) != nil)
            #expect(try await partition.contents().isEmpty)
            return
        }
        let alone = try #require(try await partition.call("accept", arguments).array)
        #expect(alone.map(\.refusal) == [message])
        #expect(try await partition.contents().isEmpty)
        let words = ["3"] + Self.good.words + arguments.dropFirst() + Entry("m:z", next: "2").words
        let among = try #require(try await partition.call("accept", words).array)
        #expect(among.map(\.refusal) == [nil, message, nil])
        #expect(try await partition.due() == ["m:a", "1", "m:z", "2"])
        #expect(try await partition.item("T:a") == ["P": "1"])
    }

    @Test(
        "rows: new ones, known ones, one given twice, one whose key holds something else",
        arguments: [Entry.rows, Entry.ownRows]
    )
    func rows(words: @Sendable ([Entry]) -> [String]) async throws {
        let partition = try Partition()
        func entry(_ name: String, _ value: String, due: String = "2000") -> Entry {
            Entry("m:\(name)", next: due, history: "-", effects: [Entry.put("T:\(name)", "Id", name, "P", value)])
        }
        func accept(_ entries: [Entry]) async throws -> [RedisValue]? {
            try await partition.call("accept", words(entries)).results
        }
        #expect(try await accept([entry("a", "1"), entry("b", "1")]) == [.integer(1), .integer(1)])
        #expect(try await partition.due() == ["m:a", "2000", "m:b", "2000"])
        #expect(try await partition.item("T:a") == ["Id": "a", "P": "1"])
        // The first counts, also within a call, and an item of before is replaced.
        try await partition.redis("HSET", "~:item:T:d", "Old", "x")
        // The same document, but for its status.
        let same = RedisValue.integer(Int64(entry("c", "1").document.utf8.count - 8))
        let existing = RedisValue.array([.bulk(Array("R".utf8)), .integer(1), same])
        let entries = [entry("c", "1", due: "1"), entry("c", "2", due: "3"), entry("a", "2"), entry("d", "1")]
        #expect(try await accept(entries) == [.integer(1), existing, existing, .integer(1)])
        #expect(try await partition.item("T:c") == ["Id": "c", "P": "1"])
        #expect(try await partition.item("T:a") == ["Id": "a", "P": "1"])
        #expect(try await partition.item("T:d") == ["Id": "d", "P": "1"])
        #expect(try await partition.due() == ["m:c", "1", "m:a", "2000", "m:b", "2000", "m:d", "2000"])
        let twice = [entry("e", "1", due: "4"), entry("e", "2", due: "5")]
        #expect(try await accept(twice) == [.integer(1), existing])
        #expect(try await partition.item("T:e") == ["Id": "e", "P": "1"])
        #expect(try await partition.redis("ZSCORE", "~:due", "m:e").string == "4")
        // What is refused leaves no document.
        try await partition.redis("SET", "~:item:T:h", "kept")
        let replies = try #require(try await accept([entry("i", "1"), entry("h", "1")]))
        guard case .error(let error) = replies[1], replies[0] == .integer(1) else {
            Issue.record("\(replies)")
            return
        }
        #expect(error.prefix == "WRONGTYPE")
        #expect(try await partition.document("m:h") == nil)
        #expect(try await partition.document("m:i") != nil)
        #expect(try await partition.redis("ZSCORE", "~:due", "m:h") == .null)
    }

    @Test("of two executions that put one item, the later one's is what is there")
    func sameItem() async throws {
        let partition = try Partition()
        let entries = ["f", "g"].map { name in
            Entry("m:\(name)", next: "1", history: "-", effects: [Entry.put("T:f", "Id", "f", "P", name)])
        }
        #expect(try await partition.call("accept", Entry.rows(entries)).results == [.integer(1), .integer(1)])
        #expect(try await partition.item("T:f") == ["Id": "f", "P": "g"])
        #expect(try await partition.due() == ["m:f", "1", "m:g", "1"])
    }

    @Test("rows of several kinds and entries go in one call; replies are in their order")
    func mixed() async throws {
        let partition = try Partition()
        let rows = ["a", "b"].map { name in
            Entry(
                "m:\(name)",
                next: "7",
                history: "-",
                effects: [Entry.put("T:\(name)", "Id", name, "P", "1", "Q", "2")]
            )
        }
        let updates = [Entry("m:c", next: "8", history: "-", effects: [Entry.update("T:c", set: ["Id", "c"])])]
        let closing = Entry("m:d", next: "", history: "h")
        let words =
            ["5"] + Entry.rows(rows).dropFirst() + closing.words + Entry.rows(updates).dropFirst()
            + Entry("m:a", next: "9").words
        let same = RedisValue.integer(Int64(rows[0].document.utf8.count - 8))
        let existing = RedisValue.array([.bulk(Array("R".utf8)), .integer(1), same])
        #expect(
            try await partition.call("accept", words).array
                == [.integer(1), .integer(1), .integer(1), .integer(1), existing]
        )
        #expect(try await partition.due() == ["m:a", "7", "m:b", "7", "m:c", "8"])
        #expect(try await partition.item("T:b") == ["Id": "b", "P": "1", "Q": "2"])
        #expect(try await partition.item("T:c") == ["Id": "c"])
        #expect(try await partition.closed() == ["m:d"])
    }

    @Test(
        "rows that cannot be read refuse the call; a bad row is refused alone",
        arguments: [
            (["1", "", "1", "open", #"P["f"]"#, "", "", "m:a"], "VALIDATION rows: must be close or wait: 'open'"),
            (["1", "", "0", "wait", #"P["f"]"#, "", ""], "VALIDATION rows: must be an integer from 1 to 1000: '0'"),
            (["1", "", "1", "wait", "D", "", "", "m:a"], "VALIDATION effect: must have lists of fields: 'D'"),
            (
                ["1", "", "1", "wait", #"P["f"]"#, "", "", "m:a", "R", "T:a", "1"],
                #"VALIDATION rows: must be complete: 'P["f"]'"#
            ),
            (["1", "", "2", "wait", #"P["f"]"#, "", ""] + row + row, "VALIDATION entries: must be 1: '2'"),
            (["2", "", "1", "wait", #"P["f"]"#, "", ""] + row, "VALIDATION entry: must be complete: ''"),
            (["1", "", "1", "wait", #"P["f"]"#, "", ""] + row + ["x"], "VALIDATION arguments: must be 16: '17'"),
            (
                ["1", "", "1", "wait", #"P["f"]"#, "", "", "", "R", "T:a", "1", "v"],
                "VALIDATION execution: must have 1 to 1024 bytes: ''"
            ),
            (
                ["1", "", "1", "wait", #"P["f"]"#, "", "", "m:a", "R", "", "1", "v"],
                "VALIDATION item: must have 1 to 2304 bytes: ''"
            ),
            (
                ["1", "", "1", "wait", #"P["f"]"#, "", "", "m:a", "x", "T:a", "1", "v"],
                "VALIDATION document: must begin with a status: 'x'"
            ),
            (
                ["1", "", "1", "wait", #"P["f"]"#, "", "", "m:a", "R", "T:a", "=", "v"],
                "VALIDATION next: must be an integer from -999999999999999 to 999999999999999: '='"
            ),
            (
                ["1", "", "1", "wait", #"P["f"]"#, "", "", "m:a", "R", "T:a", "", "v"],
                "VALIDATION next: must not close a running execution: 'm:a'"
            ),
            (
                ["1", "", "1", "wait", #"P["f"]"#, "", "", "m:a", "S", "T:a", "1", "v"],
                "VALIDATION next: must close an execution that has ended: 'm:a'"
            ),
            (
                ["1", "", "1", "close", #"P["f"]"#, "", "", "m:a", "R", "T:a", "v"],
                "VALIDATION next: must not close a running execution: 'm:a'"
            ),
        ]
    )
    func malformedRows(words: [String], message: String) async throws {
        let partition = try Partition()
        let field = try #require(message.dropFirst("VALIDATION ".count).split(separator: ":").first)
        if Self.wholeCall.contains(String(field)) {
            #expect(try await partition.refusal("accept", words) == message)
        } else {
            let replies = try #require(try await partition.call("accept", words).array)
            #expect(replies.map(\.refusal) == [message])
        }
        #expect(try await partition.contents().isEmpty)
    }

    @Test("the item key that is too long, or too long for Redis's bulk limit, is that row's fault alone")
    func innocentRows() async throws {
        let partition = try Partition()
        let keys = ["a", String(repeating: "k", count: 2_304), "b", String(repeating: "k", count: 2_305), ""]
        let words = keys.enumerated().flatMap { ["m:\($0)", "R", $1, "1", "v"] }
        let call = ["5", "", "5", "wait", #"P["f"]"#, "", ""] + words
        let replies = try #require(try await partition.call("accept", call).array)
        #expect(replies.prefix(3).allSatisfy { $0 == .integer(1) })
        #expect(replies[3].refusal?.hasPrefix("VALIDATION item: must have 1 to 2304 bytes: 'kkk") == true)
        #expect(replies[4].refusal == "VALIDATION item: must have 1 to 2304 bytes: ''")
        #expect(try await partition.due() == ["m:0", "1", "m:1", "1", "m:2", "1"])
    }

    @Test("what a start took for passed is compared with Redis's clock, and so is the caller's clock")
    func clock() async throws {
        let partition = try Partition()
        let entry = Entry.arguments([Entry("m:a", next: "1")])
        let now = try await partition.now()
        for (passed, earliest, latest) in [
            ("\(now + 60_000)", "", ""), ("", "\(now + 60_000)", ""), ("", "", "\(now - 60_000)"),
        ] {
            let reply = try #require(try await partition.send("accept", ["", passed, earliest, latest] + entry).array)
            #expect(reply.count == 1 && (reply[0].integer ?? 0) >= now)
            #expect(try await partition.contents().isEmpty)
        }
        let reply = try await partition.send("accept", ["", "\(now)", "\(now - 9)", "\(now + 60_000)"] + entry).array
        #expect(reply?.count == 2 && reply?.last == .integer(1))
        for words in [["x", "", ""], ["", "1.5", ""], ["", "", "-"]] {
            await #expect(throws: RedisError.self) { try await partition.send("accept", [""] + words + entry) }
        }
    }

    @Test("starts of a revision that is gone are refused, and those that went with them are not")
    func revisionGone() async throws {
        let partition = try Partition()
        let store = partition.store
        try await partition.call("deploy", "m", "put", "here", "{}", #"{"hash":"here"}"#)
        func start(_ name: String, _ revision: String) -> Transition {
            Transition(
                key: ExecutionKey(machine: "m", name: name),
                revision: revision,
                next: .due(Instant(milliseconds: 1)),
                document: Array(#"{"s":"R"}"#.utf8),
                listing: .unchanged,
                effects: []
            )
        }
        let mixed = try await store.start([start("a", "here"), start("b", "gone"), start("c", "here")])
        #expect(mixed == [.started, .revisionMissing, .started])
        #expect(try await store.start([start("d", "gone")]) == [.revisionMissing])
        #expect(try await partition.due() == ["m:a", "1", "m:c", "1"])
        #expect(try await partition.document("m:b") == nil)

        let contents = try await partition.contents()
        let words = ["FCALL", "waitable_accept", "1", partition.prefix, "here,gone,here", "", "", ""]
        var command = RedisCommand(name: words[0])
        for word in words.dropFirst() + Entry.arguments([Entry("m:e", next: "1")]) { command.append(word) }
        do {
            _ = try await partition.client.send(command)
            Issue.record("not refused")
        } catch {
            #expect(error.server?.description == "REVISION revisions: must be deployed: 'here,gone,here'")
        }
        #expect(try await partition.contents() == contents)
    }

    @Test("1,000 entries are a batch, 1,001 are not")
    func batch() async throws {
        let partition = try Partition()
        let entries = (0...1_000).map {
            Entry("m:\($0)", next: "\($0)", history: "h", effects: [Entry.put("T:\($0)", "Id", "\($0)")])
        }
        #expect(try await partition.refusal("accept", Entry.arguments(entries)) != nil)
        let reply = try await partition.call("accept", Entry.arguments(entries.dropLast()))
        #expect(reply.array == Array(repeating: .integer(1), count: 1_000))
        #expect(try await partition.redis("ZCARD", "~:due").integer == 1_000)
    }

    @Test("an item may have more fields than one command takes")
    func manyFields() async throws {
        let partition = try Partition()
        let fields = (0..<10_000).flatMap { ["f\($0)", "v\($0)"] }
        let put = Entry.put("T:a", fields)
        let update = Entry.update("T:a", set: fields, remove: (0..<9_999).map { "f\($0)" })
        try await partition.call("accept", Entry.arguments([Entry("m:a", next: "1", effects: [put])]))
        #expect(try await partition.redis("HLEN", "~:item:T:a").integer == 10_000)
        try await partition.call("accept", Entry.arguments([Entry("m:b", next: "1", effects: [update])]))
        #expect(try await partition.item("T:a") == ["f9999": "v9999"])
    }

    @Test("only a sooner head wakes the workers")
    func wake() async throws {
        let partition = try Partition()
        let messages = try await partition.messages {
            try await partition.accept("m:a", due: 3_500_000_000_000)
            try await partition.accept("m:b", due: 3_600_000_000_000)
            try await partition.accept("m:c", due: 3_500_000_000_000)
            try await partition.accept("m:d", due: 3_400_000_000_000)
        }
        #expect(messages == ["3500000000000", "3400000000000"])
    }
}
