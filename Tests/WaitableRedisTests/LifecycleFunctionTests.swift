import RedisClient
import Testing
import WaitableRedis

@Suite("waitable_stop, _reschedule, _redrive, _deploy and _version", .redisServer, .timeLimit(.minutes(1)))
struct LifecycleFunctionTests {
    private func open(_ partition: Partition, due: Int64 = 9_000_000_000_000) async throws {
        try await partition.accept("m:a", due: due)
    }

    private func close(_ partition: Partition, status: String) async throws {
        let document = #"{"s":"\#(status)","k":"1.5","input":{"a":1}}"#
        try await partition.call("accept", Entry.arguments([Entry("m:a", next: "", document: document)]))
    }

    @Test("a stop closes at once, keeps error and cause, and refuses the worker at it")
    func stop() async throws {
        let partition = try Partition()
        try await open(partition, due: 1)
        let claim = try await partition.claim()
        let reply = try #require(
            try await partition.call("stop", "m:a", #"{"cause":"\"}{é","error":"E/1"}"#).array
        )
        let instant = try #require(reply[1].integer)
        #expect(reply[0] == .integer(1))
        #expect(
            try await partition.document("m:a")
                == #"{"s":"A","ended":\#(instant),"failure":{"error":"E/1","cause":"\"}{é"},"d":"h","b":1,"input":{}}"#
        )
        #expect(try await partition.due().isEmpty)
        #expect(try await partition.redis("ZSCORE", "~:closed", "m:a").string == String(instant))
        let late = try await partition.call(
            "commit",
            [claim.token] + Entry.arguments([Entry("m:a", next: "", token: claim.token)])
        )
        #expect(late == .array([.integer(0)]))
        #expect(try await partition.call("stop", "m:a") == .array([.integer(0), .integer(instant)]))
    }

    private static let badFailures: [(String, String)] = [
        ("x", "failure: must be a JSON object: 'x'"), ("[]", "failure: must be a JSON object: '[]'"),
        (#"{"error":5}"#, "error: must be a string of at most 256 characters: '5'"),
        (#"{"reason":"x"}"#, "reason: must not be there: only error and cause are: 'x'"),
    ]

    @Test("a stop with a bad failure changes nothing", arguments: badFailures)
    func badFailure(failure: String, message: String) async throws {
        let partition = try Partition()
        try await open(partition)
        let contents = try await partition.contents()
        #expect(try await partition.refusal("stop", "m:a", failure) == "VALIDATION " + message)
        #expect(try await partition.contents() == contents)
    }

    @Test("what does not exist is not found", arguments: ["stop", "redrive", "reschedule"])
    func notFound(function: String) async throws {
        let partition = try Partition()
        let arguments = ["a"] + (function == "reschedule" ? ["1"] : [])
        #expect(try await partition.refusal(function, arguments) == "NOTFOUND execution: must exist: 'a'")
    }

    @Test("by hand, an id of the default machine is enough")
    func defaultMachine() async throws {
        let partition = try Partition()
        try await partition.call("deploy", "m", "default", "h", "{}", #"{"hash":"h"}"#)
        try await open(partition)
        #expect(try await partition.call("reschedule", "a", "5000").integer == 5_000)
        #expect(try await partition.due() == ["m:a", "5000"])
        try await partition.call("stop", "a")
        #expect(try await partition.closed() == ["m:a"])
    }

    @Test("a reschedule moves the due instant, and says so in the document, once")
    func reschedule() async throws {
        let partition = try Partition()
        try await open(partition)
        #expect(try await partition.call("reschedule", "m:a", "5000").integer == 5_000)
        #expect(try await partition.call("reschedule", "m:a", "1970-01-01T00:00:06.0001Z").integer == 6_001)
        #expect(try await partition.due() == ["m:a", "6001"])
        let document = try #require(try await partition.document("m:a"))
        let said = try #require(
            document.wholeMatch(of: /\{"s":"R","moved":6001,"movedAt":(\d+),"d":"h","b":1,"input":\{\}\}/)
        )
        #expect(try #require(Int64(said.1)) <= (try await partition.now()))
    }

    @Test(
        "a later instant moves one wait alone: what may be due before it is looked after at once",
        arguments: [
            (#""f":{"n":"P"}"#, true), (#""z":4000000000000,"t":4000000001000,"f":{"n":"W"}"#, true),
            (#""w":"7","f":{"n":"T"}"#, true), (#""z":4000000000000,"f":{"n":"W"}"#, false),
            (#""input":{"z":1,"f":{}},"f":1"#, false),
        ]
    )
    func rescheduleOfOne(head: String, isDueAtOnce: Bool) async throws {
        let partition = try Partition()
        let document = #"{"s":"R","d":"h","b":1,\#(head),"input":{}}"#
        try await partition.call("accept", Entry.arguments([Entry("m:a", next: "4000000000000", document: document)]))
        #expect(try await partition.call("reschedule", "m:a", "4100000000000").integer == 4_100_000_000_000)
        let now = try await partition.now()
        let due = try #require(Int64(try await partition.due()[1]))
        #expect(isDueAtOnce ? due <= now : due == 4_100_000_000_000)
        try await partition.call("reschedule", "m:a", "3900000000000")
        #expect(try await partition.due()[1] == (isDueAtOnce ? String(due) : "3900000000000"))
    }

    @Test("the other branches of a parked execution are not put off with the wait", arguments: [true, false])
    func rescheduleParked(isLater: Bool) async throws {
        let partition = try Partition()
        try await partition.call("deploy", "m", "default", "h", "{}", #"{"hash":"h"}"#)
        let flow = #"{"n":"P","e":1,"i":2,"b":[{"n":"W","e":1,"i":3,"w":5000},{"n":"V","e":1,"i":4,"w":6000}]}"#
        let document = #"{"s":"R","d":"h","b":1,"f":\#(flow),"input":{}}"#
        try await partition.call("accept", Entry.arguments([Entry("m:a", next: "5000", document: document)]))
        try await partition.call("pause", "m")
        #expect(try await partition.claim().names.isEmpty)
        #expect(try await partition.due() == ["m:a", "1125899906847624"])
        let instant = isLater ? try await partition.now() + 3_600_000 : 4_000
        #expect(try await partition.call("reschedule", "m:a", String(instant)).integer == instant)
        #expect(try await partition.due() == ["m:a", isLater ? "5000" : "4000"])
        #expect(try await partition.claim().names.isEmpty)
        try await partition.call("unpause", "m")
        #expect(try await partition.claim().names == ["m:a"])
    }

    @Test("a rescheduled execution is never early")
    func rescheduleNeverEarly() async throws {
        let partition = try Partition()
        try await open(partition)
        let due = try await partition.now() + 20
        try await partition.call("reschedule", "m:a", String(due))
        while true {
            let claim = try await partition.claim()
            guard claim.names.isEmpty else {
                #expect(claim.microseconds >= due * 1_000)
                break
            }
            #expect(claim.microseconds < due * 1_000)
        }
    }

    @Test("only a sooner head wakes the workers")
    func rescheduleWakes() async throws {
        let partition = try Partition()
        try await open(partition, due: 3_500_000_000_000)
        let messages = try await partition.messages {
            try await partition.call("reschedule", "m:a", "4000000000000")
            try await partition.call("reschedule", "m:a", "3000000000000")
        }
        #expect(messages == ["3000000000000"])
    }

    @Test("a leased execution is not rescheduled, nor a closed one")
    func rescheduleRefused() async throws {
        let partition = try Partition()
        try await open(partition, due: 1)
        _ = try await partition.claim()
        let contents = try await partition.contents()
        #expect(
            try await partition.refusal("reschedule", "m:a", "5")
                == "LEASED execution: must not be held by a worker: 'm:a'"
        )
        #expect(try await partition.contents() == contents)
        try await partition.call("stop", "m:a")
        #expect(
            try await partition.refusal("reschedule", "m:a", "5")
                == "CLOSED execution: must be running, is ABORTED: 'm:a'"
        )
        #expect(
            try await partition.refusal("reschedule", "m:a", "soon")
                == "VALIDATION instant: must be an ISO 8601 instant with 'T' and an offset or 'Z', "
                + "such as 2026-01-31T09:30:00Z: 'soon'"
        )
    }

    @Test("a redrive opens what failed, timed out or was aborted", arguments: ["F", "T", "A"])
    func redrive(status: String) async throws {
        let partition = try Partition()
        try await close(partition, status: status)
        var instant: Int64 = 0
        let messages = try await partition.messages {
            instant = try #require(try await partition.call("redrive", "m:a").integer)
        }
        #expect(messages == [String(instant)])
        #expect(
            try await partition.document("m:a")
                == #"{"s":"R","redriven":\#(instant),"was":"\#(status)","k":"1.5","input":{"a":1}}"#
        )
        #expect(try await partition.closed().isEmpty)
        #expect(try await partition.claim().names == ["m:a"])
    }

    @Test("a redrive with a token is done once, also of one that has failed again; another token is another redrive")
    func redriveToken() async throws {
        let partition = try Partition()
        try await close(partition, status: "F")
        let instant = try await partition.call("redrive", "m:a", "", "", "token")
        let document = try await partition.document("m:a")
        #expect(try await partition.call("redrive", "m:a", "", "", "token") == instant)
        #expect(try await partition.document("m:a") == document)
        try await partition.call("stop", "m:a")
        let stopped = try await partition.document("m:a")
        #expect(try await partition.call("redrive", "m:a", "", "", "token") == instant)
        #expect(try await partition.document("m:a") == stopped)
        try await partition.call("redrive", "m:a", "", "", "other")
        #expect(try await partition.document("m:a")?.hasPrefix(#"{"s":"R""#) == true)
        let key = try #require(try await partition.redis("KEYS", "~:redrive:*").array?.first?.string)
        #expect((1...900_000).contains(try #require(try await partition.redis("PTTL", key).integer)))
    }

    @Test("a redriven execution can be stopped and redriven again before a worker sees it")
    func redriveTwice() async throws {
        let partition = try Partition()
        try await close(partition, status: "F")
        try await partition.call("redrive", "m:a")
        let stopped = try #require(try await partition.call("stop", "m:a", #"{"error":"E"}"#).array?[1].integer)
        let instant = try #require(try await partition.call("redrive", "m:a").integer)
        #expect(
            try await partition.document("m:a")
                == #"{"s":"R","ended":\#(stopped),"failure":{"error":"E"},"redriven":\#(instant),"was":"A","k":"1.5","input":{"a":1}}"#
        )
    }

    private static let notRedrivable: [(String, String)] = [
        ("S", "SUCCEEDED execution: must be FAILED, TIMED_OUT or ABORTED, is SUCCEEDED: 'm:a'"),
        ("R", "OPEN execution: must be FAILED, TIMED_OUT or ABORTED, is RUNNING: 'm:a'"),
    ]

    @Test("what runs or succeeded is not redriven", arguments: notRedrivable)
    func notRedriven(status: String, message: String) async throws {
        let partition = try Partition()
        if status == "R" { try await open(partition) } else { try await close(partition, status: status) }
        let contents = try await partition.contents()
        #expect(try await partition.refusal("redrive", "m:a") == message)
        #expect(try await partition.contents() == contents)
    }

    @Test("a machine is created once, put as often as one likes; its revisions are immutable")
    func deploy() async throws {
        let partition = try Partition()
        #expect(
            try await partition.call("deploy", "m", "create", "h1", #"{"v":1}"#, #"{"hash":"h1"}"#)
                == .array([.integer(1)])
        )
        let contents = try await partition.contents()
        let taken = try await partition.call("deploy", "m", "create", "h2", #"{"v":2}"#, #"{"hash":"h2"}"#)
        #expect(taken.array?.first == .integer(0) && taken.array?.last?.string == #"{"hash":"h1"}"#)
        #expect(try await partition.contents() == contents)
        try await partition.call("deploy", "m", "put", "h2", #"{"v":2}"#, #"{"hash":"h2"}"#)
        try await partition.call("deploy", "m", "put", "h1", #"{"v":3}"#, #"{"hash":"h1"}"#)
        #expect(try await partition.redis("HGET", "~:machines", "m").string == #"{"hash":"h1"}"#)
        #expect(try await partition.redis("GET", "~:machine:h1").string == #"{"v":1}"#)
        #expect(try await partition.redis("HGET", "~:machines", ":default") == .null)
        try await partition.call("deploy", "m", "default", "h2", #"{"v":2}"#, #"{"hash":"h2"}"#)
        #expect(try await partition.redis("HGET", "~:machines", ":default").string == "m")
    }

    private static let badDeployments: [([String], String)] = [
        ([], "name: must have 1 to 80 characters, has 0: ''"),
        (["a:b"], "name: must not contain the character ':' (U+003A): 'a:b'"),
        (["m", "x"], "mode: must be create, put or default: 'x'"),
        (["m", "put", "a b"], "hash: must have 1 to 128 letters and digits: 'a b'"),
        (["m", "put", "h", "x"], "revision: must be a JSON object: 'x'"),
        (["m", "put", "h", "{}", "x"], "record: must be a JSON object: 'x'"),
        (["m", "put", "h", "{}", "{}", "x"], "arguments: must be 5: '6'"),
    ]

    @Test("a bad deployment changes nothing", arguments: badDeployments)
    func badDeployment(arguments: [String], message: String) async throws {
        let partition = try Partition()
        #expect(try await partition.refusal("deploy", arguments) == "VALIDATION " + message)
        #expect(try await partition.contents().isEmpty)
    }

    @Test("the version is the library's, also on a replica that only reads")
    func version() async throws {
        let partition = try Partition()
        let reply = try await partition.redis("FCALL_RO", "waitable_version", "0")
        #expect(reply.string == "\(FunctionLibrary.version)")
    }

    @Test(
        "a call without the one prefix is refused",
        arguments: [
            "start", "accept", "claim", "commit", "renew", "release", "adopt", "stop", "reschedule", "redrive",
            "deploy", "sweep",
        ]
    )
    func keys(function: String) async throws {
        let partition = try Partition()
        for words in [["0"], ["1", ""], ["2", "a", "b"]] {
            var command = RedisCommand(name: "FCALL", capacity: 4)
            for word in ["waitable_" + function] + words { command.append(word) }
            guard case .error(let error) = try await partition.client.send([command])[0] else {
                Issue.record("accepted \(words)")
                continue
            }
            #expect(error.description == "VALIDATION KEYS: must be the one prefix of the partition")
        }
    }
}
