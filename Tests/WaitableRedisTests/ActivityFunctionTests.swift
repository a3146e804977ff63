import RedisClient
import Testing

@Suite("waitable_take, _confirm and _give_back, and the queues of activities", .redisServer, .timeLimit(.minutes(1)))
struct ActivityFunctionTests {
    /// A document whose task 7 waits for an answer.
    private static let waiting = #"{"s":"R","d":"h","b":1,"w":"3,7","f":{"n":"T"},"input":{}}"#

    private static let later = "?9000000000000"

    /// Starts an execution; each activity task among its effects is of one that exists.
    private func start(_ partition: Partition, _ name: String, effects: [[String]] = []) async throws {
        for effect in effects { try await partition.redis("HSET", "~:activities", effect[1], "{}") }
        let effects = effects.map { $0 + ["{}"] }
        let entry = Entry(name, next: "4000000000000", document: Self.waiting, effects: effects)
        #expect(try await partition.call("accept", Entry.arguments([entry])) == .array([.integer(1)]))
    }

    private func inbox(_ partition: Partition, _ name: String) async throws -> [String] {
        try await partition.redis("HGETALL", "~:inbox:\(name)").array?.compactMap(\.string) ?? []
    }

    @Test("a task of an activity that does not exist is answered at once, whether the execution starts or goes on")
    func missingActivity() async throws {
        let partition = try Partition()
        let effect = ["offer", "mail", "7\nm:a\ntoken\n{}", #"{"error":"E"}"#]
        let entry = Entry("m:a", next: Self.later, document: Self.waiting, effects: [effect])
        #expect(try await partition.call("accept", Entry.arguments([entry])) == .array([.integer(1)]))
        try await partition.accept("m:b")
        let token = try await partition.claim().token
        let other = ["offer", "mail", "7\nm:b\ntoken\n{}", #"{"error":"E"}"#]
        let entries = [
            Entry("m:a", next: Self.later, token: token),
            Entry("m:b", next: Self.later, token: token, effects: [other]),
        ]
        let reply = try await partition.call("commit", [token] + Entry.arguments(entries))
        #expect(reply == .array([.integer(1), .integer(1)]))
        let now = try await partition.now()
        let due = try await partition.due()
        for (name, score) in [(due[0], due[1]), (due[2], due[3])] {
            #expect(try await inbox(partition, name) == ["7", #"{"error":"E"}"#])
            #expect(try #require(Int64(score)) <= now)
        }
        #expect(try await partition.call("take", "mail") == .null)
    }

    @Test("an activity's tasks are taken once, in order, and only while they wait")
    func take() async throws {
        let partition = try Partition()
        for name in ["m:a", "m:b", "m:c"] {
            try await start(partition, name, effects: [["offer", "mail", "7\n\(name)\ntoken-\(name)\n{}"]])
        }
        try await partition.call("stop", "m:a")
        let taken = try await take(partition)
        #expect(taken.dropLast() == ["token-m:b", "{}", "m:b", "7"])
        #expect(try await inbox(partition, "m:b").isEmpty)
        #expect(try await partition.call("confirm", words(taken, #""w""#)) == .integer(1))
        let started = try await inbox(partition, "m:b")
        #expect(started[0] == "s7")
        #expect(started[1].hasPrefix(#"{"worker":"w","at":"#))
        #expect(try await take(partition).dropLast() == ["token-m:c", "{}", "m:c", "7"])
        #expect(try await partition.call("take", "mail") == .null)
        #expect(try await partition.call("take", "other") == .null)
    }

    /// Takes a task: its token, input, execution, id and lease.
    private func take(_ partition: Partition) async throws -> [String] {
        try #require(try await partition.call("take", "mail").array?.compactMap(\.string))
    }

    /// A task as it is given back or confirmed, and more.
    private func words(_ taken: [String], _ more: String...) -> [String] {
        ["mail", taken[2], taken[3], taken[0], taken[1], taken[4]] + more
    }

    @Test("after a failover that lost that a task was taken, nobody confirms it, and nobody gives it back")
    func lostTake() async throws {
        let partition = try Partition()
        try await start(partition, "m:a", effects: [["offer", "mail", "7\nm:a\ntoken\n{}"]])
        let taken = try await take(partition)
        try await partition.redis("DEL", "~:activity:mail:taken")
        try await partition.redis("RPUSH", "~:activity:mail", "7\nm:a\ntoken\n{}")
        #expect(try await partition.call("confirm", words(taken, "")) == .integer(0))
        #expect(try await partition.call("give_back", words(taken)) == .integer(0))
        #expect(try await partition.redis("LLEN", "~:activity:mail") == .integer(1))
        // Somebody else takes it there, and has it.
        let other = try await take(partition)
        #expect(try await partition.call("confirm", words(other, "")) == .integer(1))
        #expect(try await partition.call("confirm", words(taken, "")) == .integer(0))
        #expect(try await partition.call("give_back", words(taken)) == .integer(0))
        #expect(try await partition.call("confirm", words(other, "")) == .integer(1))
        #expect(try await partition.call("give_back", words(other)) == .integer(1))
        for words in [words(taken), words(other)] {
            #expect(try await partition.call("give_back", words) == .integer(0))
        }
    }

    @Test("a task whose taker does not say that he has got it is the next one's, and not his any more")
    func unconfirmed() async throws {
        let partition = try Partition()
        for name in ["m:a", "m:b"] {
            try await start(partition, name, effects: [["offer", "mail", "7\n\(name)\ntoken-\(name)\n{}"]])
        }
        let taken = try await take(partition)
        let before = try await partition.now()
        #expect(try #require(Double(taken[4])) > Double(before + 9_000))
        #expect(try await take(partition)[2] == "m:b")
        // Ten seconds later.
        try await partition.redis("ZADD", "~:activity:mail:taken", "1000.5", "7\nm:a\ntoken-m:a\n{}")
        let again = try await take(partition)
        #expect(again.dropLast() == taken.dropLast())
        #expect(try await partition.call("confirm", words(Array(taken.dropLast()) + ["1000.5"], "")) == .integer(0))
        #expect(try await inbox(partition, "m:a").isEmpty)
        #expect(try await partition.call("confirm", words(again, "")) == .integer(1))
        #expect(try await partition.call("take", "mail") == .null)
    }

    @Test("a confirmation whose answer is lost is said again, and is kept for two minutes")
    func confirmedAgain() async throws {
        let partition = try Partition()
        try await start(partition, "m:a", effects: [["offer", "mail", "7\nm:a\ntoken\n{}"]])
        let taken = try await take(partition)
        for _ in 0..<2 { #expect(try await partition.call("confirm", words(taken, "")) == .integer(1)) }
        #expect(try await partition.call("take", "mail") == .null)
        let key = "~:activity:mail:taken"
        #expect(try await partition.redis("ZCARD", key) == .integer(1))
        let kept = try #require(try await partition.redis("ZSCORE", key, "=\(taken[4])").string.flatMap { Double($0) })
        #expect(abs(-kept - Double(try await partition.now() + 120_000 - 3_600_000)) < 60_000)
        try await partition.redis("ZADD", key, "\(kept + 120_001)", "=\(taken[4])")
        #expect(try await partition.call("take", "mail") == .null)
        #expect(try await partition.redis("EXISTS", key) == .integer(0))
    }

    @Test("that a lease is over is kept for an hour, also of a task that waited no more")
    func overLeases() async throws {
        let partition = try Partition()
        try await start(partition, "m:a", effects: [["offer", "mail", "7\nm:a\ntoken\n{}"]])
        let taken = try await take(partition)
        try await partition.call("stop", "m:a")
        for _ in 0..<2 { #expect(try await partition.call("confirm", words(taken, "")) == .integer(0)) }
        let hour = 3_600_000
        for (age, isKept) in [(hour - 60_000, true), (hour + 1, false)] {
            let over = try await partition.now() - Int64(age)
            try await partition.redis("ZADD", "~:activity:mail:taken", "-\(over)", taken[4])
            #expect(try await partition.call("take", "mail") == .null)
            #expect(try await partition.redis("EXISTS", "~:activity:mail:taken") == .integer(isKept ? 1 : 0))
        }
    }

    @Test("a task that was taken by a clock that has been set back since is the next one's")
    func takenSetBack() async throws {
        let partition = try Partition()
        for name in ["m:a", "m:b"] {
            try await start(partition, name, effects: [["offer", "mail", "7\n\(name)\ntoken\n{}"]])
        }
        let first = try await take(partition)
        let other = try await take(partition)
        try await partition.call("stop", "m:b")
        #expect(try await partition.call("confirm", words(other, "")) == .integer(0))
        try await partition.redis("ZADD", "~:activity:mail:taken", "9000000000000.5", "7\nm:a\ntoken\n{}")
        #expect(try await take(partition)[2] == "m:a")
        let late = Array(first.dropLast()) + ["9000000000000.5"]
        #expect(try await partition.call("confirm", words(late, "")) == .integer(0))
        #expect(try await partition.call("take", "mail") == .null)
    }

    @Test("a task that is given back is the first again, as if nobody had taken it", arguments: [true, false])
    func giveBack(isConfirmed: Bool) async throws {
        let partition = try Partition()
        for name in ["m:a", "m:b"] {
            try await start(partition, name, effects: [["offer", "mail", "7\n\(name)\ntoken-\(name)\n{\"n\":\n1}"]])
        }
        let taken = try await take(partition)
        #expect(taken.dropLast() == ["token-m:a", "{\"n\":\n1}", "m:a", "7"])
        if isConfirmed { #expect(try await partition.call("confirm", words(taken, "")) == .integer(1)) }
        let words = ["mail", taken[2], taken[3], taken[0], taken[1], taken[4]]
        #expect(try await partition.call("give_back", words) == .integer(1))
        #expect(try await inbox(partition, "m:a").isEmpty)
        // Once more, as after a reply that was lost.
        #expect(try await partition.call("give_back", words) == .integer(0))
        #expect(try await partition.redis("LLEN", "~:activity:mail") == .integer(2))
        #expect(try await take(partition).dropLast() == taken.dropLast())
        #expect(try await take(partition)[0] == "token-m:b")
    }

    @Test("a task is not given back by one from whom another has taken it since", arguments: [true, false])
    func givenBackLate(isConfirmed: Bool) async throws {
        let partition = try Partition()
        try await start(partition, "m:a", effects: [["offer", "mail", "7\nm:a\ntoken\n{}"]])
        let late = try await take(partition)
        // As after ten seconds.
        let past = try await partition.now() - 1
        try await partition.redis("ZADD", "~:activity:mail:taken", "\(past).5", "7\nm:a\ntoken\n{}")
        let other = try await take(partition)
        if isConfirmed { #expect(try await partition.call("confirm", words(other, "")) == .integer(1)) }
        let words = ["mail", late[2], late[3], late[0], late[1]]
        #expect(try await partition.call("give_back", words + ["\(past).5"]) == .integer(0))
        #expect(try await partition.redis("LLEN", "~:activity:mail") == .integer(0))
        #expect(try await partition.call("give_back", words + [other[4]]) == .integer(1))
    }

    @Test(
        "a task is not given back once it has been answered, has lived, or waits no more",
        arguments: [["answer", "m:a", "7", "7", "{}"], ["answer", "m:a", "7", "h7", "1"], ["stop", "m:a"]]
    )
    func keptBack(words: [String]) async throws {
        let partition = try Partition()
        try await start(partition, "m:a", effects: [["offer", "mail", "7\nm:a\ntoken\n{}"]])
        let taken = try await take(partition)
        #expect(try await partition.call("confirm", self.words(taken, "")) == .integer(1))
        try await partition.call(words[0], Array(words.dropFirst()))
        #expect(try await partition.call("give_back", self.words(taken)) == .integer(0))
        #expect(try await partition.call("take", "mail") == .null)
    }

    @Test(
        "malformed calls change nothing",
        arguments: [
            (["take"], "VALIDATION activity: must have 1 to 1024 bytes: ''"),
            (["give_back", "a", "m:a", "x"], "VALIDATION task: must be an integer from 0 to 100000000000: 'x'"),
            (["give_back", "a", "m:a", "7", "t\n"], "VALIDATION token: must be the task's: 't\\u000A'"),
            (["give_back", "a", "m:a", "7", "t"], "VALIDATION input: must be JSON: ''"),
            (["give_back", "a", "m:a", "7", "t", "1"], "VALIDATION token: must be a lease token: ''"),
            (["take", "a", "b"], "VALIDATION arguments: must be 1: '2'"),
            (["confirm", "a", "m:a", "7", "t", "1", "7"], "VALIDATION token: must be a lease token: '7'"),
            (["confirm", "a", "m:a", "7", "t", "1", "7.5", "", "x"], "VALIDATION arguments: must be 7: '8'"),
        ]
    )
    func malformed(words: [String], message: String) async throws {
        let partition = try Partition()
        try await start(partition, "m:a", effects: [["offer", "mail", "7\nm:a\ntoken\n{}"]])
        let contents = try await partition.contents()
        #expect(try await partition.refusal(words[0], Array(words.dropFirst())) == message)
        #expect(try await partition.contents() == contents)
    }
}
