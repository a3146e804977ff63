import RedisClient
import Testing

@Suite("waitable_commit", .redisServer, .timeLimit(.minutes(1)))
struct CommitFunctionTests {
    private func commit(_ partition: Partition, _ token: String, _ entries: Entry...) async throws -> [RedisValue] {
        try #require(try await partition.call("commit", [token] + Entry.arguments(entries)).array)
    }

    @Test("status, item, history and due instant change together")
    func commit() async throws {
        let partition = try Partition()
        try await partition.accept("m:a", "m:b", "m:c")
        try await partition.redis("HSET", "~:item:T:a", "Id", "a", "Old", "x", "P", "STARTED")
        let token = try await partition.claim().token
        let entries = [
            Entry(
                "m:a",
                next: "",
                token: token,
                history: "h",
                effects: [Entry.update("T:a", set: ["Id", "a", "P", "COMPLETED"], remove: ["Old"])]
            ),
            Entry("m:b", next: "7000", token: token), Entry("m:c", next: "=", token: token),
        ]
        let reply = try await partition.call("commit", [token] + Entry.arguments(entries))
        #expect(reply == .array([.integer(1), .integer(1), .integer(1)]))
        #expect(try await partition.item("T:a") == ["Id": "a", "P": "COMPLETED"])
        #expect(try await partition.history("m:a") == ["h"])
        #expect(try await partition.closed() == ["m:a"])
        #expect(try await partition.due() == ["m:b", "7000", "m:c", token])
        for entry in entries { #expect(try await partition.document(entry.name) == entry.document) }
    }

    @Test(
        "rows: all that a lease holds, some of it, one that is refused, one whose key holds something else",
        arguments: [Entry.rows, Entry.ownRows]
    )
    func rows(words: @Sendable ([Entry]) -> [String]) async throws {
        let partition = try Partition()
        func commit(_ token: String, _ names: String...) async throws -> [RedisValue]? {
            let entries = names.map { name in
                Entry(
                    "m:\(name)",
                    next: "",
                    token: token,
                    history: "-",
                    effects: [Entry.update("T:\(name)", set: ["Id", name, "P", "COMPLETED"])]
                )
            }
            return try await partition.call("commit", [token] + words(entries)).results
        }
        try await partition.accept("m:a", "m:b", "m:c", "m:d", "m:e")
        try await partition.redis("HSET", "~:item:T:a", "Kept", "x", "P", "STARTED")
        try await partition.redis("SET", "~:item:T:d", "kept")
        let token = try await partition.claim().token
        #expect(try await commit(token, "a", "b") == [.integer(1), .integer(1)])
        #expect(try await partition.item("T:a") == ["Kept": "x", "Id": "a", "P": "COMPLETED"])
        #expect(try await partition.closed() == ["m:a", "m:b"])
        #expect(try await partition.due() == ["m:c", token, "m:d", token, "m:e", token])
        try await partition.redis("ZADD", "~:due", "9", "m:e")
        let replies = try #require(try await commit(token, "c", "d", "e"))
        #expect(replies[0] == .integer(1) && replies[2] == .integer(0))
        guard case .error(let error) = replies[1] else {
            Issue.record("\(replies)")
            return
        }
        #expect(error.prefix == "WRONGTYPE")
        #expect(try await partition.due() == ["m:e", "9", "m:d", token])
        #expect(try await partition.closed() == ["m:a", "m:b", "m:c"])
        #expect(try await partition.item("T:e").isEmpty)
    }

    @Test("without the lease nothing happens: another token, a lease passed on, an unknown execution")
    func refused() async throws {
        let partition = try Partition()
        try await partition.accept("m:a", "m:b")
        let old = try await partition.claim(limit: 1, lease: 1)
        try await partition.pass(old.microseconds / 1_000 + 2)
        // The one that is due, and the one whose lease ran out, in turn.
        var new = try await partition.claim()
        if new.names != ["m:a"] { new = try await partition.claim() }
        #expect(new.names == ["m:a"])
        _ = try await partition.claim()
        let contents = try await partition.contents()
        let effect = [Entry.put("T:a", "P", "1")]
        let reply = try await commit(
            partition,
            old.token,
            Entry("m:a", next: "", token: old.token, history: "h", effects: effect),
            Entry("m:b", next: "=", token: old.token, history: "h", effects: effect),
            Entry("m:unknown", next: "5", token: old.token, history: "h", effects: effect)
        )
        #expect(reply == [.integer(0), .integer(0), .integer(0)])
        #expect(try await partition.contents() == contents)
        #expect(try await partition.redis("HGET", "~:counters", "refused").string == "3")
        #expect(try await commit(partition, new.token, Entry("m:a", next: "", token: new.token)) == [.integer(1)])
    }

    @Test("a lease that has run out but was not taken is still good")
    func late() async throws {
        let partition = try Partition()
        try await partition.accept("m:a")
        let claim = try await partition.claim(lease: 1)
        try await partition.pass(claim.microseconds / 1_000 + 5)
        #expect(try await commit(partition, claim.token, Entry("m:a", next: "", token: claim.token)) == [.integer(1)])
    }

    @Test("a commit repeated because its answer was lost is told so, and applied once", arguments: ["", "7000", "="])
    func ambiguous(next: String) async throws {
        let partition = try Partition()
        try await partition.accept("m:a")
        let token = try await partition.claim().token
        let entry = Entry("m:a", next: next, token: token, history: "h", effects: [Entry.put("T:a", "P", "1")])
        #expect(try await commit(partition, token, entry) == [.integer(1)])
        try await partition.redis("DEL", "~:item:T:a")
        let contents = try await partition.contents()
        #expect(try await commit(partition, token, entry) == [.integer(2)])
        #expect(try await partition.contents() == contents)
    }

    @Test("it is told so too when the execution was stopped in between")
    func ambiguousStopped() async throws {
        let partition = try Partition()
        try await partition.accept("m:a")
        let token = try await partition.claim().token
        let entry = Entry("m:a", next: "7000", token: token)
        _ = try await commit(partition, token, entry)
        try await partition.call("stop", "m:a", #"{"error":"}","cause":"\"{"}"#)
        #expect(try await commit(partition, token, entry) == [.integer(2)])
    }

    @Test("several commits under one kept lease are all applied")
    func keptLease() async throws {
        let partition = try Partition()
        try await partition.accept("m:a")
        let token = try await partition.claim().token
        for step in 1...3 {
            let document = #"{"s":"R","k":"\#(token)","f":\#(step),"input":{}}"#
            let entry = Entry("m:a", next: "=", document: document, history: "\(step)")
            #expect(try await commit(partition, token, entry) == [.integer(1)])
            #expect(try await commit(partition, token, entry) == [.integer(2)])
        }
        #expect(try await commit(partition, token, Entry("m:a", next: "", token: token, history: "4")) == [.integer(1)])
        #expect(try await partition.history("m:a") == ["1", "2", "3", "4"])
    }

    @Test("a lease that was kept and then lost is lost: what it wrote before does not count as this commit")
    func keptThenLost() async throws {
        let partition = try Partition()
        try await partition.accept("m:a")
        let old = try await partition.claim(lease: 1)
        let kept = Entry("m:a", next: "=", document: #"{"s":"R","k":"\#(old.token)","f":1,"input":{}}"#)
        #expect(try await commit(partition, old.token, kept) == [.integer(1)])
        try await partition.pass(old.microseconds / 1_000 + 2)
        #expect(try await partition.claim().names == ["m:a"])
        let final = Entry("m:a", next: "", token: old.token)
        #expect(try await commit(partition, old.token, final) == [.integer(0)])
    }

    @Test("a key of another type refuses its entry whole and leaves its lease; the others are applied")
    func wrongType() async throws {
        let partition = try Partition()
        try await partition.accept("m:a", "m:b", "m:c", "m:d")
        try await partition.redis("SET", "~:item:T:bad", "kept")
        try await partition.redis("RPUSH", "~:history:m:a", "before")
        try await partition.redis("SET", "~:history:m:c", "kept")
        let token = try await partition.claim().token
        let reply = try await commit(
            partition,
            token,
            Entry("m:a", next: "", token: token, history: "h", effects: [Entry.update("T:bad", set: ["P", "1"])]),
            Entry("m:b", next: "", token: token, effects: [Entry.put("T:b", "P", "1"), ["delete", "T:bad"]]),
            Entry("m:c", next: "", token: token, history: "h", effects: [Entry.put("T:c", "P", "1")]),
            Entry("m:d", next: "", token: token, effects: [Entry.put("T:d", "P", "1")])
        )
        for result in reply.dropLast() {
            guard case .error(let error) = result else {
                Issue.record("applied")
                continue
            }
            #expect(error.prefix == "WRONGTYPE")
        }
        #expect(reply.last == .integer(1))
        #expect(try await partition.due() == ["m:a", token, "m:b", token, "m:c", token])
        #expect(try await partition.history("m:a") == ["before"])
        #expect(try await partition.item("T:b").isEmpty)
        #expect(try await partition.item("T:c").isEmpty)
        #expect(try await partition.closed() == ["m:d"])
        #expect(try await commit(partition, token, Entry("m:a", next: "", token: token)) == [.integer(1)])
    }

    @Test(
        "keys of the partition that have another type refuse the call before anything is written",
        arguments: ["closed", "redelivered", "executions"]
    )
    func wrongPartition(key: String) async throws {
        let partition = try Partition()
        try await partition.accept("m:a")
        let token = try await partition.claim().token
        try await partition.redis("SET", "~:" + key, "x")
        let contents = try await partition.contents()
        let entry = Entry("m:a", next: "", token: token, history: "h", effects: [Entry.put("T:a", "P", "1")])
        let refusal = try await partition.refusal("commit", [token] + Entry.arguments([entry]))
        #expect(refusal?.hasPrefix("WRONGTYPE") == true)
        #expect(try await partition.contents() == contents)
    }

    @Test("bad arguments change nothing", arguments: ["", "5", "x", "1.5x", "1795409309860"])
    func badToken(token: String) async throws {
        let partition = try Partition()
        #expect(
            try await partition.refusal("commit", [token] + Entry.arguments([Entry("m:a", next: "1")]))
                == "VALIDATION token: must be a lease token: '\(token)'"
        )
    }

    @Test("a bad entry is refused alone, and keeps its lease")
    func badEntry() async throws {
        let partition = try Partition()
        for bad in [
            Entry("m:b", next: "x"), Entry("m:b", next: "1", document: "x"),
            Entry("m:b", next: "1", effects: [["delete", String(repeating: "k", count: 3_000)]]),
            Entry("m:b", next: "1", effects: [["evaluate", "T:b", "{}"]]),
            Entry("m:b", next: "1", effects: [["offer", "", "7\nm:b\nt\n1", "{}"]]),
            Entry("m:b", next: "1", effects: [["offer", "mail", "m:b", "{}"]]),
            Entry("m:b", next: "1", effects: [["offer", "mail", "7\nm:b\nt\n1", "no"]]),
        ] {
            try await partition.accept("m:a", "m:b")
            let token = try await partition.claim().token
            let good = Entry("m:a", next: "", token: token)
            let replies = try await commit(partition, token, bad, good)
            #expect(replies[0].refusal?.hasPrefix("VALIDATION ") == true)
            #expect(replies[1] == .integer(1))
            // Servers write a score with as many digits as they like.
            let due = try await partition.due()
            #expect(due.first == "m:b" && due.last.flatMap { Double($0) } == Double(token))
            try await partition.redis("DEL", "~:due", "~:executions", "~:closed")
        }
    }

    @Test(
        "what an entry stops is no longer held by the call, whichever comes first",
        arguments: [true, false],
        ["stop", "forget"]
    )
    func stoppedInTheCall(parentFirst: Bool, effect: String) async throws {
        let partition = try Partition()
        try await partition.accept("m:parent", "m:child")
        try await partition.redis("HSET", "~:children:m:parent", "7", "m:child")
        let token = try await partition.claim().token
        let words = effect == "stop" ? ["stop", "7"] : ["forget", "0"]
        let parent = Entry("m:parent", next: effect == "stop" ? "9" : "", token: token, history: "-", effects: [words])
        let child = Entry("m:child", next: "9000000", token: token, history: "-", effects: [Entry.put("T:c", "P", "1")])
        let entries = parentFirst ? [parent, child] : [child, parent]
        let replies = try #require(try await partition.call("commit", [token] + Entry.arguments(entries)).array)
        #expect(replies == (parentFirst ? [.integer(1), .integer(0)] : [.integer(1), .integer(1)]))
        #expect(try await partition.document("m:child")?.hasPrefix(#"{"s":"A""#) == true)
        #expect(try await partition.due() == (effect == "stop" ? ["m:parent", "9"] : []))
        #expect(try await partition.closed().contains("m:child"))
        #expect(try await partition.item("T:c") == (parentFirst ? [:] : ["P": "1"]))
    }

    @Test("programs that together would be long wait for the next call, whatever they are programs of")
    func manyPrograms() async throws {
        let partition = try Partition()
        let names = (0..<8).map { "m:\($0)" }
        for name in names { try await partition.accept(name) }
        let list = "[" + Array(repeating: #"{"NULL":true}"#, count: 25_000).joined(separator: ",") + "]"
        try await partition.redis("HSET", "~:item:T:fat", "l", #"{"L":\#(list)}"#)
        let token = try await partition.claim().token
        let program = #"{"task":7,"op":"get","key":{"Id":{"S":"fat"}},"return":"NONE","echo":"","project":[["l"]]}"#
        var left = names
        var calls = 0
        while !left.isEmpty, calls < 20 {
            calls += 1
            let entries = left.map {
                Entry($0, next: "=", token: token, history: "-", effects: [["evaluate", "T:fat", program]])
            }
            let replies = try #require(try await partition.call("commit", [token] + Entry.arguments(entries)).array)
            let later = zip(left, replies).filter { $0.1 == .integer(4) }.map(\.0)
            // The first one is always carried out.
            #expect(later.count < left.count)
            left = later
        }
        #expect((3...8).contains(calls), "\(calls)")
    }

    @Test("a clock that was set back behind what the batch took for passed refuses it whole")
    func clock() async throws {
        let partition = try Partition()
        try await partition.accept("m:a")
        let claim = try await partition.claim()
        let contents = try await partition.contents()
        let entries = Entry.arguments([Entry("m:a", next: "", token: claim.token)])
        let later = "\(claim.microseconds / 1_000 + 60_000)"
        let reply = try #require(try await partition.send("commit", [claim.token, later] + entries).array)
        #expect(reply.count == 1)
        #expect(try await partition.contents() == contents)
        #expect(try await partition.send("commit", [claim.token, "1"] + entries).array?.last == .integer(1))
    }

    @Test("no caller's text is taken for a part of a document's head")
    func forgedHead() async throws {
        let partition = try Partition()
        try await partition.accept("m:victim", due: 9_000_000_000_000)
        let victim = try await partition.document("m:victim")
        let forged = #"{"s":"R","d":"h","b":1,"input":{"y":"3=m:victim","k":"1","w":"3","x":[7,{"k":[7,null]}]}}"#
        try await partition.call("accept", Entry.arguments([Entry("m:a", next: "1", document: forged)]))
        try await partition.call("stop", "m:a")
        #expect(try await partition.redis("EXISTS", "~:inbox:m:victim").integer == 0)
        #expect(try await partition.document("m:victim") == victim)
        try await partition.call("accept", Entry.arguments([Entry("m:b", next: "1", document: forged)]))
        #expect(try await partition.call("answer", "m:b", "7", "7", "1") == .integer(0))
    }

    @Test("what cannot be read refuses the call, and an execution comes once")
    func badEntries() async throws {
        let partition = try Partition()
        try await partition.accept("m:a", "m:b")
        let token = try await partition.claim().token
        let contents = try await partition.contents()
        let good = Entry("m:a", next: "", token: token, history: "h", effects: [Entry.put("T:a", "P", "1")])
        for bad in [
            good, Entry("m:b", next: "1", effects: [["Q"]]),
            Entry("m:b", next: "1", effects: [["P", "T:b", "1", "f"]]),
        ] {
            let refusal = try await partition.refusal("commit", [token] + Entry.arguments([good, bad]))
            #expect(refusal?.hasPrefix("VALIDATION ") == true)
        }
        #expect(try await partition.contents() == contents)
    }

    @Test("a batch of 1,000 is one call")
    func batch() async throws {
        let partition = try Partition()
        try await partition.call("accept", Entry.arguments((0..<1_000).map { Entry("m:\($0)", next: "1") }))
        let claim = try await partition.claim(limit: 1_000)
        let entries = claim.names.map {
            Entry($0, next: "", token: claim.token, history: "h", effects: [Entry.put("T:" + $0, "P", "1")])
        }
        let reply = try await partition.call("commit", [claim.token] + Entry.arguments(entries))
        #expect(reply.array == Array(repeating: .integer(1), count: 1_000))
        #expect(try await partition.due().isEmpty)
        #expect(try await partition.redis("ZCARD", "~:closed").integer == 1_000)
    }
}
