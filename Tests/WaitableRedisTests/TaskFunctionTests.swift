import RedisClient
import Testing

@Suite("waitable_answer, and the effects of tasks", .redisServer, .timeLimit(.minutes(1)))
struct TaskFunctionTests {
    /// A document whose task 7 waits for an answer.
    private static let waiting = #"{"s":"R","d":"h","b":1,"w":"3,7","f":{"n":"T"},"input":{}}"#
    private static let later = "?9000000000000"

    private func start(_ partition: Partition, _ name: String, effects: [[String]] = []) async throws {
        let entry = Entry(name, next: "4000000000000", document: Self.waiting, effects: effects)
        #expect(try await partition.call("accept", Entry.arguments([entry])) == .array([.integer(1)]))
    }

    private func inbox(_ partition: Partition, _ name: String) async throws -> [String] {
        try await partition.redis("HGETALL", "~:inbox:\(name)").array?.compactMap(\.string) ?? []
    }

    @Test("an answer makes the execution due at once; a second one, and one for another task, come too late")
    func tell() async throws {
        let partition = try Partition()
        try await start(partition, "m:a")
        #expect(try await partition.call("answer", "m:a", "8", "8", "1") == .integer(0))
        #expect(try await partition.call("answer", "m:b", "7", "7", "1") == .integer(0))
        let before = try await partition.now()
        #expect(try await partition.call("answer", "m:a", "7", "7", #"{"output":1}"#) == .integer(1))
        #expect(try await inbox(partition, "m:a") == ["7", #"{"output":1}"#])
        let due = try await partition.due()
        #expect(try #require(Int64(due[1])) >= before)
        #expect(try #require(Int64(due[1])) < 4_000_000_000_000)
        #expect(try await partition.call("answer", "m:a", "7", "7", #"{"output":2}"#) == .integer(0))
        // Said again by whoever got no reply.
        #expect(try await partition.call("answer", "m:a", "7", "7", #"{"output":1}"#) == .integer(1))
        #expect(try await partition.call("answer", "m:a", "7", "h7", "5") == .integer(0))
    }

    @Test("what a redrive begins anew is answered no more, whether a worker has made its first step or not")
    func redriven() async throws {
        let partition = try Partition()
        try await partition.redis("HSET", "~:activities", "mail", "{}")
        try await start(partition, "m:a", effects: [["offer", "mail", "7\nm:a\ntoken\n{}", "{}"]])
        try await partition.call("stop", "m:a")
        try await partition.call("redrive", "m:a")
        let redriven = try await partition.document("m:a")
        for (field, value) in [("7", "{}"), ("h7", "5"), ("b7", "5")] {
            #expect(try await partition.call("answer", "m:a", "7", field, value) == .integer(0), "\(field)")
        }
        #expect(try await partition.call("awaits", "m:a", "7") == .integer(0))
        #expect(try await inbox(partition, "m:a").isEmpty)
        #expect(try await partition.document("m:a") == redriven)
        // Nobody is given the task of before, either.
        #expect(try await partition.call("take", "mail") == .null)
        let claimed = try await partition.claim()
        let document = Self.waiting.replacing("3,7", with: "9")
        let step = Entry("m:a", next: Self.later, document: document)
        try await partition.call("commit", [claimed.token] + Entry.arguments([step]))
        #expect(try await partition.call("answer", "m:a", "7", "7", "{}") == .integer(0))
        #expect(try await partition.call("answer", "m:a", "9", "9", "{}") == .integer(1))
    }

