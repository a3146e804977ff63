import RedisClient
import Testing

@Suite("What was due when Redis's clock was set back", .redisServer, .timeLimit(.minutes(1)))
struct ClockSetBackTests {
    let partition: Partition

    init() throws { partition = try Partition() }

    private static let hour: Int64 = 3_600_000
    private static let item = #"{"Id":"a","StartTimestamp":"2036-01-01T00:00:00Z"}"#
    private static let waiting = #"{"s":"R","d":"h","b":1,"w":"7","f":{"n":"T"},"input":{}}"#

    /// Something that is due at once, by each way that there is to it.
    private static let ways: [(name: String, make: @Sendable (Partition) async throws -> Void)] = [
        ("m:a", { try await $0.call("start", item, "m") }),
        ("m:a", { try await $0.accept("m:a", due: try await $0.now()) }),
        (
            "m:a",
            { partition in
                try await partition.accept("m:a", due: 9_000_000_000_000)
                try await partition.call("stop", "m:a")
                try await partition.call("redrive", "m:a")
            }
        ),
        (
            "m:a",
            { partition in
                let entry = Entry("m:a", next: "9000000000000", document: waiting)
                try await partition.call("accept", Entry.arguments([entry]))
                try await partition.call("answer", "m:a", "7", "7", "{}")
            }
        ),
        (
            "m:a",
            { partition in
                try await partition.accept("m:a")
                try await partition.call("release", try await partition.claim().token, "0", "m:a")
            }
        ),
        (
            "m:a",
            { partition in
                try await partition.accept("p:a", due: 9_000_000_000_000)
                let child = ["start", "m", "a", "{}", "7", "@", ""]
                let entry = Entry("p:b", next: "9000000000000", effects: [child])
                try await partition.call("accept", Entry.arguments([entry]))
            }
        ),
        (
            "m:a",
            { partition in
                try await partition.accept("m:a", due: 9_000_000_000_000)
                try await partition.call("reschedule", "m:a", "5")
                // As it is where a worker has to look what else it waits for.
                let noted = try #require(try await partition.redis("ZSCORE", "~:clock", "now").string)
                try await partition.redis("ZADD", "~:due", noted, "m:a")
            }
        ),
        // Given back with a pause, as where Redis has no room; and a call, which has to give a sign of life.
        (
            "m:a",
            { partition in
                try await partition.accept("m:a", "m:b")
                let token = try await partition.claim().token
                try await partition.call("release", token, "0", "m:b")
                try await partition.call("release", token, "30000", "m:a")
                try await partition.redis("ZREM", "~:due", "m:b")
            }
        ),
        (
            "m:a",
            { partition in
                let limit = try await partition.now() + 30_000
                try await partition.call(
                    "accept",
                    Entry.arguments([Entry("m:a", next: "\(limit)", document: waiting)])
                )
            }
        ),
    ]

    /// Makes it look as if the clock had been set back by an hour: what was noted by it lies ahead by that.
    private func setBack() async throws {
        let now = try await partition.now()
        for key in ["~:due", "~:leases", "~:clock"] {
            let words = try #require(try await partition.redis("ZRANGE", key, "0", "-1", "WITHSCORES").array)
            for index in stride(from: 0, to: words.count, by: 2) {
                let (member, text) = (try #require(words[index].string), try #require(words[index + 1].string))
                let score = try #require(Double(text))
                guard score <= Double(now) + 30_002 else { continue }
                try await partition.redis("ZADD", key, "\(Int64(score) + Self.hour)", member)
            }
        }
    }

    /// Claims until nothing more is due.
    private func claimAll() async throws -> [String] {
        var names: [String] = []
        for _ in 0..<100 {
            let claim = try await partition.claim(limit: 1_000)
            names += claim.names
            guard let head = Double(claim.head), head <= Double(claim.microseconds) / 1_000 else { return names }
        }
        Issue.record("claims do not come to an end")
        return names
    }

    @Test("is due all the same, where it was due at once", arguments: 0..<ways.count)
    func dueAtOnce(way: Int) async throws {
        try await partition.call("deploy", "m", "put", "h", "{}", #"{"hash":"h"}"#)
        try await Self.ways[way].make(partition)
        #expect(try await partition.due().count >= 2)
        try await setBack()
        #expect(try await claimAll() == [Self.ways[way].name])
        #expect(try await partition.redis("EXISTS", "~:paused") == .integer(0))
    }

    @Test("a clock that is set back once more while that is looked through keeps nothing from being found")
    func setBackTwice() async throws {
        try await partition.call("deploy", "m", "put", "h", "{}", #"{"hash":"h"}"#)
        let now = try await partition.now()
        let unbegun = (0..<500).map { Entry("m:\($0)", next: "\(now + Self.hour)") }
        try await partition.call("accept", Entry.arguments(unbegun))
        try await partition.redis("ZADD", "~:clock", "\(now + Self.hour)", "now")
        #expect(try await partition.claim(limit: 1).names.isEmpty)
        try await partition.redis("ZADD", "~:clock", "\(now + 30_000)", "now")
        #expect(try await claimAll().count == 500)
        #expect(try await partition.redis("EXISTS", "~:paused") == .integer(0))
    }

    @Test("waits on where it waits for its instant, however many do so, and each of the others comes")
    func others() async throws {
        try await partition.call("deploy", "m", "put", "h", "{}", #"{"hash":"h"}"#)
        try await partition.call("start", Self.item, "m")
        try await setBack()
        let later = try #require(try await partition.redis("ZSCORE", "~:clock", "now").string.flatMap { Int64($0) })
        let ends = #"{"s":"R","d":"h","b":1,"z":\#(later - 1_000),"f":{"n":"T"},"input":{}}"#
        var entries = (0..<700).map { Entry("m:wait-\($0)", next: "\(later - 1_000)", document: ends) }
        // Between them, before and behind; and one whose wait is over by this clock too.
        for (number, instant) in [later - 2_000, later - 1_000, later - 1_000, later - 500].enumerated() {
            entries.append(Entry("m:unbegun-\(number)", next: "\(instant)"))
        }
        let over = #"{"s":"R","d":"h","b":1,"z":5,"f":{"n":"T"},"input":{}}"#
        entries.append(Entry("m:over", next: "\(later - 1_000)", document: over))
        for start in stride(from: 0, to: entries.count, by: 500) {
            let part = Array(entries[start..<min(start + 500, entries.count)])
            try await partition.call("accept", Entry.arguments(part))
        }
        try await partition.redis("ZADD", "~:due", "\(later - 1_500).5", "m:held", "\(later - 1_000)", "bare")
        let names = ["m:a", "m:over", "m:unbegun-0", "m:unbegun-1", "m:unbegun-2", "m:unbegun-3"]
        #expect(try await claimAll().sorted() == names)
        let due = try await partition.due()
        #expect(due.count == 2 * (700 + 2 + names.count))
        #expect(due.count { $0 == "\(later - 1_000)" } == 701)
        #expect(due.contains("\(later - 1_500).5"))
        #expect(try await partition.redis("EXISTS", "~:paused") == .integer(0))
        #expect(try await claimAll().isEmpty)
    }
}
