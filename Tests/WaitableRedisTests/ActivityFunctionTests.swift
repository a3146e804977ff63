import RedisClient
import Testing

@Suite("waitable_take and waitable_give_back, and the queues of activities", .redisServer, .timeLimit(.minutes(1)))
struct ActivityFunctionTests {
    /// A document whose task 7 waits for an answer.
    private static let waiting = #"{"s":"R","d":"h","b":1,"w":"3,7","f":{"n":"T"},"input":{}}"#
    private static let later = "?9000000000000"

    private func start(_ partition: Partition, _ name: String, effects: [[String]]) async throws {
        let entry = Entry(name, next: "4000000000000", document: Self.waiting, effects: effects)
        #expect(try await partition.call("accept", Entry.arguments([entry])) == .array([.integer(1)]))
    }

    private func inbox(_ partition: Partition, _ name: String) async throws -> [String] {
        try await partition.redis("HGETALL", "~:inbox:\(name)").array?.compactMap(\.string) ?? []
    }

    @Test("a task of an activity that does not exist is answered at once, whether the execution starts or goes on")
    func missingActivity() async throws {
        let partition = try Partition()
        let effect = ["A", "mail", "7\nm:a\ntoken\n{}", #"{"error":"E"}"#]
        let entry = Entry("m:a", next: Self.later, document: Self.waiting, effects: [effect])
        #expect(try await partition.call("accept", Entry.arguments([entry])) == .array([.integer(1)]))
        try await partition.accept("m:b")
        let token = try await partition.claim().token
        let other = ["A", "mail", "7\nm:b\ntoken\n{}", #"{"error":"E"}"#]
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
        #expect(try await partition.call("take", "mail", "") == .null)
    }

    @Test("an activity's tasks are taken once, in order, and only while they wait")
    func take() async throws {
        let partition = try Partition()
        try await partition.redis("HSET", "~:activities", "mail", "{}")
        for name in ["m:a", "m:b", "m:c"] {
            try await start(partition, name, effects: [["A", "mail", "7\n\(name)\ntoken-\(name)\n{}", "{}"]])
        }
        try await partition.call("stop", "m:a")
        #expect(
            try await partition.call("take", "mail", #""w""#)
                == .array(["token-m:b", "{}", "m:b", "7"].map { .bulk(Array($0.utf8)) })
        )
        let started = try await inbox(partition, "m:b")
        #expect(started[0] == "s7")
        #expect(started[1].hasPrefix(#"{"worker":"w","at":"#))
        #expect(
            try await partition.call("take", "mail", "")
                == .array(["token-m:c", "{}", "m:c", "7"].map { .bulk(Array($0.utf8)) })
        )
        #expect(try await partition.call("take", "mail", "") == .null)
        #expect(try await partition.call("take", "other", "") == .null)
    }

    @Test("a task that is given back is the first again, as if nobody had taken it")
    func giveBack() async throws {
        let partition = try Partition()
        try await partition.redis("HSET", "~:activities", "mail", "{}")
        for name in ["m:a", "m:b"] {
            try await start(partition, name, effects: [["A", "mail", "7\n\(name)\ntoken-\(name)\n{\"n\":\n1}", "{}"]])
        }
        let taken = try #require(try await partition.call("take", "mail", "").array?.compactMap(\.string))
        #expect(taken == ["token-m:a", "{\"n\":\n1}", "m:a", "7"])
        let words = ["mail", taken[2], taken[3], taken[0], taken[1]]
        #expect(try await partition.call("give_back", words) == .integer(1))
        #expect(try await inbox(partition, "m:a").isEmpty)
        // Once more, as after a reply that was lost.
        #expect(try await partition.call("give_back", words) == .integer(0))
        #expect(try await partition.redis("LLEN", "~:activity:mail") == .integer(2))
        #expect(try await partition.call("take", "mail", "").array?.compactMap(\.string) == taken)
        #expect(try await partition.call("take", "mail", "").array?.first?.string == "token-m:b")
    }

    @Test(
        "a task is not given back once it has been answered, has lived, or waits no more",
        arguments: [["tell", "m:a", "7", "7", "{}"], ["tell", "m:a", "7", "h7", "1"], ["stop", "m:a"]]
    )
    func keptBack(words: [String]) async throws {
        let partition = try Partition()
        try await partition.redis("HSET", "~:activities", "mail", "{}")
        try await start(partition, "m:a", effects: [["A", "mail", "7\nm:a\ntoken\n{}", "{}"]])
        #expect(try await partition.call("take", "mail", "") != .null)
        try await partition.call(words[0], Array(words.dropFirst()))
        #expect(try await partition.call("give_back", "mail", "m:a", "7", "token", "{}") == .integer(0))
        #expect(try await partition.call("take", "mail", "") == .null)
    }
}
