import RedisClient
import Testing

@Suite("Messages between partitions", .redisServer, .timeLimit(.minutes(1)))
struct MessageFunctionTests {
    private static let never = "?9000000000000"

    private static func waiting(_ tasks: String, token: String) -> String {
        #"{"s":"R","k":"\#(token)","d":"h","b":1,"w":"\#(tasks)","f":{},"input":{}}"#
    }

    private static func program(_ operation: String = #""op":"put","item":{"Id":{"S":"i"}}"#, task: Int = 9) -> String {
        #"{"task":\#(task),\#(operation),"key":{"Id":{"S":"i"}},"return":"NONE","echo":"E"}"#
    }

    /// Begins `m:a` in partition 0, with effects of a step that waits for tasks.
    @discardableResult
    private func begin(_ family: [Partition], awaiting tasks: String, _ effects: [[String]]) async throws -> RedisValue
    {
        try await family[0].accept("m:a")
        let token = try await family[0].claim().token
        let document = Self.waiting(tasks, token: token)
        let entry = Entry("m:a", next: Self.never, document: document, effects: effects)
        return try await family[0].call("commit", [token] + Entry.arguments([entry]))
    }

    /// Closes the execution of a partition that is due.
    private func close(_ partition: Partition, _ name: String, parent: String, task: String) async throws {
        let token = try await partition.claim().token
        let document = #"{"s":"S","ended":5,"k":"\#(token)","d":"h","b":1,"y":"\#(task)@\#(parent)","input":{}}"#
        let end = Entry(name, next: "", document: document, effects: [["report", parent, task, "@"]])
        try await partition.call("commit", [token] + Entry.arguments([end]))
    }

    @Test("an effect waits in the outbox, which the commit's reply and the next claim tell; delivered, it is gone")
    func outbox() async throws {
        let family = try await Partition.family(of: 3)
        #expect(try await family[0].waiting() == nil)
        let publish = ["send", "2", "publish", "news", "1", "f", "v"]
        let reply = try await begin(family, awaiting: "7", [publish, publish])
        #expect(reply == .array([.integer(1), .bulk(Array("2".utf8))]))
        #expect(try await family[0].waiting() == "2")
        #expect(try await family[2].redis("EXISTS", "~:stream:news") == .integer(0))
        #expect(try await family.exchange().isEmpty)
        #expect(try await family[2].redis("XLEN", "~:stream:news") == .integer(2))
        #expect(try await family[0].waiting() == nil)
        #expect(try await family[0].redis("EXISTS", "~:outbox:2", "~:paused", "~:stream:news") == .integer(0))
    }

    @Test("an accepted start sends too, and wakes a worker for it")
    func accepted() async throws {
        let family = try await Partition.family(of: 2)
        let entry = Entry("m:a", next: "9000000000000", effects: [["send", "1", "publish", "news", "1", "f", "v"]])
        let rung = try await family[0].messages { try await family[0].call("accept", Entry.arguments([entry])) }
        #expect(!rung.isEmpty)
        try await family.exchange()
        #expect(try await family[1].redis("XLEN", "~:stream:news") == .integer(1))
    }

