import RedisClient
import Testing

@Suite("waitable_claim", .redisServer, .timeLimit(.minutes(1)))
struct ClaimFunctionTests {
    @Test("what is due behind many leases that ran out is claimed, too")
    func behindLapsed() async throws {
        let partition = try Partition()
        let now = try await partition.now()
        for number in 0..<200 {
            let lease = "\(now - 10_000 + Int64(number)).5"
            try await partition.redis("ZADD", "~:due", lease, "m:lapsed-\(number)")
            try await partition.redis("ZADD", "~:leases", "\(now - 20_000)", lease)
        }
        try await partition.accept("m:fresh", "m:too", due: now)
        var names: [String] = []
        for _ in 0..<4 { names += try await partition.claim().names }
        #expect(names.contains("m:fresh") && names.contains("m:too"))
        #expect(names.count <= 6)
    }

    @Test("what is due comes in order, with documents, under a token that is the new score")
    func claim() async throws {
        let partition = try Partition()
        let future = try await partition.now() + 600_000
        try await partition.accept("m:b", due: 20)
        try await partition.accept("m:a", due: 10)
        try await partition.accept("m:later", due: future)
        let claim = try await partition.claim(lease: 60_000)
        #expect(claim.names == ["m:a", "m:b"])
        #expect(claim.members.map(\.document) == [Entry("m:a", next: "1").document, Entry("m:b", next: "1").document])
        #expect(claim.members.map(\.redeliveries) == [0, 0])
        #expect(try await partition.redis("ZSCORE", "~:due", "m:a").string == claim.token)
        let score = try #require(Double(claim.token))
        #expect(Int64(score) == claim.microseconds / 1_000 + 60_000)
        let fraction = score - score.rounded(.down)
        #expect(fraction > 0 && fraction * 2_048 == (fraction * 2_048).rounded())
        #expect(claim.head == claim.token)
        let empty = try await partition.claim()
        #expect(empty.names.isEmpty && empty.token.isEmpty && empty.head == claim.token)
    }

    @Test("the head that comes along is the next due instant, or tells that more is due")
    func head() async throws {
        let partition = try Partition()
        #expect(try await partition.claim().head.isEmpty)
        let future = try await partition.now() + 600_000
        try await partition.accept("m:later", due: future)
        #expect(try await partition.claim().head == String(future))
        try await partition.accept("m:a", "m:b", "m:c")
        let claim = try await partition.claim(limit: 2)
        #expect(claim.names == ["m:a", "m:b"])
        #expect(claim.head == "1")
    }

    @Test("never early, and at once when it is time: to the millisecond")
    func neverEarly() async throws {
        let partition = try Partition()
        for round in 0..<40 {
            let due = try await partition.now() + 4
            try await partition.accept("m:\(round)", due: due)
            while true {
                let claim = try await partition.claim()
                if claim.names.isEmpty {
                    #expect(claim.microseconds < due * 1_000, "late")
                } else {
                    #expect(claim.microseconds >= due * 1_000, "early")
                    break
                }
            }
        }
    }

