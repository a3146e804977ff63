import RedisClient
import Testing

@Suite("waitable_examine and waitable_mend", .redisServer, .timeLimit(.minutes(1)))
struct DoctorFunctionTests {
    /// What is said of one subject.
    private struct Finding: Equatable {
        var name: String
        var code: String
        var isMended: Bool
    }

    private static let patterns = #"{"h":{"attribute":"P","first":"STARTED","last":"COMPLETED"}}"#

    /// A machine that follows the pattern, an execution of it that waits and one that succeeded, with their items.
    private func prepare() async throws -> Partition {
        let partition = try Partition()
        try await partition.call("deploy", "m", "default", "h", "{}", #"{"hash":"h"}"#)
        let waiting = #"{"s":"R","d":"h","b":1,"z":9000000000000,"f":{"n":"Wait"},"input":{"Id":"open"}}"#
        let done = #"{"s":"S","ended":7,"k":"1.5","d":"h","b":1,"input":{"Id":"done"}}"#
        let entries = [
            Entry(
                "m:open",
                next: "9000000000000",
                document: waiting,
                history: "h",
                effects: [Entry.put("T:open", "P", "STARTED")]
            ),
            Entry("m:done", next: "", document: done, history: "h", effects: [Entry.put("T:done", "P", "COMPLETED")]),
        ]
        try await partition.call("accept", Entry.arguments(entries))
        return partition
    }

    private func judge(
        _ partition: Partition,
        _ function: String,
        _ subjects: [(String, String)]
    ) async throws -> [Finding] {
        let words = ["3660000", "T", Self.patterns] + subjects.flatMap { [$0.0, $0.1] }
        let reply = try #require(try await partition.call(function, words).array)
        return try #require(reply[0].array).map { finding in
            let words = try #require(finding.array)
            return Finding(
                name: try #require(words[1].string),
                code: try #require(words[2].string),
                isMended: words[4] == .integer(1)
            )
        }
    }

    @Test("what is as it has to be is not found: waiting, leased, closed, parked in a pause, bare with an item")
    func healthy() async throws {
        let partition = try await prepare()
        try await partition.accept("m:due", due: 1)
        let claim = try await partition.claim()
        #expect(claim.names == ["m:due"])
        try await partition.redis("HSET", "~:redelivered", "m:due", "1")
        try await partition.redis("HSET", "~:item:T:bare", "P", "STARTED")
        try await partition.redis("ZADD", "~:due", "9000000000000", "bare")
        try await partition.accept("m:parked", due: (1 << 50) + 1_000)
        try await partition.accept("m/Map:run:0", due: (1 << 50) + 1_000)
        try await partition.redis("HSET", "~:paused", "m", "1")
        let subjects = [
            ("E", "m/Map:run:0"),
            ("E", "m:open"), ("E", "m:done"), ("E", "m:due"), ("E", "m:parked"), ("M", "m:open"), ("M", "m:done"),
            ("M", "bare"), ("H", "m:open"), ("H", "m:done"), ("R", "m:due"), ("I", "T:open"), ("E", "m:gone"),
            ("H", "m:gone"), ("R", "m:gone"), ("I", "T:gone"), ("M", "m:gone"),
        ]
        let contents = try await partition.contents()
        #expect(try await judge(partition, "examine", subjects).isEmpty)
        #expect(try await judge(partition, "mend", subjects).isEmpty)
        #expect(try await partition.contents() == contents)
    }

    /// What is done to a healthy partition, what is found then, and whether it can be mended.
    struct Damage: Sendable, CustomTestStringConvertible {
        var commands: [[String]]
        var subject: (String, String)
        var code: String
        var isMended: Bool

        init(_ code: String, _ kind: String, _ name: String, mended: Bool, _ commands: [String]...) {
            self.commands = commands
            self.subject = (kind, name)
            self.code = code
            self.isMended = mended
        }

        var testDescription: String { code }
    }

