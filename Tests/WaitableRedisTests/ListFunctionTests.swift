import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableOperations
import WaitableRedis

@Suite("waitable_list", .redisServer, .timeLimit(.minutes(1)))
struct ListFunctionTests {
    let partition: Partition

    init() throws { partition = try Partition() }

    /// A stretch: the names in it, and the place to go on from.
    private func list(
        _ set: String = "due",
        _ order: String = "up",
        after place: (score: String, name: String) = ("", ""),
        until stop: String = "",
        looked: Int = 1_000,
        wanted: Int = 1_000,
        machine: String = "",
        kinds: String = ""
    ) async throws -> (names: [String], documents: [String], place: (score: String, name: String)?) {
        let reply = try await partition.call(
            "list",
            [set, order, place.score, place.name, stop, String(looked), String(wanted), machine, kinds]
        )
        let words = try #require(reply.array).compactMap(\.string)
        return (
            stride(from: 2, to: words.count, by: 3).map { words[$0] },
            stride(from: 2, to: words.count, by: 3).map { words[$0 + 2] },
            words[0].isEmpty ? nil : (words[0], words[1])
        )
    }

    /// All names, a few at a time. `between` is called with the place after each stretch.
    private func all(
        _ order: String,
        of size: Int,
        between: ((score: String, name: String)) async throws -> Void = { _ in }
    ) async throws -> [String] {
        var names: [String] = []
        var place: (score: String, name: String)? = ("", "")
        while let current = place {
            let stretch = try await list("due", order, after: current, looked: size)
            names += stretch.names
            place = stretch.place
            if let place { try await between(place) }
        }
        return names
    }

    private func add(_ count: Int, score: (Int) -> String) async throws -> [String] {
        let members = (0..<count).map { (score: score($0), name: "m:\(String($0, radix: 36))") }
        for start in stride(from: 0, to: count, by: 500) {
            var command = RedisCommand("ZADD", partition.prefix + ":due")
            for member in members[start..<min(start + 500, count)] {
                command.append(member.score)
                command.append(member.name)
            }
            _ = try await partition.client.send(command)
        }
        return members.map(\.name)
    }

    @Test("Up and down, in stretches of any size, everything comes once", arguments: [1, 7, 100])
    func orders(size: Int) async throws {
        let names = try await add(100) { String($0 / 10) + ($0 % 10 == 0 ? ".5" : "") }
        let whole = try #require(try await partition.redis("ZRANGE", "~:due", "0", "-1").array).compactMap(\.string)
        #expect(Set(whole) == Set(names))
        #expect(try await all("up", of: size) == whole)
        #expect(try await all("down", of: size) == whole.reversed())
    }

    @Test(
        "It goes on where it stopped, though thousands share a score and the last one seen moves on",
        arguments: [true, false]
    )
    func movingOn(isUp: Bool) async throws {
        let names = try await add(3_000) { _ in "1000" }
        let seen = try await all(isUp ? "up" : "down", of: 100) { place in
            // To the side that the list has left behind: it must not come again, nor shift what is to come.
            try await partition.redis("ZADD", "~:due", isUp ? "1" : "9000", place.name)
            try await partition.redis("ZADD", "~:due", isUp ? "2" : "8000", "new-" + place.name)
        }
        #expect(seen.count == 3_000)
        #expect(Set(seen) == Set(names))
    }