    @Test("a lease that runs out makes a redelivery, counted until the execution gets on")
    func redelivery() async throws {
        let partition = try Partition()
        try await partition.accept("m:a")
        let first = try await partition.claim(lease: 1)
        try await partition.pass(first.microseconds / 1_000 + 2)
        var token = first.token
        for (count, pause) in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 32_000].enumerated() {
            let again = try await partition.claim(lease: 1)
            #expect(again.members.map(\.redeliveries) == [Int64(count + 1)])
            #expect(again.token != token)
            // Longer each time.
            let end = try #require(Double(again.token)).rounded(.down)
            #expect(end == Double(again.microseconds / 1_000 + 1 + Int64(pause)))
            let renewed = try #require(try await partition.call("renew", again.token, "1", "m:a").array)
            let renewal = try #require(renewed[0].string)
            #expect(try #require(Double(renewal)) >= end)
            token = "\(1_000 + count).5"
            try await partition.redis("ZREM", "~:leases", renewal)
            try await partition.redis("ZADD", "~:leases", token, token)
            try await partition.redis("ZADD", "~:due", token, "m:a")
        }
        let last = try await partition.claim()
        #expect(last.members.map(\.redeliveries) == [8])
        let entry = Entry("m:a", next: "1", token: last.token)
        try await partition.call("commit", [last.token] + Entry.arguments([entry]))
        #expect(try await partition.redis("HGET", "~:redelivered", "m:a") == .null)
        #expect(try await partition.claim().members.map(\.redeliveries) == [0])
    }

    @Test("a member without a document waits for when it was claimed, where the clock was set back since")
    func bareMemberSetBack() async throws {
        let partition = try Partition()
        try await partition.redis("ZADD", "~:due", "1", "bare")
        let claim = try await partition.claim(lease: 30_000)
        #expect(claim.names == ["bare"])
        // As if that had been an hour later.
        let later = try await partition.now() + 3_600_000
        let lease = "\(later + 30_000).5"
        try await partition.redis("ZREM", "~:leases", claim.token)
        try await partition.redis("ZADD", "~:leases", "\(later)", lease)
        try await partition.redis("ZADD", "~:due", lease, "bare")
        #expect(try await partition.claim().names.isEmpty)
        #expect(try await partition.claim().names.isEmpty)
        #expect(try await partition.due() == ["bare", "\(later)"])
        #expect(try await partition.redis("EXISTS", "~:leases") == .integer(0))
    }

    @Test("a lease that no worker has said to have is not counted, but for the first one")
    func lostClaims() async throws {
        let partition = try Partition()
        try await partition.accept("m:a")
        for count in 0..<6 {
            let claim = try await partition.claim(lease: 1)
            #expect(claim.members.map(\.redeliveries) == [min(Int64(count), 1)])
            let token = "\(1_000 + count).5"
            try await partition.redis("ZREM", "~:leases", claim.token)
            try await partition.redis("ZADD", "~:leases", token, token)
            try await partition.redis("ZADD", "~:due", token, "m:a")
        }
        // One that is renewed with others keeps its count, too.
        let claim = try await partition.claim(lease: 1_000)
        try await partition.call("renew", claim.token, "1000", "m:a", "m:b")
        #expect(try await partition.redis("HGET", "~:redelivered", "m:a").string == "1")
    }

    @Test("workers that stop again and again within a few seconds make no poison of what they held")
    func hardTimes() async throws {
        let partition = try Partition()
        try await partition.accept("m:a", "m:b")
        let end = try await partition.now() + 2_500
        var most: Int64 = 0
        // Each claim is one that a worker stops with.
        while try await partition.now() < end {
            let claim = try await partition.claim(lease: 1)
            for member in claim.members {
                most = max(most, member.redeliveries)
                if member.redeliveries > 0 { try await partition.call("renew", claim.token, "1", member.name) }
            }
        }
        #expect(most == 2)
    }

    @Test("what lapsed comes alone, and in turn with what is due: only what outlasts its own lease is counted on")
    func lapsedAlone() async throws {
        let partition = try Partition()
        try await partition.accept("m:a", "m:b", "m:c")
        let first = try await partition.claim(lease: 1)
        try await partition.pass(first.microseconds / 1_000 + 2)
        try await partition.accept("m:x", "m:y")
        var batches: [[String]] = []
        for _ in 0..<4 { batches.append(try await partition.claim().names) }
        #expect(batches.filter { $0.count == 1 }.flatMap { $0 }.sorted() == ["m:a", "m:b", "m:c"])
        let fresh = try #require(batches.firstIndex(of: ["m:x", "m:y"]))
        #expect(fresh < 2)
        #expect(try await partition.claim().names.isEmpty)
    }

    @Test("a lease that was taken by a clock that has been set back since is over, and what is due comes beside it")
    func clockSetBack() async throws {
        let partition = try Partition()
        try await partition.accept("m:a", "m:b")
        let later = try await partition.now() + 3_600_000
        for name in ["m:a", "m:b"] { try await partition.redis("ZADD", "~:due", "\(later + 30_000).5", name) }
        try await partition.redis("ZADD", "~:leases", "\(later)", "\(later + 30_000).5")
        let future = try await partition.now() + 600_000
        try await partition.accept("m:later", due: future)
        try await partition.accept("m:x", due: 5)
        var batches: [[String]] = []
        for _ in 0..<3 { batches.append(try await partition.claim().names) }
        #expect(Set(batches) == [["m:a"], ["m:b"], ["m:x"]])
        #expect(try await partition.claim().names.isEmpty)
        // A long lease that was taken before now is another worker's.
        #expect(try await partition.due().contains("m:later"))
    }

    @Test("what is due comes also from between many leases that ran out")
    func manyLapsed() async throws {
        let partition = try Partition()
        for index in 0..<70 {
            let name = "m:\(index)"
            try await partition.accept(name)
            try await partition.redis("ZADD", "~:due", "\(1_000 + index).5", name)
            try await partition.redis("ZADD", "~:leases", "\(1_000 + index).5", "\(1_000 + index).5")
        }
        try await partition.accept("m:x", "m:y", due: 1_010)
        var batches: [[String]] = []
        for _ in 0..<71 { batches.append(try await partition.claim().names) }
        #expect(batches.prefix(2).contains(["m:x", "m:y"]))
        #expect(batches.filter { $0.count == 1 }.count == 70)
        #expect(Set(batches.joined()).count == 72)
        #expect(try await partition.claim().names.isEmpty)
    }

    @Test("a lease runs to its last millisecond")
    func leaseHolds() async throws {
        let partition = try Partition()
        try await partition.accept("m:a")
        let first = try await partition.claim(lease: 30)
        let expiry = try #require(Double(first.token))
        while true {
            let claim = try await partition.claim()
            guard claim.names.isEmpty else {
                #expect(Double(claim.microseconds) / 1_000 >= expiry)
                break
            }
        }
    }

    @Test("two claims in one millisecond have different tokens")
    func distinctTokens() async throws {
        let partition = try Partition()
        var tokens: Set<String> = []
        for round in 0..<300 { try await partition.accept("m:\(round)") }
        for _ in 0..<300 { tokens.insert(try await partition.claim(limit: 1).token) }
        #expect(tokens.count == 300)
    }

    @Test("ids that are made between claims make neither two leases the same, nor two ids")
    func madeIDs() async throws {
        let partition = try Partition()
        try await partition.call("deploy", "m", "create", "h", "{}", #"{"hash":"h"}"#)
        var tokens: Set<String> = []
        var names: Set<String> = []
        for round in 1...100 {
            for _ in 0..<3 { try await partition.call("start", #"{"StartTimestamp":"2026-11-23T10:00:00Z"}"#, "m") }
            let claim = try await partition.claim(limit: 3)
            tokens.insert(claim.token)
            names.formUnion(claim.names)
            #expect(names.count == 3 * round)
        }
        #expect(tokens.count == 100)
    }

    @Test("a member without a document comes without one")
    func bareMember() async throws {
        let partition = try Partition()
        try await partition.redis("ZADD", "~:due", "1", "order-42")
        let claim = try await partition.claim()
        #expect(claim.names == ["order-42"])
        #expect(claim.members[0].document == nil)
    }

    @Test("a claim hands out 16 MiB of documents at most, and at least one")
    func bytes() async throws {
        let partition = try Partition()
        let big = #"{"s":"R","input":""# + String(repeating: "x", count: 6_000_000) + #""}"#
        for name in ["m:a", "m:b", "m:c"] {
            try await partition.call("accept", Entry.arguments([Entry(name, next: "1", document: big)]))
        }
        #expect(try await partition.claim().names == ["m:a", "m:b"])
        #expect(try await partition.claim().names == ["m:c"])
    }

    @Test("1,000 at most come at once")
    func limit() async throws {
        let partition = try Partition()
        for batch in 0..<2 {
            let entries = (0..<600).map { Entry("m:\(batch)-\($0)", next: "1") }
            try await partition.call("accept", Entry.arguments(entries))
        }
        #expect(try await partition.claim(limit: 1_000).names.count == 1_000)
        #expect(try await partition.claim(limit: 1_000).names.count == 200)
    }

    @Test("a key of another type refuses the claim and leases nothing")
    func wrongType() async throws {
        let partition = try Partition()
        try await partition.accept("m:a")
        try await partition.redis("SET", "~:redelivered", "x")
        #expect(try await partition.refusal("claim", "10", "1000", "w")?.hasPrefix("WRONGTYPE") == true)
        #expect(try await partition.due() == ["m:a", "1"])
        try await partition.redis("DEL", "~:redelivered", "~:due")
        try await partition.redis("SET", "~:due", "x")
        #expect(try await partition.refusal("claim", "10", "1000", "w")?.hasPrefix("WRONGTYPE") == true)
    }

    private static let bad: [([String], String)] = [
        ([], "limit: must be an integer from 1 to 1000: ''"),
        (["0", "1"], "limit: must be an integer from 1 to 1000: '0'"),
        (["1001", "1"], "limit: must be an integer from 1 to 1000: '1001'"),
        (["x", "1"], "limit: must be an integer from 1 to 1000: 'x'"),
        (["1.5", "1"], "limit: must be an integer from 1 to 1000: '1.5'"),
        (["1"], "lease: must be an integer from 1 to 86400000: ''"),
        (["1", "0"], "lease: must be an integer from 1 to 86400000: '0'"),
        (["1", "1e3"], "lease: must be an integer from 1 to 86400000: '1e3'"),
        (["1", "1", "w", "x"], "sleep: must be an integer from 1 to 3600000: 'x'"),
        (["1", "1", "w", "1", "x"], "arguments: must be 4: '5'"),
    ]

    @Test("bad arguments lease nothing", arguments: bad)
    func badArguments(arguments: [String], message: String) async throws {
        let partition = try Partition()
        try await partition.accept("m:a")
        #expect(try await partition.refusal("claim", arguments) == "VALIDATION " + message)
        #expect(try await partition.due() == ["m:a", "1"])
    }
}