    @Test("an inbox of more answers than a step should read takes no more large ones until they are read")
    func full() async throws {
        let partition = try Partition()
        let tasks = (1...80).map(String.init)
        let document = Self.waiting.replacing("3,7", with: tasks.joined(separator: ","))
        try await partition.call("accept", Entry.arguments([Entry("m:a", next: "4000000000000", document: document)]))
        let large = #"{"output":""# + String(repeating: "x", count: 262_000) + #""}"#
        var taken: [String] = []
        do {
            for task in tasks {
                #expect(try await partition.call("answer", "m:a", task, task, large) == .integer(1))
                taken.append(task)
            }
        } catch let error as RedisError {
            #expect(error.server?.prefix == "BUSY")
            #expect(error.server?.message == "inbox: must be read first, as it has over 12582912 bytes: 'm:a'")
        }
        #expect((46...50).contains(taken.count))
        // Said again, it is the answer that is there; small ones and signs of life fit in.
        #expect(try await partition.call("answer", "m:a", "1", "1", large) == .integer(1))
        #expect(try await partition.call("answer", "m:a", "79", "79", "{}") == .integer(1))
        #expect(try await partition.call("answer", "m:a", "80", "h80", "5") == .integer(1))
        let claimed = try await partition.claim()
        let read = taken.flatMap { [$0, ""] }
        let step = Entry(
            "m:a",
            next: "4000000000000",
            document: document,
            effects: [["forget", "\(taken.count)"] + read]
        )
        try await partition.call("commit", [claimed.token] + Entry.arguments([step]))
        #expect(try await partition.call("answer", "m:a", "80", "80", large) == .integer(1))
    }