    @Test("a message takes effect once, after those before it: repeated, late and out of order")
    func once() async throws {
        let family = try await Partition.family(of: 2)
        try await begin(family, awaiting: "7", (1...4).map { ["send", "1", "publish", "news", "1", "n", "\($0)"] })
        let messages = try await family[0].messages(to: 1)
        #expect(messages.count == 4)
        await #expect {
            try await family[1].deliver(Array(messages[1...]), from: 0)
        } throws: {
            ($0 as? RedisError)?.server?.prefix == "GAP"
        }
        #expect(try await family[1].redis("EXISTS", "~:stream:news", "~:received") == .integer(0))
        let first = try await family[1].deliver(Array(messages[..<2]), from: 0).number
        #expect(try await family[1].deliver(messages, from: 0).number > first)
        #expect(try await family[1].deliver(Array(messages[1..<3]), from: 0).number > first)
        let entries = try #require(try await family[1].redis("XRANGE", "~:stream:news", "-", "+").array)
        #expect(entries.compactMap { $0.array?[1].array?[1].string } == ["1", "2", "3", "4"])
        // Dropped up to what was had; the others stay.
        #expect(try await family[0].messages(to: 1, after: first) == Array(messages[2...]))
    }

    @Test("where messages were lost it goes on with those that are there, when told so")
    func anew() async throws {
        let family = try await Partition.family(of: 2)
        try await begin(family, awaiting: "7", (1...2).map { ["send", "1", "publish", "news", "1", "n", "\($0)"] })
        let messages = try await family[0].messages(to: 1)
        try await family[1].deliver([messages[1]], from: 0, mode: "anew")
        try await family[1].deliver(messages, from: 0)
        #expect(try await family[1].redis("XLEN", "~:stream:news") == .integer(1))
    }

    @Test("what is sent after a failover took back what was sent before it is not taken for that")
    func rolledBack() async throws {
        let family = try await Partition.family(of: 2)
        let publish = { (text: String) in ["send", "1", "publish", "news", "1", "n", text] }
        try await begin(family, awaiting: "7", [publish("a")])
        let before = try await family[0].redis("DUMP", "~:sent")
        let dump = try #require(before.bytes)
        try await family.exchange()
        for text in ["b", "c"] {
            let entry = Entry("m:\(text)", next: "9000000000000", effects: [publish(text)])
            try await family[0].call("accept", Entry.arguments([entry]))
            try await family.exchange()
            var restore = RedisCommand(name: "RESTORE", capacity: 4)
            for word in [family[0].prefix + ":sent", "0"] { restore.append(word) }
            restore.append(dump)
            restore.append("REPLACE")
            _ = try await family[0].client.send(restore)
        }
        #expect(try await family[1].redis("XLEN", "~:stream:news") == .integer(3))
        // A new primary whose clock is behind: numbers go on after what the other one has had.
        try await family[0].messages(to: 1, after: 4_000_000_000_000_000)
        let entry = Entry("m:d", next: "9000000000000", effects: [publish("d")])
        try await family[0].call("accept", Entry.arguments([entry]))
        let number = try await family[0].redis("HGET", "~:sent", "1").string
        #expect(number == "4000000000000001")
    }

    @Test("the outcome of a program on an item of another partition comes into the inbox, or why there is none")
    func outcomes() async throws {
        let family = try await Partition.family(of: 2)
        try await family[1].redis("SET", "~:item:T:text", "no item")
        let effects = [
            ["send", "1", "evaluate", "T:i", Self.program(task: 7)],
            ["send", "1", "evaluate", "T:i", Self.program(#""op":"get""#, task: 8)],
            ["send", "1", "evaluate", "T:text", Self.program(task: 9)],
            ["send", "1", "evaluate", "T:i", #"{"task":10,"echo":"E"}"#],
            ["send", "1", "evaluate", "T:i", Self.program(task: 11)],
        ]
        try await begin(family, awaiting: "7,8,9,10", effects)
        #expect(try await family.exchange().isEmpty)
        let inbox = try await family[0].inbox("m:a")
        #expect(inbox["o7"] == #"{"task":7,"echo":"E","answer":{}}"#)
        #expect(inbox["o8"] == #"{"task":8,"echo":"E","answer":{"Item":{"Id":{"S":"i"}}}}"#)
        #expect(
            inbox["o9"]?.hasPrefix(#"{"task":9,"echo":"E","code":"InternalServerError","message":"WRONGTYPE"#) == true
        )
        #expect(inbox["o10"]?.hasPrefix(#"{"task":10,"echo":"E","code":"InternalServerError""#) == true)
        // Nobody waits for it.
        #expect(inbox["o11"] == nil)
        #expect(try await family[1].item("T:i") == ["Id": "i"])
        // It is due at once.
        #expect(try #require(try await family[0].due().last.flatMap { Int64($0) }) < 9_000_000_000_000)
    }

    @Test("a message that cannot have its effect is counted, and holds up none after it")
    func undeliverable() async throws {
        let family = try await Partition.family(of: 2)
        try await family[1].redis("SET", "~:stream:news", "no stream")
        try await begin(family, awaiting: "7", ["news", "more"].map { ["send", "1", "publish", $0, "1", "f", "v"] })
        let failures = try await family.exchange()
        #expect(failures.count == 1)
        #expect(failures.first?.hasPrefix("effect: WRONGTYPE") == true)
        #expect(try await family[1].redis("XLEN", "~:stream:more") == .integer(1))
        #expect(try await family[1].redis("HGET", "~:counters", "undeliverable").string == "1")
    }

    @Test("an activity of another partition gets the task, and its being taken and given back come back")
    func activity() async throws {
        let family = try await Partition.family(of: 2)
        try await family[1].redis("HSET", "~:activities", "mail", "{}")
        let offers = [("mail", 7), ("none", 8)].map { name, task in
            ["send", "1", "offer", name, "\(task)\nm:a\ntoken\n{}", #"{"error":"ActivityDoesNotExist"}"#]
        }
        try await begin(family, awaiting: "7,8", offers)
        try await family.exchange()
        #expect(try await family[0].inbox("m:a") == ["8": #"{"error":"ActivityDoesNotExist"}"#])
        let taken = try #require(try await family[1].call("take", "mail").array).compactMap(\.string)
        #expect(taken.prefix(4) == ["token", "{}", "{0}m:a", "7"])
        let words = ["mail", taken[2], taken[3], taken[0], taken[1], taken[4], #""w""#]
        #expect(try await family[1].call("confirm", words) == .integer(1))
        // Its own partition knows whether it waits.
        #expect(try await family[0].call("awaits", "m:a", "7", "") == .integer(1))
        #expect(try await family[0].call("awaits", "m:a", "9", "") == .integer(0))
        #expect(try await family[0].call("awaits", "m:a", "7", "5") == .integer(0))
        try await family.exchange()
        #expect(try await family[0].inbox("m:a")["s7"]?.hasPrefix(#"{"worker":"w","at":"#) == true)
        let back = ["mail", taken[2], taken[3], taken[0], taken[1], taken[4]]
        #expect(try await family[1].call("give_back", back) == .integer(1))
        #expect(try await family[1].call("take", "mail").array?.first?.string == "token")
        #expect(try await family[0].call("answer", "m:a", "7", "7", "{}") == .integer(1))
        try await family[0].call("stop", "m:a")
        #expect(try await family[0].call("awaits", "m:a", "7", "") == .integer(0))
        #expect(try await family[0].call("awaits", "m:none", "7", "") == .integer(0))
    }

    private static let start = ["send", "1", "start", "m", "kid", "{}", "7", "@", ""]

    @Test(
        "an execution that another partition starts is a child: its end is told, kept until it is read, and swept then"
    )
    func child() async throws {
        let family = try await Partition.family(of: 2)
        try await begin(family, awaiting: "7", [Self.start])
        #expect(try await family[0].children("m:a") == ["7": "{1}m:kid"])
        try await family.exchange()
        let outcome = try await family[0].inbox("m:a")["o7"]
        #expect(outcome?.hasPrefix(#"{"task":7,"child":"m:kid","waits":true,"at":"#) == true)
        #expect(try await family[1].document("m:kid")?.hasSuffix(#","y":"7@{0}m:a","input":{}}"#) == true)
        try await close(family[1], "m:kid", parent: "{0}m:a", task: "7")
        #expect(try await family[1].call("sweep", "9000000000000", "10", "", "", "").array?.first == .integer(0))
        try await family.exchange()
        #expect(try await family[0].inbox("m:a")["7"] == #"{"child":"{1}m:kid","as":"@"}"#)
        #expect(try await family[1].call("sweep", "9000000000000", "10", "", "", "").array?.first == .integer(0))
        let token = try await family[0].claim().token
        let read = Entry(
            "m:a",
            next: "9000000000000",
            document: Self.waiting("", token: token),
            effects: [["forget", "2", "7", "", "o7", ""]]
        )
        try await family[0].call("commit", [token] + Entry.arguments([read]))
        #expect(try await family[0].children("m:a").isEmpty)
        try await family.exchange()
        #expect(try await family[1].call("sweep", "9000000000000", "10", "", "", "").array?.first == .integer(1))
        #expect(try await family[1].redis("EXISTS", "~:unread") == .integer(0))
    }

    @Test(
        "a task that asks again for its child, as a failover has taken back that it did, waits for the one that it has",
        arguments: [false, true]
    )
    func askedAgain(isClosed: Bool) async throws {
        let family = try await Partition.family(of: 2)
        try await begin(family, awaiting: "7", [Self.start])
        try await family.exchange()
        let first = try #require(try await family[0].inbox("m:a")["o7"])
        if isClosed { try await close(family[1], "m:kid", parent: "{0}m:a", task: "7") }
        let child = try await family[1].document("m:kid")
        try await family[0].redis("DEL", "~:executions", "~:due", "~:inbox:m:a", "~:children:m:a")
        try await begin(family, awaiting: "7", [Self.start])
        try await family.exchange()
        #expect(try await family[1].document("m:kid") == child)
        let told = try await family[0].inbox("m:a")
        // What closes it here writes another start.
        #expect(told["o7"] == (isClosed ? #"{"task":7,"child":"m:kid","waits":true,"at":1}"# : first))
        #expect(told["7"] == (isClosed ? #"{"child":"{1}m:kid","as":"@"}"# : nil))
        // Another task's is not taken for one's own.
        try await family[0].redis("DEL", "~:executions", "~:due", "~:inbox:m:a", "~:children:m:a")
        try await begin(family, awaiting: "8", [["send", "1", "start", "m", "kid", "{}", "8", "@", ""]])
        try await family.exchange()
        #expect(try await family[0].inbox("m:a")["o8"]?.contains("ExecutionAlreadyExists") == true)
    }

    @Test(
        "nobody keeps the end of an execution whose parent has closed, before it came or after",
        arguments: [true, false]
    )
    func closedParent(isTold: Bool) async throws {
        let family = try await Partition.family(of: 2)
        try await begin(family, awaiting: "7", [Self.start])
        try await family.exchange()
        try await close(family[1], "m:kid", parent: "{0}m:a", task: "7")
        if isTold { try await family.exchange() }
        try await family[0].call("stop", "m:a")
        try await family.exchange()
        #expect(try await family[1].redis("EXISTS", "~:unread") == .integer(0))
        #expect(try await family[0].redis("EXISTS", "~:inbox:m:a", "~:children:m:a") == .integer(0))
        #expect(try await family[1].document("m:kid")?.hasPrefix(#"{"s":"S""#) == true)
    }

    @Test("a child that is redriven before its end was read goes on, and its parent waits on for it")
    func redriven() async throws {
        let family = try await Partition.family(of: 2)
        try await begin(family, awaiting: "7", [Self.start])
        try await family.exchange()
        try await family[1].call("stop", "m:kid")
        try await family.exchange()
        #expect(try await family[0].children("m:a") == ["7": "!{1}m:kid"])
        try await family[1].call("redrive", "m:kid")
        try await family.exchange()
        #expect(try await family[0].inbox("m:a")["7"] == nil)
        #expect(try await family[0].children("m:a") == ["7": "{1}m:kid"])
        try await close(family[1], "m:kid", parent: "{0}m:a", task: "7")
        try await family.exchange()
        #expect(try await family[0].inbox("m:a")["7"] == #"{"child":"{1}m:kid","as":"@"}"#)
    }

    @Test("a stop takes a family with it through all partitions", arguments: ["stop", "close", "task"])
    func stopped(way: String) async throws {
        let family = try await Partition.family(of: 3)
        try await begin(family, awaiting: "7", [Self.start])
        try await family.exchange()
        // The child has one in a third partition.
        let token = try await family[1].claim().token
        let document = #"{"s":"R","k":"\#(token)","d":"h","b":1,"y":"7@{0}m:a","w":"3","input":{}}"#
        let grand = ["send", "2", "start", "m", "grandkid", "{}", "3", "=", ""]
        let entry = Entry("m:kid", next: Self.never, document: document, effects: [grand])
        try await family[1].call("commit", [token] + Entry.arguments([entry]))
        if way == "stop" {
            let rung = try await family[0].messages { try await family[0].call("stop", "m:a") }
            #expect(!rung.isEmpty)
        } else {
            // Not delivered yet: what is sent after it follows it.
            let token = try await family[0].claim().token
            let isClose = way == "close"
            let end = Entry(
                "m:a",
                next: isClose ? "" : Self.never,
                document: isClose ? nil : Self.waiting("", token: token),
                token: token,
                effects: [isClose ? ["forget", "0"] : ["stop", "7"]]
            )
            try await family[0].call("commit", [token] + Entry.arguments([end]))
        }
        try await family.exchange()
        #expect(try await family[1].document("m:kid")?.hasPrefix(#"{"s":"A""#) == true)
        #expect(try await family[2].document("m:grandkid")?.hasPrefix(#"{"s":"A""#) == true)
        for partition in family {
            #expect(try await partition.redis("EXISTS", "~:unread", "~:stopping", "~:paused") == .integer(0))
        }
    }

    @Test("an execution that already has the name is neither started nor stopped with the family")
    func stranger() async throws {
        let family = try await Partition.family(of: 2)
        try await family[1].accept("m:kid", due: 9_000_000_000_000)
        let before = try await family[1].document("m:kid")
        try await begin(family, awaiting: "7", [Self.start])
        // The start and the stop go together.
        try await family[0].call("stop", "m:a")
        try await family.exchange()
        #expect(try await family[1].document("m:kid") == before)
        try await family[0].call("redrive", "m:a")
        let token = try await family[0].claim().token
        let entry = Entry("m:a", next: Self.never, document: Self.waiting("7", token: token), effects: [Self.start])
        try await family[0].call("commit", [token] + Entry.arguments([entry]))
        try await family.exchange()
        #expect(
            try await family[0].inbox("m:a")["o7"]
                == #"{"task":7,"child":"m:kid","code":"ExecutionAlreadyExists"}"#
        )
        #expect(try await family[0].children("m:a").isEmpty)
    }

    @Test("a thousand children elsewhere are stopped by slices")
    func largeFamily() async throws {
        let family = try await Partition.family(of: 2)
        let starts = (1...1_000).map { ["send", "1", "start", "m", "kid-\($0)", "{}", "\($0)", "*", "h"] }
        try await begin(family, awaiting: "1", starts)
        try await family.exchange()
        try await family[0].call("stop", "m:a")
        #expect(try await family[0].redis("LLEN", "~:stopping") == .integer(800))
        for _ in 1...4 { _ = try await family[0].claim() }
        try await family.exchange()
        let documents = try #require(try await family[1].redis("HVALS", "~:executions").array)
        #expect(documents.count { $0.string?.hasPrefix(#"{"s":"A""#) == true } == 1_000)
    }

    @Test("the executions of an EXPRESS machine lie in the partition of their whole name", arguments: [true, false])
    func express(isElsewhere: Bool) async throws {
        let family = try await Partition.family(of: 5)
        for partition in family {
            try await partition.call("deploy", "x", "put", "h", "{}", #"{"hash":"h","type":"EXPRESS"}"#)
        }
        let start = (isElsewhere ? ["send", "3"] : []) + ["start", "x", "kid", "{}", "7", "@", ""]
        try await begin(family, awaiting: "7", [start])
        try await family.exchange()
        let number = isElsewhere ? 3 : 0
        let names = try #require(try await family[number].redis("HKEYS", "~:executions").array).compactMap(\.string)
        let name = try #require(names.first { $0.hasPrefix("x:kid:") })
        let slot = try await family[0].keySlot(String(name.dropFirst(2)))
        #expect(slot % 5 == number)
        #expect(try await family[0].children("m:a")["7"] == (isElsewhere ? "{3}" : "") + name)
    }

    @Test("a bare member in the wrong partition goes to its own, with its item, and is due there")
    func moved() async throws {
        let family = try await Partition.family(of: 2)
        try await family[0].redis("HSET", "~:item:T:b", "Id", "b")
        try await family[0].redis("ZADD", "~:due", "1", "b")
        let token = try await family[0].claim().token
        #expect(try await family[0].call("move", "1.5", "b", "1", "T:b") == .integer(0))
        #expect(try await family[0].call("move", token, "b", "1", "T:b").array?.first == .integer(1))
        try await family.exchange()
        #expect(try await family[0].redis("EXISTS", "~:due", "~:item:T:b", "~:leases") == .integer(0))
        #expect(try await family[1].claim().names == ["b"])
        #expect(try await family[1].item("T:b") == ["Id": "b"])
    }

    @Test("one that was claimed by a clock that has been set back since is not due there before it was here")
    func movedByClockSetBack() async throws {
        let family = try await Partition.family(of: 2)
        try await family[0].redis("HSET", "~:item:T:b", "Id", "b")
        try await family[0].redis("ZADD", "~:due", "1", "b")
        let token = try await family[0].claim().token
        let ahead = try await family[0].now() + 30_000
        try await family[0].redis("ZADD", "~:leases", "\(ahead)", token)
        #expect(try await family[0].call("move", token, "b", "1", "T:b").array?.first == .integer(1))
        try await family.exchange()
        #expect(try await family[1].redis("ZSCORE", "~:due", "b").string == "\(ahead)")
    }

    @Test(
        "a call that is not right changes nothing",
        arguments: [
            ("delivered", ["1024", "0"], "VALIDATION partition: must be an integer from 0 to 1023: '1024'"),
            ("delivered", ["1", "x"], "VALIDATION number: must be an integer from 0 to 4503599627370495: 'x'"),
            ("deliver", ["0", ""], "VALIDATION partition: must be another one: '0'"),
            ("deliver", ["1", "now"], "VALIDATION mode: must be '' or anew: 'now'"),
            ("deliver", ["1", "", "x"], "VALIDATION message: must be MessagePack: '1'"),
        ]
    )
    func refused(function: String, words: [String], error: String) async throws {
        let family = try await Partition.family(of: 2)
        let before = try await family[0].contents()
        #expect(try await family[0].refusal(function, words) == error)
        #expect(try await family[0].contents() == before)
    }
}

extension Partition {
    /// `CLUSTER KEYSLOT`, by a server that need not be a cluster's.
    func keySlot(_ id: String) async throws -> Int {
        var sum = 0
        for byte in id.utf8 {
            sum ^= Int(byte) << 8
            for _ in 0..<8 { sum = (sum & 0x8000 != 0 ? sum << 1 ^ 0x1021 : sum << 1) & 0xFFFF }
        }
        return sum % 16_384
    }
}