    static let damages = [
        Damage("open-not-due", "E", "m:open", mended: true, ["ZREM", "~:due", "m:open"]),
        Damage("open-in-closed", "E", "m:open", mended: true, ["ZADD", "~:closed", "5", "m:open"]),
        Damage("closed-in-due", "E", "m:done", mended: true, ["ZADD", "~:due", "5", "m:done"]),
        Damage(
            "closed-in-due",
            "E",
            "m:done",
            mended: true,
            ["ZADD", "~:due", "5", "m:done"],
            ["ZREM", "~:closed", "m:done"]
        ),
        Damage("closed-not-listed", "E", "m:done", mended: true, ["ZREM", "~:closed", "m:done"]),
        Damage("listed-without-document", "M", "m:done", mended: true, ["HDEL", "~:executions", "m:done"]),
        Damage("listed-without-document", "E", "m:done", mended: true, ["HDEL", "~:executions", "m:done"]),
        Damage("listed-as-failed", "E", "m:done", mended: true, ["ZADD", "~:failed", "5", "m:done"]),
        Damage("listed-as-failed", "E", "m:open", mended: true, ["ZADD", "~:failed", "5", "m:open"]),
        Damage("listed-as-failed", "M", "m:gone", mended: true, ["ZADD", "~:failed", "5", "m:gone"]),
        Damage(
            "failure-not-listed",
            "E",
            "m:done",
            mended: true,
            ["HSET", "~:executions", "m:done", #"{"s":"T","d":"h","b":1,"input":{"Id":"done"}}"#]
        ),
        Damage("history-without-execution", "H", "m:x", mended: true, ["RPUSH", "~:history:m:x", "h"]),
        Damage("redelivered-not-due", "R", "m:done", mended: true, ["HSET", "~:redelivered", "m:done", "1"]),
        Damage("lease-too-long", "E", "m:open", mended: true, ["ZADD", "~:due", "9000000000000.5", "m:open"]),
        Damage("parked-not-paused", "E", "m:open", mended: true, ["ZADD", "~:due", "1125899906842724", "m:open"]),
        Damage(
            "parked-for-ever",
            "E",
            "gone:open",
            mended: true,
            ["HSET", "~:executions", "gone:open", #"{"s":"R","d":"h","b":1,"input":{}}"#],
            ["ZADD", "~:due", "1125899906842724", "gone:open"],
            ["HSET", "~:paused", "gone", "1"]
        ),
        Damage("nothing-to-run", "M", "bare", mended: false, ["ZADD", "~:due", "5", "bare"]),
        Damage("machine-not-deployed", "M", "n:bare", mended: false, ["ZADD", "~:due", "5", "n:bare"]),
        Damage(
            "machine-not-deployed",
            "M",
            "bare",
            mended: false,
            ["ZADD", "~:due", "5", "bare"],
            ["HDEL", "~:machines", ":default"]
        ),
        Damage("cannot-be-adopted", "M", "open", mended: false, ["ZADD", "~:due", "5", "open"]),
        Damage("never-due", "E", "m:open", mended: false, ["ZADD", "~:due", "inf", "m:open"]),
        Damage("never-due", "E", "m:open", mended: false, ["ZADD", "~:due", "1e300", "m:open"]),
        Damage("revision-missing", "E", "m:open", mended: false, ["DEL", "~:machine:h"]),
        Damage("item-missing", "E", "m:open", mended: false, ["DEL", "~:item:T:open"]),
        Damage("item-ahead", "E", "m:open", mended: false, ["HSET", "~:item:T:open", "P", "COMPLETED"]),
        Damage("item-behind", "E", "m:done", mended: false, ["HSET", "~:item:T:done", "P", "STARTED"]),
        Damage("wrong-type", "H", "m:open", mended: false, ["SET", "~:history:m:open", "x"]),
        Damage("wrong-type", "I", "T:odd", mended: false, ["SET", "~:item:T:odd", "x"]),
    ]

    @Test("each damage is found, once, and mended or left; after mending nothing is found", arguments: damages)
    func damage(_ damage: Damage) async throws {
        let partition = try await prepare()
        for words in damage.commands {
            var command = RedisCommand(name: words[0])
            for word in words.dropFirst() {
                command.append(word.hasPrefix("~") ? partition.prefix + word.dropFirst() : word)
            }
            _ = try await partition.client.send(command)
        }
        let damaged = try await partition.contents()
        var finding = Finding(name: damage.subject.1, code: damage.code, isMended: false)
        #expect(try await judge(partition, "examine", [damage.subject]) == [finding])
        #expect(try await partition.contents() == damaged)
        finding.isMended = damage.isMended
        #expect(try await judge(partition, "mend", [damage.subject]) == [finding])
        let left = try await judge(partition, "mend", [damage.subject])
        if damage.isMended {
            #expect(left.isEmpty)
            #expect(try await judge(partition, "examine", [("E", "m:open"), ("E", "m:done")]).isEmpty)
        } else {
            #expect(left == [finding])
            #expect(try await partition.contents() == damaged)
        }
    }

    @Test("what is mended has its place: due at once, or closed at its instant, and sleeping workers wake")
    func places() async throws {
        let partition = try await prepare()
        try await partition.redis("ZREM", "~:closed", "m:done")
        #expect(try await judge(partition, "mend", [("E", "m:done")]).count == 1)
        #expect(try await partition.redis("ZSCORE", "~:closed", "m:done").string == "7")
        try await partition.redis("ZREM", "~:due", "m:open")
        let before = try await partition.now()
        let messages = try await partition.messages {
            let mended = try await judge(partition, "mend", [("E", "m:open")])
            #expect(mended.count == 1)
        }
        let due = try #require(try await partition.redis("ZSCORE", "~:due", "m:open").integer)
        let after = try await partition.now()
        #expect((before...after).contains(due))
        #expect(messages == ["\(due)"])
        try await partition.redis("ZADD", "~:due", "\((1 << 50) + 1_700_000_000_000)", "m:open")
        #expect(try await judge(partition, "mend", [("E", "m:open")]).count == 1)
        #expect(try await partition.redis("ZSCORE", "~:due", "m:open").string == "1700000000000")
    }

    @Test("an item is its owner's: removed after the end, held by another execution, named by another input")
    func items() async throws {
        let partition = try await prepare()
        try await partition.redis("DEL", "~:item:T:done")
        #expect(try await judge(partition, "examine", [("E", "m:done")]).isEmpty)
        try await partition.redis("HSET", "~:item:T:done", "P", "STARTED")
        try await partition.call("deploy", "n", "put", "h", "{}", #"{"hash":"h"}"#)
        try await partition.accept("n:done", due: 9_000_000_000_000)
        #expect(try await judge(partition, "examine", [("E", "m:done")]).isEmpty)
        let other = #"{"s":"R","d":"h","b":1,"z":9,"f":{"n":"Wait"},"input":{"Id":"of another"}}"#
        try await partition.call("accept", Entry.arguments([Entry("m:mine", next: "9", document: other)]))
        #expect(try await judge(partition, "examine", [("E", "m:mine")]).isEmpty)
    }

    @Test("a revision that the caller does not tell of is named; a far instant is not taken for a pause")
    func others() async throws {
        let partition = try await prepare()
        let reply = try await partition.call("examine", "3660000", "T", "{}", "E", "m:open", "E", "m:done").array
        #expect(reply?[0] == .array([]))
        #expect(reply?[1].array?.map(\.string) == ["h"])
        try await partition.redis("ZADD", "~:due", "9000000000000", "m:open")
        #expect(try await judge(partition, "examine", [("E", "m:open")]).isEmpty)
    }

    @Test(
        "bad arguments are named",
        arguments: [
            (["0", "T", "{}", "E", "m:a"], "VALIDATION lease: "), (["1", "", "{}", "E", "m:a"], "VALIDATION table: "),
            (["1", "T", "[", "E", "m:a"], "VALIDATION patterns: "), (["1", "T", "{}", "E"], "VALIDATION subjects: "),
            (["1", "T", "{}"], "VALIDATION subjects: "), (["1", "T", "{}", "Z", "m:a"], "VALIDATION subject: "),
            (["1", "T", "{}", "E", ""], "VALIDATION subject: "), ([], "VALIDATION "),
        ]
    )
    func refusals(arguments: [String], error: String) async throws {
        let partition = try await prepare()
        let contents = try await partition.contents()
        for function in ["examine", "mend"] {
            #expect(try await partition.refusal(function, arguments)?.hasPrefix(error) == true)
        }
        #expect(try await partition.contents() == contents)
    }
}
