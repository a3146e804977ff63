import RedisClient
import Testing

@Suite("waitable_renew, _release and _adopt", .redisServer, .timeLimit(.minutes(1)))
struct LeaseFunctionTests {
    @Test("a renewal is a new token; the old one is worth nothing")
    func renew() async throws {
        let partition = try Partition()
        try await partition.accept("m:a", "m:b")
        let claim = try await partition.claim(limit: 1, lease: 1_000)
        let reply = try #require(try await partition.call("renew", claim.token, "90000", "m:a", "m:b", "m:x").array)
        let token = try #require(reply[0].string)
        #expect(reply.dropFirst() == [.integer(1), .integer(0), .integer(0)])
        let old = try #require(Double(claim.token))
        let new = try #require(Double(token))
        #expect(new > old + 80_000)
        #expect(try await partition.due() == ["m:b", "1", "m:a", token])
        let late = try await partition.call(
            "commit",
            [claim.token] + Entry.arguments([Entry("m:a", next: "", token: claim.token)])
        )
        #expect(late == .array([.integer(0)]))
        let lost = try await partition.call("renew", claim.token, "90000", "m:a")
        #expect(lost.array?.first?.string == "" && lost.array?.last == .integer(0))
    }

    @Test("released executions are due at once, and not counted as redelivered")
    func release() async throws {
        let partition = try Partition()
        try await partition.accept("m:a", "m:b", "m:c")
        let claim = try await partition.claim(limit: 2)
        #expect(try await partition.call("release", claim.token, "0", "m:a", "m:b", "m:c").integer == 2)
        let again = try await partition.claim()
        #expect(Set(again.names) == ["m:a", "m:b", "m:c"])
        #expect(again.members.allSatisfy { $0.redeliveries == 0 })
        #expect(try await partition.call("release", claim.token, "0", "m:a").integer == 0)
    }

    @Test("a release wakes the others")
    func releaseWakes() async throws {
        let partition = try Partition()
        try await partition.accept("m:a")
        let claim = try await partition.claim()
        let messages = try await partition.messages {
            try await partition.call("release", claim.token, "0", "m:a")
        }
        #expect(try await partition.due() == ["m:a"] + messages)
    }

    @Test("a bare member becomes an execution under the same lease, with its redeliveries")
    func adopt() async throws {
        let partition = try Partition()
        try await partition.redis("ZADD", "~:due", "1", "order-42")
        let first = try await partition.claim(lease: 1)
        try await partition.pass(first.microseconds / 1_000 + 2)
        let claim = try await partition.claim()
        #expect(try await partition.call("adopt", first.token, "order-42", "m:order-42").integer == 0)
        #expect(try await partition.call("adopt", claim.token, "order-42", "m:order-42").integer == 1)
        #expect(try await partition.due() == ["m:order-42", claim.token])
        #expect(try await partition.redis("HGET", "~:redelivered", "m:order-42").string == "1")
        #expect(try await partition.redis("HEXISTS", "~:redelivered", "order-42").integer == 0)
        let reply = try await partition.call(
            "commit",
            [claim.token] + Entry.arguments([Entry("m:order-42", next: "", token: claim.token)])
        )
        #expect(reply == .array([.integer(1)]))
    }

    @Test("an execution that exists is not taken over")
    func adoptExisting() async throws {
        let partition = try Partition()
        try await partition.accept("m:order-42", due: 9_999_999_999_999)
        try await partition.redis("ZADD", "~:due", "1", "order-42")
        let claim = try await partition.claim()
        let contents = try await partition.contents()
        #expect(try await partition.call("adopt", claim.token, "order-42", "m:order-42").integer == 2)
        #expect(try await partition.contents() == contents)
    }

    private static let bad: [([String], String)] = [
        (["renew"], "token: must be a lease token: ''"),
        (["renew", "1.5"], "lease: must be an integer from 1 to 86400000: ''"),
        (["renew", "1.5", "1"], "executions: must be 1 to 1000: '0'"),
        (["renew", "1.5", "1", ""], "execution: must have 1 to 1024 bytes: ''"),
        (["renew", "1.5", "1", "a", "a"], "execution: must be given once: 'a'"),
        (["release", "x", "0", "a"], "token: must be a lease token: 'x'"),
        (["release", "1.5", "0"], "executions: must be 1 to 1000: '0'"),
        (["adopt", "1.5", "a"], "execution: must have 1 to 1024 bytes: ''"),
        (["adopt", "1.5", "a", "a"], "execution: must differ from the member: 'a'"),
        (["adopt", "1.5", "a", "b", "c"], "arguments: must be 3: '4'"),
    ]

    @Test("bad arguments are refused", arguments: bad)
    func badArguments(words: [String], message: String) async throws {
        let partition = try Partition()
        #expect(try await partition.refusal(words[0], Array(words.dropFirst())) == "VALIDATION " + message)
    }
}
