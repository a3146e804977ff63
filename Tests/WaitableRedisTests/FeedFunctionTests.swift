import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableOperations
import WaitableRedis

@Suite("The change feed", .redisServer, .timeLimit(.minutes(1)))
struct FeedFunctionTests {
    let partition: Partition

    /// A machine `m` of a revision `h`, which tells, and a machine `q` of a revision `s`, which does not.
    init() async throws {
        partition = try Partition()
        let telling = #"{"events":true,"definition":"{}","roleArn":""}"#
        try await partition.call("deploy", "m", "default", "h", telling, #"{"hash":"h"}"#)
        let silent = #"{"definition":"{\"events\":true,","roleArn":"","events":true}"#
        try await partition.call("deploy", "q", "put", "s", silent, #"{"hash":"s"}"#)
    }

    /// What the feed has: type, execution, status and error of each event.
    private func events() async throws -> [String] {
        try await partition.store.events(after: .beginning, limit: 1_000).events.map { event in
            [event.kind.rawValue, event.execution.member, event.status?.rawValue, event.error]
                .compactMap(\.self).joined(separator: " ")
        }
    }

    @Test("tells of what people do: start, reschedule, stop and redrive, each once, at its instant")
    func byHand() async throws {
        let before = try await partition.now()
        let item = #"{"Id":"a","StartTimestamp":"2036-01-01T00:00:00Z"}"#
        try await partition.call("start", item)
        try await partition.call("start", item)
        try await partition.call("reschedule", "m:a", "2080000000000")
        try await partition.call("stop", "m:a", #"{"error":"Withdrawn","cause":"c"}"#)
        try await partition.call("stop", "m:a")
        try await partition.call("redrive", "m:a", "", "", "token")
        try await partition.call("redrive", "m:a", "", "", "token")
        let after = try await partition.now()
        #expect(
            try await events() == [
                "accepted m:a", "moved m:a", "stopped m:a ABORTED Withdrawn", "redriven m:a",
            ]
        )
        let told = try await partition.store.events(after: .beginning, limit: 10).events
        #expect(told.allSatisfy { (before...after).contains($0.at.milliseconds) })
        #expect(told[1].due?.milliseconds == 2_080_000_000_000)
        #expect(Set(told.map(\.id)).count == 4)
    }

    @Test("tells of starts and commits that say so, and of children, in the call that does it")
    func transitions() async throws {
        let told = ["tell", "accepted", "5", "", "", "h"]
        try await partition.call("accept", Entry.arguments([Entry("m:a", next: "5", effects: [told])]))
        // The same start again is none.
        try await partition.call("accept", Entry.arguments([Entry("m:a", next: "5", effects: [told])]))
        let token = try await partition.claim().token
        let child = ["start", "m", "child", "{}", "7", "", ""]
        let end = ["tell", "failed", "", "FAILED", "NoStock", "h"]
        let entry = Entry(
            "m:a",
            next: "",
            document: #"{"s":"F","k":"\#(token)","d":"h","b":1,"input":{}}"#,
            effects: [child, end]
        )
        try await partition.call("commit", [token] + Entry.arguments([entry]))
        // A repeated commit, and one of whoever lost the lease.
        try await partition.call("commit", [token] + Entry.arguments([entry]))
        #expect(try await events() == ["accepted m:a", "accepted m:child", "failed m:a FAILED NoStock"])
    }

    @Test("says nothing of executions whose revision does not tell, and costs no key")
    func silent() async throws {
        let told = ["tell", "accepted", "5", "", "", "s"]
        let unknown = ["tell", "accepted", "5", "", "", ""]
        let entries = [
            Entry("q:a", next: "5", document: #"{"s":"R","d":"s","b":1,"input":{}}"#, effects: [told]),
            Entry("q:b", next: "5", document: #"{"s":"R","d":"gone","b":1,"input":{}}"#, effects: [unknown]),
        ]
        try await partition.call("accept", Entry.arguments(entries))
        try await partition.call("start", #"{"Id":"c","StartTimestamp":"2036-01-01T00:00:00Z"}"#, "q")
        for name in ["q:a", "q:b", "q:c"] {
            try await partition.call("stop", name)
            try await partition.call("redrive", name)
        }
        #expect(try await partition.redis("EXISTS", "~:events") == .integer(0))
    }

    @Test("tells of executions that are stopped because a task waited for them")
    func stoppedChildren() async throws {
        let started = ["start", "m", "child", "{}", "7", "@", ""]
        let entry = Entry("q:a", next: "5", document: #"{"s":"R","d":"s","b":1,"input":{}}"#, effects: [started])
        try await partition.call("accept", Entry.arguments([entry]))
        try await partition.call("stop", "q:a")
        #expect(try await events() == ["accepted m:child", "stopped m:child ABORTED"])
    }

    @Test("holds nothing up where its key is of another type")
    func wrongType() async throws {
        try await partition.redis("SET", "~:events", "x")
        try await partition.call("start", #"{"Id":"a","StartTimestamp":"2036-01-01T00:00:00Z"}"#)
        try await partition.call("stop", "m:a")
        try await partition.call("redrive", "m:a")
        #expect(try await partition.due().contains("m:a"))
    }

    @Test("A word that no event has is refused, and nothing is written")
    func refused() async throws {
        let entry = Entry("m:a", next: "5", effects: [["tell", "moved", "", "", "", "h"]])
        let reply = try await partition.call("accept", Entry.arguments([entry]))
        #expect(reply.array?.first?.refusal == "VALIDATION type: must be accepted, completed or failed: 'moved'")
        #expect(try await partition.redis("EXISTS", "~:events", "~:executions") == .integer(0))
    }

    @Test("An error's name is told as far as 256 bytes, whatever it holds")
    func longErrors() async throws {
        let error = "a\nid: 9\n\n" + String(repeating: "é", count: 400)
        let end = ["tell", "failed", "", "FAILED", error, "h"]
        let failed = #"{"s":"F","d":"h","b":1,"input":{}}"#
        let entry = Entry("m:a", next: "", document: failed, effects: [end])
        try await partition.call("accept", Entry.arguments([entry]))
        let event = try #require(try await partition.store.events(after: .beginning, limit: 1).events.first)
        #expect(event.error?.hasPrefix("a\nid: 9\n\né") == true)
        #expect(!event.json.text.contains("\n"))
        #expect(event.json.text.utf8.count < 600)
    }

    /// Adds events by hand, each at its own instant.
    private func fill(_ partitions: Partitions, _ count: Int) async throws {
        for number in 0..<count {
            let store = partitions.stores[number % partitions.stores.count]
            let id = "\(1_000_000 + 10_000 * number)-0"
            let words = ["type", "accepted", "execution", "m:\(number)", "at", "\(number)", "due", "", "status", ""]
            var command = RedisCommand("XADD", store.keys.events, id)
            for word in words { command.append(word) }
            _ = try await store.client.send(command)
        }
    }

    private func names(_ reader: inout FeedReader, limit: Int) async throws -> [String] {
        var names: [String] = []
        while true {
            let events = try await reader.next(limit: limit)
            if events.isEmpty { return names }
            names += events.map(\.execution.name)
        }
    }

    @Test("is read in the order of the instants over all partitions, and on from any event", arguments: [1, 3, 8])
    func reader(count: Int) async throws {
        let partitions = try Partitions.test(count)
        try await fill(partitions, 100)
        for limit in [1, 7, 100] {
            var reader = FeedReader(fromBeginning: partitions)
            #expect(try await names(&reader, limit: limit) == (0..<100).map { "\($0)" })
        }
        var first = FeedReader(fromBeginning: partitions)
        for event in try await first.next(limit: 100).dropLast() {
            var reader = try #require(FeedReader(after: event.id, of: partitions))
            let next = try #require(Int(event.execution.name)) + 1
            #expect(try await names(&reader, limit: 40).first == "\(next)")
            #expect(try await !reader.mayHaveMissed())
        }
        var late = try await FeedReader(fromNowOn: partitions)
        #expect(try await names(&late, limit: 10).isEmpty)
        for text in ["", "0", "0-5", "9-5-0", "0-5-0-0", "x-1-1", "-1-1-1", "0--1-0"] {
            #expect(FeedReader(after: text, of: partitions) == nil, "\(text)")
        }
    }

    @Test("A partition that is ahead of a busy one is not read twice")
    func ahead() async throws {
        let partitions = try Partitions.test(2)
        try await fill(partitions, 60)
        let last = partitions.stores[1]
        let words = ["type", "accepted", "execution", "m:last", "at", "5", "due", "", "status", ""]
        var command = RedisCommand("XADD", last.keys.events, "9000000-0")
        for word in words { command.append(word) }
        _ = try await last.client.send(command)
        var reader = FeedReader(fromBeginning: partitions)
        // The second partition's events are all read before the first one's.
        _ = try await reader.next(limit: 100, tail: [.beginning, StreamID(milliseconds: 9_000_000, number: 0)])
        let names = try await names(&reader, limit: 5)
        #expect(names == (0..<30).map { "\(2 * $0)" })
    }

    @Test("After its clock was set back, a reader goes on with the other partitions' last seconds, and says so")
    func clockSetBack() async throws {
        let partitions = try Partitions.test(2)
        let other = partitions.stores[1]
        let now = try await other.now().milliseconds
        let ahead = StreamID(milliseconds: UInt64(now + 60_000), number: 0)
        for (store, id) in [(partitions.stores[0], ahead), (other, StreamID(milliseconds: UInt64(now), number: 0))] {
            var command = RedisCommand("XADD", store.keys.events, "\(id)", "type", "accepted", "execution", "m:a")
            command.append("at")
            command.append("5")
            _ = try await store.client.send(command)
        }
        var reader = try #require(FeedReader(after: "0-\(ahead)", of: partitions))
        #expect(try await reader.mayHaveMissed())
        #expect(try await reader.next(limit: 10).map(\.id) == ["1-\(now)-0"])
        #expect(try await !reader.mayHaveMissed())
    }

    @Test("A reader passes by what is no event")
    func foreignEntries() async throws {
        let partitions = Partitions(only: partition.store)
        try await partition.redis("XADD", "~:events", "1-0", "a", "b")
        try await partition.redis("XADD", "~:events", "2-0", "type", "accepted", "execution", "m:a", "at", "5")
        try await partition.redis("XADD", "~:events", "3-0", "type", "odd", "execution", "m:a", "at", "5")
        var reader = FeedReader(fromBeginning: partitions)
        #expect(try await reader.next(limit: 2).map(\.id) == ["0-2-0"])
        #expect(try await reader.next(limit: 2).isEmpty)
    }
}