    @Test("a child that is redriven before its parent has read its end is waited for on")
    func redrivenChild() async throws {
        let partition = try Partition()
        try await partition.call("deploy", "child", "create", "h", "{}", #"{"hash":"h"}"#)
        let effects = [["start", "child", "one", "{}", "7", "@", ""]]
        let entry = Entry("m:a", next: "4000000000000", document: Self.waiting, effects: effects)
        try await partition.call("accept", Entry.arguments([entry]))
        try await partition.call("stop", "child:one")
        #expect(try await inbox(partition, "m:a").first == "7")
        try await partition.call("redrive", "child:one")
        #expect(try await inbox(partition, "m:a").isEmpty)
        #expect(try await partition.redis("EXISTS", "~:unread") == .integer(0))
        try await partition.call("stop", "child:one")
        #expect(try await inbox(partition, "m:a").first == "7")
    }

    @Test("an answer for an execution that was started at another moment under the same name is none for this one")
    func otherStart() async throws {
        let partition = try Partition()
        try await start(partition, "m:a")
        for other in ["2", "0", "-1"] {
            #expect(try await partition.call("answer", "m:a", "7", "7", "1", other) == .integer(0))
        }
        #expect(try await inbox(partition, "m:a").isEmpty)
        // Also behind what a function has put before the start.
        try await partition.call("reschedule", "m:a", "4000000000001")
        #expect(try await partition.call("answer", "m:a", "7", "7", "1", "1") == .integer(1))
        #expect(try await partition.call("answer", "m:a", "3", "3", "1", "") == .integer(1))
    }

    @Test("a sign of life wakes nobody")
    func heartbeat() async throws {
        let partition = try Partition()
        try await start(partition, "m:a")
        #expect(try await partition.call("answer", "m:a", "7", "h7", "5") == .integer(1))
        #expect(try await partition.call("answer", "m:a", "7", "h7", "6") == .integer(1))
        #expect(try await inbox(partition, "m:a") == ["h7", "6"])
        #expect(try await partition.due() == ["m:a", "4000000000000"])
    }

    @Test("an answer that comes while a worker holds the execution makes it due when that one commits")
    func held() async throws {
        let partition = try Partition()
        try await partition.accept("m:a", "m:b")
        let token = try await partition.claim().token
        let answered = Self.waiting.replacing(#""d""#, with: #""k":"\#(token)","d""#)
        let open = Entry("m:a", next: "=", document: answered)
        #expect(try await partition.call("commit", [token] + Entry.arguments([open])) == .array([.integer(1)]))
        #expect(try await partition.call("answer", "m:a", "7", "7", "1") == .integer(1))
        let entries = ["m:a", "m:b"].map { Entry($0, next: Self.later, token: token) }
        let reply = try await partition.call("commit", [token] + Entry.arguments(entries))
        #expect(reply == .array([.integer(1), .integer(1)]))
        let due = try await partition.due()
        #expect(due[0] == "m:a")
        #expect(try #require(Int64(due[1])) < 4_000_000_000_000)
        #expect(due[2...] == ["m:b", "9000000000000"])
    }

    @Test("what a step has read is cleared, but for a later sign of life")
    func forget() async throws {
        let partition = try Partition()
        try await partition.accept("m:a")
        let token = try await partition.claim().token
        try await partition.redis("HSET", "~:inbox:m:a", "7", "x", "h8", "5", "h9", "6")
        let effect = ["forget", "3", "7", "", "h8", "5", "h9", "5"]
        let entry = Entry("m:a", next: Self.later, token: token, effects: [effect])
        #expect(try await partition.call("commit", [token] + Entry.arguments([entry])) == .array([.integer(1)]))
        #expect(try await inbox(partition, "m:a") == ["h9", "6"])
        let again = try await partition.claim().token
        let last = Entry("m:a", next: "", token: again, effects: [["forget", "0"]])
        #expect(try await partition.call("commit", [again] + Entry.arguments([last])) == .array([.integer(1)]))
        #expect(try await inbox(partition, "m:a").isEmpty)
    }

    @Test(
        "an execution that a task starts tells it of its end, whether it is committed or stopped",
        arguments: [true, false]
    )
    func children(isStopped: Bool) async throws {
        let partition = try Partition()
        try await partition.call("deploy", "child", "put", "hash", "{}", #"{"hash":"hash"}"#)
        try await partition.accept("m:a")
        let token = try await partition.claim().token
        let start = ["start", "child", "one", "{}", "7", "@", ""]
        let entry = Entry("m:a", next: "=", token: token, effects: [start])
        let reply = try await partition.call("commit", [token] + Entry.arguments([entry])).array?.first?.array
        let outcome = try #require(reply?.last?.string)
        #expect(outcome.hasPrefix(#"{"task":7,"child":"child:one","waits":true,"at":"#))
        let document = try #require(try await partition.document("child:one"))
        #expect(document.contains(#""d":"hash""#) && document.hasSuffix(#","y":"7@m:a","input":{}}"#))
        let again = Entry("m:a", next: "=", document: document, effects: [start])
        let second = try await partition.call("commit", [token] + Entry.arguments([again])).array?.first?.array
        #expect(second?.last?.string == #"{"task":7,"child":"child:one","code":"ExecutionAlreadyExists"}"#)
        if isStopped {
            try await partition.call("stop", "child:one")
        } else {
            let lease = try await partition.claim().token
            let end = Entry("child:one", next: "", token: lease, effects: [["report", "m:a", "7", "@"]])
            #expect(try await partition.call("commit", [lease] + Entry.arguments([end])) == .array([.integer(1)]))
        }
        #expect(try await inbox(partition, "m:a") == ["7", #"{"child":"child:one","as":"@"}"#])
    }

    @Test("what is stopped takes what its tasks wait for with it, at any depth", arguments: [true, false])
    func stoppedFamily(isStopped: Bool) async throws {
        let partition = try Partition()
        try await partition.call("deploy", "child", "put", "hash", "{}", #"{"hash":"hash"}"#)
        try await partition.accept("m:a")
        let token = try await partition.claim().token
        let starts = [("one", "7"), ("two", "8")].map { ["start", "child", $0.0, "{}", $0.1, "*", ""] }
        let parent = Entry("m:a", next: "=", token: token, effects: starts)
        #expect(try await partition.call("commit", [token] + Entry.arguments([parent])) == .array([.integer(1)]))
        let lease = try await partition.claim(limit: 1).token
        let three = ["start", "child", "three", "{}", "5", "=", ""]
        let child = Entry("child:one", next: "=", token: lease, effects: [three])
        _ = try await partition.call("commit", [lease] + Entry.arguments([child]))
        // One of them closes by itself: nobody has to stop it any more.
        try await partition.call("stop", "child:two")
        if isStopped {
            try await partition.call("stop", "m:a")
        } else {
            let end = Entry("m:a", next: "", token: token, effects: [["forget", "0"]])
            #expect(try await partition.call("commit", [token] + Entry.arguments([end])) == .array([.integer(1)]))
        }
        for name in ["child:one", "child:two", "child:three"] {
            #expect(try await partition.document(name)?.hasPrefix(#"{"s":"A","ended":"#) == true)
        }
        #expect(try await partition.due().isEmpty)
        #expect(
            try await partition.redis("EXISTS", "~:inbox:m:a", "~:children:m:a", "~:children:child:one") == .integer(0)
        )
    }

    /// A parent under a lease, with so many children under way.
    private func family(_ partition: Partition, _ parent: String, children: Int) async throws -> String {
        try await partition.call("deploy", "child", "put", "hash", "{}", #"{"hash":"hash"}"#)
        try await partition.accept(parent)
        let token = try await partition.claim(limit: 1).token
        let starts = (1...children).map { ["start", "child", "\(parent.dropFirst(2))-\($0)", "{}", "\($0)", "*", ""] }
        let begun = Entry(parent, next: "=", token: token, effects: starts)
        #expect(try await partition.call("commit", [token] + Entry.arguments([begun])) == .array([.integer(1)]))
        return token
    }

    private func stopped(_ partition: Partition) async throws -> Int {
        let documents = try #require(try await partition.redis("HVALS", "~:executions").array)
        return documents.count { $0.string?.hasPrefix(#"{"s":"A""#) == true }
    }

    @Test(
        "one call stops some hundred executions, the claims after it stop the others",
        arguments: ["commit", "stop", "task"]
    )
    func largeFamily(way: String) async throws {
        let partition = try Partition()
        let token = try await family(partition, "m:a", children: 1_100)
        let messages = try await partition.messages {
            switch way {
            case "commit":
                let end = Entry("m:a", next: "", token: token, effects: [["forget", "0"]])
                try await partition.call("commit", [token] + Entry.arguments([end]))
            case "stop":
                try await partition.call("stop", "m:a")
            default:
                let given = Entry(
                    "m:a",
                    next: Self.later,
                    token: token,
                    effects: (1...1_100).map { ["stop", "\($0)"] }
                )
                try await partition.call("commit", [token] + Entry.arguments([given]))
            }
        }
        let own = way == "stop" ? 1 : 0
        #expect(try await stopped(partition) - own == 200)
        #expect(try await partition.redis("LLEN", "~:stopping") == .integer(900))
        #expect(!messages.isEmpty)
        // A worker that dies with what it has claimed takes nothing with it.
        for claims in 1...5 {
            let claim = try await partition.claim(limit: 1, lease: 1)
            #expect(try await stopped(partition) - own == min(1_100, 200 + claims * 200))
            // There is more to do at once.
            if claims < 5 { #expect(try #require(Int64(claim.head)) <= claim.microseconds / 1_000) }
        }
        #expect(try await partition.redis("EXISTS", "~:stopping", "~:paused", "~:children:m:a") == .integer(0))
        #expect(try await inbox(partition, "m:a").isEmpty)
        #expect(try await partition.due().filter { $0.hasPrefix("child:") }.isEmpty)
    }

    @Test("what was given up, and is to be stopped yet, answers no task when it ends by itself")
    func endBeforeStop() async throws {
        let partition = try Partition()
        let token = try await family(partition, "m:a", children: 300)
        let lease = try await partition.claim(limit: 400).token
        let given = Entry("m:a", next: Self.later, token: token, effects: (1...300).map { ["stop", "\($0)"] })
        try await partition.call("commit", [token] + Entry.arguments([given]))
        let end = Entry("child:a-300", next: "", token: lease, effects: [["report", "m:a", "300", "*"]])
        #expect(try await partition.call("commit", [lease] + Entry.arguments([end])) == .array([.integer(1)]))
        #expect(try await inbox(partition, "m:a").isEmpty)
        #expect(try await partition.due().contains("9000000000000"))
        _ = try await partition.claim(limit: 1)
        #expect(try await stopped(partition) == 299)
        #expect(try await partition.document("child:a-300")?.hasPrefix(#"{"s":"S""#) == true)
    }

    @Test("an execution that nobody's task has started answers none")
    func strangersEnd() async throws {
        let partition = try Partition()
        try await start(partition, "m:a")
        try await partition.accept("m:b")
        let token = try await partition.claim().token
        let end = Entry("m:b", next: "", token: token, effects: [["report", "m:a", "7", "*"]])
        #expect(try await partition.call("commit", [token] + Entry.arguments([end])) == .array([.integer(1)]))
        #expect(try await inbox(partition, "m:a").isEmpty)
    }

    @Test("an execution that goes on stops what one of its tasks waited for, and nothing else")
    func givenUp() async throws {
        let partition = try Partition()
        try await partition.call("deploy", "child", "put", "hash", "{}", #"{"hash":"hash"}"#)
        try await partition.accept("m:a")
        let token = try await partition.claim().token
        let starts = [("one", "7"), ("two", "8")].map { ["start", "child", $0.0, "{}", $0.1, "*", ""] }
        let parent = Entry("m:a", next: "=", token: token, effects: starts)
        _ = try await partition.call("commit", [token] + Entry.arguments([parent]))
        let next = Entry("m:a", next: Self.later, token: token, effects: [["stop", "7"], ["stop", "99"]])
        #expect(try await partition.call("commit", [token] + Entry.arguments([next])) == .array([.integer(1)]))
        #expect(try await partition.document("child:one")?.hasPrefix(#"{"s":"A""#) == true)
        #expect(try await partition.document("child:two")?.hasPrefix(#"{"s":"R""#) == true)
        #expect(try await partition.redis("HKEYS", "~:children:m:a") == .array([.bulk(Array("8".utf8))]))
        // Nobody reads the answer of what was given up.
        #expect(try await inbox(partition, "m:a").isEmpty)
    }

    @Test("a version and an alias stand for their revision; what there is not is not started")
    func qualifiers() async throws {
        let partition = try Partition()
        try await partition.call("deploy", "child", "put", "old", "{}", #"{"hash":"old"}"#)
        try await partition.call("deploy", "child", "put", "new", "{}", #"{"hash":"new","versions":2}"#)
        try await partition.redis(
            "HSET",
            "~:versions",
            "child",
            #"[{"n":1,"hash":"old","created":1},{"n":2,"hash":"new","created":1}]"#
        )
        try await partition.redis(
            "HSET",
            "~:aliases",
            "child",
            #"[{"name":"LIVE","routes":[[2,0],[1,100]],"created":1,"updated":1}]"#
        )
        try await partition.accept("m:a")
        let token = try await partition.claim().token
        let qualifiers = ["", ":1", ":LIVE", ":3", ":NONE"]
        let starts = qualifiers.enumerated().map { ["start", "child", "c\($0)", "{}", "\($0 + 1)", "", $1] }
        let parent = Entry("m:a", next: "=", token: token, effects: starts)
        // What is drawn for an alias is drawn from nothing that is counted besides: its routes keep their shares.
        let counted = try await partition.redis("GET", "~:sequence")
        let reply = try await partition.call("commit", [token] + Entry.arguments([parent])).array?.first?.array
        #expect(try await partition.redis("GET", "~:sequence") == counted)
        let outcomes = reply?.dropFirst().compactMap(\.string) ?? []
        #expect(outcomes.map { $0.contains("StateMachineDoesNotExist") } == [false, false, false, true, true])
        #expect(try await partition.document("child:c0")?.contains(#""d":"new","b":"#) == true)
        #expect(try await partition.document("child:c1")?.contains(#""d":"old""#) == true)
        #expect(try await partition.document("child:c1")?.contains(#""p":"1","#) == true)
        #expect(try await partition.document("child:c2")?.contains(#""d":"old""#) == true)
        #expect(try await partition.document("child:c2")?.contains(#""p":"1:LIVE","#) == true)
        #expect(try await partition.document("child:c3") == nil)
    }

    @Test("an execution whose revision is gone is not started: its task is told, or the step is refused")
    func revisionGone() async throws {
        let partition = try Partition()
        for name in ["child", "whole"] {
            try await partition.call("deploy", name, "put", "hash-\(name)", "{}", #"{"hash":"hash-\#(name)"}"#)
        }
        try await partition.redis(
            "HSET",
            "~:versions",
            "whole",
            #"[{"n":1,"hash":"old","created":1}]"#
        )
        try await partition.redis("DEL", "~:machine:hash-child")
        try await partition.accept("m:a", "m:b", "m:c")
        let token = try await partition.claim().token
        let told = [
            ["start", "child", "one", "{}", "1", "@", ""], ["start", "whole", "two", "{}", "2", "", ":1"],
            ["start", "whole", "three", "{}", "3", "@", ""],
        ]
        let items = [
            ["start", "m/Map", "four", "{}", "4", "*", "gone"], ["start", "m/Map", "five", "{}", "5", "*", "gone"],
        ]
        let entries = [
            Entry("m:a", next: "=", token: token, effects: told),
            Entry("m:b", next: "=", token: token, effects: items),
            Entry("m:c", next: "=", token: token, effects: Array(items.prefix(1))),
        ]
        let reply = try #require(try await partition.call("commit", [token] + Entry.arguments(entries)).array)
        #expect(
            reply[0].array?.dropFirst().compactMap(\.string).prefix(2) == [
                #"{"task":1,"child":"child:one","code":"StateMachineDoesNotExist","revision":"hash-child"}"#,
                #"{"task":2,"child":"whole:two","code":"StateMachineDoesNotExist","revision":"old"}"#,
            ]
        )
        for refused in reply[1...] { #expect(refused.refusal == "REVISION revision: must be deployed: 'gone'") }
        let names = try #require(try await partition.redis("HKEYS", "~:executions").array).compactMap(\.string)
        #expect(names.sorted() == ["m:a", "m:b", "m:c", "whole:three"])
    }

    @Test("messages are entries of their stream; a key of another type refuses the entry whole")
    func streams() async throws {
        let partition = try Partition()
        try await partition.redis("SET", "~:stream:bad", "x")
        let good = Entry("m:a", next: "1", history: "h", effects: [["publish", "good", "2", "a", "1", "b", "2"]])
        let bad = Entry(
            "m:b",
            next: "1",
            history: "h",
            effects: [["publish", "good", "1", "a", "1"], ["publish", "bad", "1", "a", "1"]]
        )
        let reply = try await partition.call("accept", Entry.arguments([good, bad])).array
        #expect(reply?.first == .integer(1))
        guard case .error(let error)? = reply?.last else {
            Issue.record("\(String(describing: reply))")
            return
        }
        #expect(error.prefix == "WRONGTYPE")
        #expect(try await partition.redis("XLEN", "~:stream:good") == .integer(1))
        #expect(try await partition.document("m:b") == nil)
        #expect(try await partition.history("m:b").isEmpty)
    }

    @Test("a history that is not kept is not written, and one that is no longer kept goes")
    func histories() async throws {
        let partition = try Partition()
        let entries = [Entry("m:a", next: "1", history: "h"), Entry("m:b", next: "1", history: "-")]
        try await partition.call("accept", Entry.arguments(entries))
        #expect(try await partition.history("m:a") == ["h"])
        #expect(try await partition.history("m:b").isEmpty)
        let token = try await partition.claim().token
        let last = Entry("m:a", next: "", token: token, history: "!")
        try await partition.call("commit", [token] + Entry.arguments([last]))
        #expect(try await partition.history("m:a").isEmpty)
    }

    @Test(
        "malformed calls change nothing",
        arguments: [
            (["answer"], "VALIDATION execution: must have 1 to 1024 bytes: ''"),
            (["answer", "m:a", "x"], "VALIDATION task: must be an integer from 0 to 100000000000: 'x'"),
            (["answer", "m:a", "7", "8", "1"], "VALIDATION field: must be the task's: '8'"),
            (["answer", "m:a", "7", "7", ""], "VALIDATION value: must be JSON: ''"),
            (
                ["answer", "m:a", "7", "7", "1", "x"],
                "VALIDATION start: must be an integer from -999999999999999 to 999999999999999: 'x'"
            ),
            (["answer", "m:a", "7", "7", "1", "1", "1"], "VALIDATION arguments: must be 5: '6'"),
        ]
    )
    func malformed(words: [String], message: String) async throws {
        let partition = try Partition()
        try await start(partition, "m:a")
        let contents = try await partition.contents()
        #expect(try await partition.refusal(words[0], Array(words.dropFirst())) == message)
        #expect(try await partition.contents() == contents)
    }
}
