import RedisClient
import Testing
import Waitable
import WaitableRedis

@Suite("waitable_renew, _release, _put_off and _adopt", .redisServer, .timeLimit(.minutes(1)))
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

    @Test("what is given back without a pause is due before what came due since it was claimed")
    func releasedInOrder() async throws {
        let partition = try Partition()
        try await partition.accept("m:a")
        let claim = try await partition.claim()
        try await partition.pass(claim.microseconds / 1_000 + 2)
        let between = claim.microseconds / 1_000 + 1
        try await partition.redis("ZADD", "~:due", "\(between)", "bare")
        #expect(try await partition.call("release", claim.token, "0", "m:a").integer == 1)
        #expect(try await partition.due().first == "m:a")
        #expect(try await partition.claim().names == ["m:a", "bare"])
    }

    @Test("what is given back together keeps its order, before what came due later, whatever the names")
    func releasedTogether() async throws {
        let partition = try Partition()
        for name in ["m:c", "m:b", "m:a"] {
            let now = try await partition.now()
            try await partition.accept(name, due: now)
            try await partition.pass(now + 1)
            let claim = try await partition.claim()
            try await partition.pass(claim.microseconds / 1_000 + 2)
            try await partition.call("release", [claim.token, "0"] + claim.names)
        }
        #expect(try await partition.claim().names == ["m:c", "m:b", "m:a"])
    }

    @Test("what is put off is due later, under no lease, and counted as redelivered")
    func putOff() async throws {
        let partition = try Partition()
        try await partition.redis("ZADD", "~:due", "1", "one", "1", "two", "2", "three")
        for times in Int64(0)..<3 {
            let claim = try await partition.claim(limit: 2)
            #expect(claim.members.map(\.redeliveries) == [times, times])
            #expect(try await partition.call("put_off", claim.token, "1", "one", "two", "three").integer == 2)
            #expect(try await partition.redis("EXISTS", "~:leases") == .integer(0))
            try await partition.redis("ZADD", "~:due", "1", "one", "1", "two")
        }
        let claim = try await partition.claim(limit: 1)
        try await partition.call("put_off", claim.token, "5000", "one")
        let due = try #require(try await partition.redis("ZSCORE", "~:due", "one").string.flatMap { Int64($0) })
        #expect(due > claim.microseconds / 1_000 + 4_999)
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

    @Test("what has no document is released to when it was claimed, where the clock was set back since")
    func releasedBareMember() async throws {
        let partition = try Partition()
        try await partition.redis("ZADD", "~:due", "1", "bare")
        try await partition.accept("m:a")
        let claim = try await partition.claim()
        #expect(claim.names.sorted() == ["bare", "m:a"])
        // As if that had been five seconds later.
        let later = try await partition.now() + 5_000
        try await partition.redis("ZADD", "~:leases", "\(later)", claim.token)
        #expect(try await partition.call("release", claim.token, "0", "bare", "m:a") == .integer(2))
        #expect(try await partition.redis("ZSCORE", "~:due", "bare").string == "\(later)")
        #expect(try await partition.claim().names == ["m:a"])
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
        #expect(try await partition.redis("HGET", "~:redelivered", "m:order-42").string == "-1")
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

    /// Members of `due` that somebody put there by hand: empty, long, and two that are no UTF-8, alike when they are read so.
    private static let oddMembers: [[UInt8]] = [
        Array("m:a".utf8), [], Array(repeating: 0x61, count: 2_000), [0x6D, 0x3A, 0xFF], [0x6D, 0x3A, 0xFE],
    ]

    private func put(_ partition: Partition, _ members: [[UInt8]]) async throws {
        var command = RedisCommand("ZADD", partition.prefix + ":due")
        for member in members {
            command.append("1")
            command.append(member)
        }
        _ = try await partition.client.send(command)
    }

    @Test("members of any bytes are renewed and released with the others of their claim")
    func oddMembers() async throws {
        let partition = try Partition()
        try await put(partition, Self.oddMembers)
        let claim = try await partition.store.claim(limit: 10, lease: 60_000, worker: "w")
        #expect(Set(claim.members.map(\.bytes)) == Set(Self.oddMembers))
        let renewed = try await partition.store.renew(claim.members.map(\.bytes), token: claim.token, lease: 90_000)
        #expect(renewed.held == Set(Self.oddMembers))
        #expect(try await partition.store.release(claim.members.map(\.bytes), token: renewed.token) == 5)
        let again = try await partition.store.claim(limit: 10, lease: 60_000, worker: "w")
        #expect(again.members.count == 5)
        #expect(again.members.allSatisfy { $0.redeliveries == 0 })
    }

    @Test("a start between the adoption of its Id and the commit of that stands", arguments: [true, false])
    func startWhileAdopted(isByHand: Bool) async throws {
        let partition = try Partition()
        try await partition.call("deploy", "m", "default", "h", "{}", #"{"hash":"h"}"#)
        try await partition.redis("ZADD", "~:due", "1", "order-42")
        let claim = try await partition.claim()
        #expect(try await partition.call("adopt", claim.token, "order-42", "m:order-42").integer == 1)
        if isByHand {
            try await partition.call("start", #"{"Id":"order-42","StartTimestamp":"2026-01-01T00:00:00Z"}"#)
        } else {
            #expect(try await partition.accept("m:order-42").results == [.integer(1)])
        }
        let started = try #require(try await partition.document("m:order-42"))
        let late = Entry("m:order-42", next: "", token: claim.token, effects: [Entry.put("T:order-42", "P", "late")])
        #expect(try await partition.call("commit", [claim.token] + Entry.arguments([late])) == .array([.integer(0)]))
        #expect(try await partition.call("renew", claim.token, "90000", "m:order-42").array?.last == .integer(0))
        #expect(try await partition.document("m:order-42") == started)
        #expect(try await partition.item("T:order-42").isEmpty)
        #expect(try await partition.claim().names == ["m:order-42"])
    }

    private static let bad: [([String], String)] = [
        (["renew"], "token: must be a lease token: ''"),
        (["renew", "1.5"], "lease: must be an integer from 1 to 86400000: ''"),
        (["renew", "1.5", "1"], "executions: must be 1 to 1000: '0'"),
        (["renew", "1.5", "1", "a", "a"], "execution: must be given once: 'a'"),
        (["release", "x", "0", "a"], "token: must be a lease token: 'x'"),
        (["release", "1.5", "0"], "executions: must be 1 to 1000: '0'"),
        (["put_off", "x", "1", "a"], "token: must be a lease token: 'x'"),
        (["put_off", "1.5", "0", "a"], "pause: must be an integer from 1 to 86400000: '0'"),
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