    @Test("Names of the same score are told apart as Redis does it, byte by byte")
    func bytes() async throws {
        let names = ["M:a", "m:A", "m:a", "m:aa", "m:é", "m:z", "m-1:a", "m_1:a", "10:a", "9:a"]
        for name in names { try await partition.redis("ZADD", "~:due", "5", name) }
        var raw = RedisCommand("ZADD", partition.prefix + ":due", "5")
        raw.append([0xFF, 0x00, 0x80])
        _ = try await partition.client.send(raw)
        let whole = try #require(try await partition.redis("ZRANGE", "~:due", "0", "-1").array)
        for (index, name) in whole.enumerated() where index < names.count {
            let text = try #require(name.string)
            try await partition.redis("ZREM", "~:due", text)
            #expect(try await list(after: ("5", text)).names == whole[(index + 1)...].compactMap(\.string))
            #expect(
                try await list("due", "down", after: ("5", text)).names
                    == whole[..<index].reversed().compactMap(\.string)
            )
            try await partition.redis("ZADD", "~:due", "5", text)
        }
    }

    @Test("A place without a name stands before its score; an end is not in the stretch")
    func windows() async throws {
        _ = try await add(50) { String($0) }
        let window = try await list(after: ("10", ""), until: "13")
        #expect(window.names == ["m:a", "m:b", "m:c"])
        #expect(window.place == nil)
        let first = try await list(after: ("10", ""), until: "13", looked: 2)
        #expect(first.names == ["m:a", "m:b"])
        #expect(try await list(after: try #require(first.place), until: "13").names == ["m:c"])
        #expect(try await list(after: ("49.5", "")).names.isEmpty)
    }

    @Test("Machines and kinds are sorted out inside, with documents; what has none is left out")
    func filters() async throws {
        try await partition.accept("m:wait", "other:wait", due: 9_000_000_000_000)
        try await partition.accept("m:held", "m:gone", due: 1)
        _ = try await partition.claim()
        try await partition.call("stop", "m:gone")
        let done = Entry("m:done", next: "")
        try await partition.call("accept", Entry.arguments([done]))
        try await partition.redis("ZADD", "~:due", "3", "bare")
        #expect(try await list(kinds: "W").names == ["m:wait", "other:wait"])
        #expect(try await list(kinds: "L").names == ["m:held"])
        #expect(try await list(kinds: "WL").names == ["m:held", "m:wait", "other:wait"])
        #expect(try await list(machine: "m", kinds: "W").names == ["m:wait"])
        #expect(try await list(machine: "wait", kinds: "WL").names.isEmpty)
        #expect(try await list().names == ["bare", "m:held", "m:wait", "other:wait"])
        #expect(try await list("closed", kinds: "A").names == ["m:gone"])
        let closed = try await list("closed", kinds: "SFT")
        #expect(closed.names == ["m:done"])
        #expect(closed.documents == [done.document])
    }

    @Test("It stops when there is enough, and goes on behind that")
    func enough() async throws {
        try await partition.accept("m:a", "n:b", "m:c", "m:d", due: 1)
        let first = try await list(wanted: 2, machine: "m", kinds: "W")
        #expect(first.names == ["m:a", "m:c"])
        let second = try await list(after: try #require(first.place), wanted: 2, machine: "m", kinds: "W")
        #expect(second.names == ["m:d"])
        #expect(second.place == nil)
        #expect(try await list(wanted: 3, machine: "m", kinds: "W").place == nil)
        #expect(try await list(looked: 2, kinds: "S").names.isEmpty)
        #expect(try await list(looked: 2, kinds: "S").place?.name == "m:c")
    }

    @Test("Documents of more than 4 MiB come in several calls, one at least in each")
    func large() async throws {
        let filler = String(repeating: "x", count: 3_000_000)
        for name in ["m:a", "m:b", "m:c"] {
            let document = #"{"s":"R","d":"h","b":1,"input":"\#(filler)"}"#
            try await partition.call("accept", Entry.arguments([Entry(name, next: "1", document: document)]))
        }
        var names: [[String]] = []
        var place: (score: String, name: String)? = ("", "")
        while let current = place {
            let stretch = try await list(after: current, kinds: "W")
            names.append(stretch.names)
            place = stretch.place
        }
        #expect(names == [["m:a"], ["m:b"], ["m:c"]])
    }

    @Test("A list goes on past members that are infinitely early or late, both ways", arguments: ["up", "down"])
    func infinite(order: String) async throws {
        let scores = ["-inf", "-1e300", "5", "1e300", "inf", "+inf"]
        for (number, score) in scores.enumerated() {
            try await partition.redis("ZADD", "~:due", score, "m:\(number)")
        }
        let names = scores.indices.map { "m:\($0)" }
        #expect(try await all(order, of: 1) == (order == "up" ? names : names.reversed()))
    }

    @Test("Closed executions come from the last closed on, alone and behind open ones, a page at a time")
    func newestFirst() async throws {
        let store = partition.store
        for (number, name) in ["a", "b", "c", "d", "e"].enumerated() {
            let document = #"{"s":"\#(name == "c" ? "S" : "F")","ended":\#(number),"d":"h","b":1,"input":{}}"#
            try await partition.call("accept", Entry.arguments([Entry("m:\(name)", next: "", document: document)]))
            try await partition.redis("ZADD", "~:closed", "\(number)", "m:\(name)")
        }
        try await partition.accept("m:open", due: 9_000_000_000_000)
        func names(_ statuses: Set<ItemSummary.Status>, pagesOf limit: Int) async throws -> [String] {
            var names: [String] = []
            var cursor: ListCursor?
            repeat {
                var list = ExecutionList()
                list.statuses = statuses
                let (found, next) = try await Partitions(only: store).executions(list, from: cursor, limit: limit) {
                    $0
                }
                names += found.map(\.execution.key.name)
                cursor = try next.map { try #require(ListCursor(token: $0.token)) }
            } while cursor != nil
            return names
        }
        #expect(try await names([.failed], pagesOf: 2) == ["e", "d", "b", "a"])
        #expect(try await names(Set(ItemSummary.Status.allCases), pagesOf: 4) == ["open", "e", "d", "c", "b", "a"])
        var members: [String] = []
        var cursor: ListCursor? = .beginning
        while let current = cursor {
            let (found, next) = try await Partitions(only: store).members(from: current, limit: 2)
            members += found.map(\.name)
            cursor = next
        }
        #expect(members == ["m:open", "m:e", "m:d", "m:c", "m:b", "m:a"])
    }

    @Test("A place's token is short enough to be copied, and only as it was given out")
    func tokens() throws {
        let name = "waitable-stepfunction:3fa85f64-5717-4562-b3fc-2c963f66afa6"
        let member = ListedMember(set: .due, bytes: Array(name.utf8), score: 2_113_808_400_000)
        let cursor = ListCursor(set: .due, after: member)
        #expect(cursor.token.utf8.count < 100)
        #expect(ListCursor(token: cursor.token) == cursor)
        for token in [cursor.token + "=", cursor.token.uppercased(), "d.0", "x", "d.0.!", "d..YQ"] {
            #expect(ListCursor(token: token) == nil, "\(token)")
        }
        let odd = ListedMember(set: .closed, bytes: [0xFB, 0xFF, 0xFE, 0x2E], score: -1.5)
        #expect(ListCursor(token: ListCursor(set: .closed, after: odd).token)?.last == odd)
    }

    @Test("Pages of a list go on past a member that is infinitely late")
    func infinitePages() async throws {
        let store = partition.store
        for name in ["a", "b", "c"] {
            try await partition.accept("m:\(name)")
            try await partition.redis("ZADD", "~:due", "inf", "m:\(name)")
        }
        var names: [String] = []
        var cursor: ListCursor?
        repeat {
            var list = ExecutionList()
            list.statuses = [.waiting]
            let (found, next) = try await Partitions(only: store).executions(list, from: cursor, limit: 1) { $0 }
            names += found.map(\.execution.key.name)
            #expect(found.allSatisfy { $0.score.map(DueScore.init)?.due == nil })
            cursor = try next.map { try #require(ListCursor(token: $0.token)) }
            if let cursor { #expect(list.holds(cursor)) }
        } while cursor != nil
        #expect(names == ["a", "b", "c"])
    }

    @Test(
        "What is no list is refused",
        arguments: [
            (["item", "up", "", "", "", "1", "1", "", ""], "VALIDATION set: must be due, closed or failed: 'item'"),
            (["due", "", "", "", "", "1", "1", "", ""], "VALIDATION order: must be up or down: ''"),
            (["due", "up", "nan", "", "", "1", "1", "", ""], "VALIDATION score: must be a number: 'nan'"),
            (["due", "up", "", "", "inf", "1", "1", "", ""], "VALIDATION stop: must be a number: 'inf'"),
            (["due", "up", "", "m:a", "", "1", "1", "", ""], "VALIDATION execution: must come with its score: 'm:a'"),
            (
                ["due", "up", "", "", "", "1001", "1", "", ""],
                "VALIDATION entries to look at: must be an integer from 1 to 1000: '1001'"
            ),
            (
                ["due", "up", "", "", "", "1", "0", "", ""],
                "VALIDATION entries to return: must be an integer from 1 to 1000: '0'"
            ),
            (["due", "up", "", "", "", "1", "1", "", "R"], "VALIDATION kinds: must be letters of WLSFTA: 'R'"),
            (["due", "up", "", "", "", "1", "1"], "VALIDATION kinds: must be letters of WLSFTA: ''"),
            (["due", "up", "", "", "", "1", "1", "", "", "x"], "VALIDATION arguments: must be 9: '10'"),
            (["due"], "VALIDATION order: must be up or down: ''"),
            (["due", "up"], "VALIDATION score: must be a number: ''"),
        ] as [([String], String)]
    )
    func refuses(arguments: [String], error: String) async throws {
        #expect(try await partition.refusal("list", arguments) == error)
    }
}
