import RedisClient
import StatesLanguage
import Testing
import Waitable

@Suite("waitable_start", .redisServer, .timeLimit(.minutes(1)))
struct StartFunctionTests {
    private func partition() async throws -> Partition {
        let partition = try Partition()
        try await partition.call("deploy", "sample", "default", "h1", "{}", #"{"hash":"h1"}"#)
        return partition
    }

    @Test("a body that is larger than any start is refused before it is read")
    func largeBody() async throws {
        let partition = try Partition()
        let fields = (0..<3_000).map { #""k\#($0)":0"# }.joined(separator: ",")
        let refusal = try await partition.refusal("start", "{\(fields)}")
        #expect(refusal?.hasPrefix("VALIDATION body: must have at most 16384 bytes: '") == true)
    }

    @Test("an item is due at once, its document not begun, its input canonical")
    func start() async throws {
        let partition = try await partition()
        let before = try await partition.now()
        let reply = try await partition.call(
            "start",
            #" { "StartTimestamp" : "2026-11-23T10:00:00+01:00" , "Id":"order-42"}"#
        )
        let answer = try JSON(parsing: try #require(reply.string)).objectValue
        #expect(answer?["Id"] == .string("order-42"))
        let document = try #require(try await partition.document("sample:order-42"))
        #expect(document.hasPrefix(#"{"s":"R","d":"h1","b":"#))
        #expect(document.hasSuffix(#","input":{"Id":"order-42","StartTimestamp":"2026-11-23T10:00:00+01:00"}}"#))
        let claim = try await partition.claim()
        #expect(claim.names == ["sample:order-42"])
        #expect(claim.microseconds / 1_000 >= before)
    }

    @Test("a start is refused where the machine's revision is gone, and nothing of it is there")
    func revisionGone() async throws {
        let partition = try await partition()
        try await partition.redis("DEL", "~:machine:h1")
        let contents = try await partition.contents()
        let refusal = try await partition.refusal("start", #"{"StartTimestamp":"2026-11-23T10:00:00Z"}"#)
        #expect(refusal == "REVISION revisions: must be deployed: 'h1'")
        #expect(try await partition.contents() == contents)
    }

    @Test(
        "a start whose execution waits or has closed, its document compact, is known by its input",
        arguments: ["2026-11-23T10:00:00Z", "2026-11-23T10:00:00.250Z", "2026-11-23T11:00:00+01:00"],
        [false, true]
    )
    func compact(instant: String, isClosed: Bool) async throws {
        let partition = try await partition()
        let due = try #require(Instant(iso8601: instant))
        let start = due.adding(milliseconds: -5_000)
        let key = ExecutionKey(machine: "sample", name: "a")
        let input = #"{"Id":"a","StartTimestamp":"\#(instant)"}"#
        var execution = Execution(key: key, revision: "fedcba9876543210", startDate: start, input: input)
        if isClosed {
            execution.status = .succeeded
            execution.stopDate = due.adding(milliseconds: 7)
            execution.output = input
        } else {
            execution.flow = Flow(PlainWait(state: "W", enteredAt: start, eventID: 8, until: due))
        }
        let document = String(decoding: ExecutionDocument.encode(execution, lease: nil), as: UTF8.self)
        #expect(document.first == (isClosed ? "S" : "R"))
        try await partition.redis("HSET", "~:executions", "sample:a", document)
        let contents = try await partition.contents()
        let reply = try await partition.call("start", input)
        let answer = try JSON(parsing: try #require(reply.string)).objectValue
        #expect(answer?["startDate"]?.numberValue == Double(start.milliseconds) / 1_000)
        for other in ["2026-11-23T10:00:00.001Z", "2026-11-23T10:00:00.25Z", "2026-11-23T10:00:00.000Z"] {
            let refusal = try await partition.refusal("start", #"{"Id":"a","StartTimestamp":"\#(other)"}"#)
            #expect(refusal == "CONFLICT Id: must be new, or come with the input it was started with: 'a'")
        }
        #expect(try await partition.contents() == contents)
        // Doctor reads the revision and the closing out of it too.
        let found = try await partition.call("mend", "3660000", "T", "{}", "E", "sample:a").array?.first?.array
        let codes = found?.compactMap { $0.array?[2].string }
        #expect(codes == (isClosed ? ["closed-not-listed"] : ["open-not-due", "revision-missing"]))
        if isClosed {
            let closing = try await partition.redis("ZSCORE", "~:closed", "sample:a").string
            #expect(closing == "\(due.milliseconds + 7)")
        } else {
            #expect(found?.last?.array?[3].string == "fedcba9876543210")
        }
    }

    @Test("the same start again gives the same answer and nothing new; another input is a conflict")
    func idempotent() async throws {
        let partition = try await partition()
        let first = try await partition.call("start", #"{"Id":"a","StartTimestamp":"2026-11-23T10:00:00Z"}"#)
        let contents = try await partition.contents()
        try await partition.pass(try await partition.now() + 1)
        let second = try await partition.call("start", #"{"StartTimestamp":"2026-11-23T10:00:00Z","Id":"a"}"#)
        #expect(first == second)
        let refusal = try await partition.refusal("start", #"{"Id":"a","StartTimestamp":"2026-11-23T10:00:01Z"}"#)
        #expect(refusal == "CONFLICT Id: must be new, or come with the input it was started with: 'a'")
        #expect(try await partition.contents() == contents)
    }

    @Test("without an Id it makes UUIDs, none twice")
    func madeIDs() async throws {
        let partition = try await partition()
        var ids: Set<String> = []
        for _ in 0..<50 {
            let reply = try await partition.call("start", #"{"StartTimestamp":"2026-11-23T10:00:00Z"}"#)
            let answer = try JSON(parsing: try #require(reply.string))
            let id = try #require(answer.objectValue?["Id"]?.stringValue)
            #expect(id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
            ids.insert(id)
        }
        #expect(ids.count == 50)
    }

    @Test("the machine is the default one, the named one, or unknown")
    func machines() async throws {
        let partition = try Partition()
        let item = #"{"Id":"a","StartTimestamp":"2026-11-23T10:00:00Z"}"#
        #expect(
            try await partition.refusal("start", item)
                == "NOTFOUND machine: must be given, as there is no default machine"
        )
        try await partition.call("deploy", "other", "create", "h2", "{}", #"{"hash":"h2"}"#)
        #expect(try await partition.refusal("start", item, "nope") == "NOTFOUND machine: must be deployed: 'nope'")
        #expect(
            try await partition.refusal("start", item, ":default") == "NOTFOUND machine: must be deployed: ':default'"
        )
        try await partition.call("start", item, "other")
        #expect(try await partition.document("other:a")?.contains(#""d":"h2""#) == true)
    }

    private static let idRule = "must not contain the character "

    private static let badBodies: [(String, String)] = [
        ("", "body: must be a JSON object: ''"),
        ("[]", "body: must be a JSON object: '[]'"),
        ("nonsense", "body: must be a JSON object: 'nonsense'"),
        ("\"a\nb\"", #"body: must be a JSON object: '"a\u000Ab"'"#),
        ("{}", "StartTimestamp: must be given"),
        (
            #"{"StartTimestamp":"2026-11-23T10:00:00Z","x":{"a":"b/c"}}"#,
            #"x: must not be there: only StartTimestamp and Id are: '{"a":"b/c"}'"#
        ),
        (#"{"StartTimestamp":"2026-11-23T10:00:00Z","Id":5}"#, "Id: must be a string: '5'"),
        (#"{"StartTimestamp":"2026-11-23T10:00:00Z","Id":null}"#, "Id: must be a string: 'null'"),
        (#"{"StartTimestamp":"2026-11-23T10:00:00Z","Id":""}"#, "Id: must have 1 to 80 characters, has 0: ''"),
    ]

    @Test("bad bodies change nothing", arguments: badBodies)
    func badBody(body: String, message: String) async throws {
        let partition = try await partition()
        let contents = try await partition.contents()
        #expect(try await partition.refusal("start", body) == "VALIDATION " + message)
        #expect(try await partition.contents() == contents)
    }

    private static let badInstants = [
        "", "2026-11-23", "2026-11-23T10:00Z", "2026-11-23T10:00:00", "2026-11-23t10:00:00Z", "2026-11-23T10:00:00z",
        "2026-11-23 10:00:00Z", "2026-11-23T10:00:00.Z", "2026-11-23T10:00:00,5Z", "2026-11-23T10:00:00+0100",
        "2026-11-23T10:00:00+01", "2026-11-23T10:00:00+24:00", "2026-11-23T10:00:00+01:60", "2026-11-23T24:00:00Z",
        "2026-11-23T23:60:00Z", "2026-11-23T23:59:60Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
        "26-01-01T00:00:00Z", "+12026-01-01T00:00:00Z", " 2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z ",
        "2026-11-23T10:00:00Z+01:00", "tomorrow", "1795407521",
    ]

    @Test("a wait that no state may wait is refused: 2^31 - 1 seconds are the most")
    func longestWait() async throws {
        let partition = try await partition()
        let longest = Instant(milliseconds: try await partition.now()).adding(milliseconds: WaitLimit.milliseconds)
        let later = longest.adding(milliseconds: 60_000).iso8601
        #expect(
            try await partition.refusal("start", #"{"Id":"a","StartTimestamp":"\#(later)"}"#)
                == "VALIDATION StartTimestamp: must be at most 24855 days ahead: '\(later)'"
        )
        #expect(try await partition.due().isEmpty)
        try await partition.call("start", #"{"Id":"a","StartTimestamp":"\#(longest.iso8601)"}"#)
        #expect(try await partition.due().count == 2)
    }

    @Test("bad instants are refused with the rule and the value", arguments: badInstants)
    func badInstant(text: String) async throws {
        let partition = try await partition()
        #expect(
            try await partition.refusal("start", #"{"Id":"a","StartTimestamp":"\#(text)"}"#)
                == "VALIDATION StartTimestamp: must be an ISO 8601 instant with 'T' and an offset or 'Z', "
                + "such as 2026-01-31T09:30:00Z: '\(text)'"
        )
        #expect(try await partition.due().isEmpty)
        #expect(Instant(iso8601: text) == nil, "Swift has the same rule")
    }

    private static let goodInstants: [(String, Int64)] = [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.0000000000001Z", 1),
        ("2000-02-29T00:00:00Z", 951_782_400_000),
        ("2024-02-29T23:59:59.9990001Z", 1_709_251_200_000), ("1969-12-31T23:59:59.999Z", -1),
        ("2026-11-23T10:00:00.5+14:00", 1_795_377_600_500), ("2026-11-23T10:00:00-18:00", 1_795_492_800_000),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000), ("2109-05-15T07:35:11.103Z", 4_398_046_511_103),
        ("2026-11-23T10:00:00.1230000Z", 1_795_428_000_123), ("2026-11-23T10:00:00.1230001Z", 1_795_428_000_124),
    ]

    @Test("instants are exact to the ms, a finer fraction rounded up", arguments: goodInstants)
    func goodInstant(text: String, milliseconds: Int64) async throws {
        let partition = try await partition()
        try await partition.call("start", #"{"Id":"a","StartTimestamp":"2026-11-23T10:00:00Z"}"#)
        #expect(try await partition.call("reschedule", "a", text).integer == milliseconds)
        #expect(Instant(iso8601: text)?.milliseconds == milliseconds, "Swift has the same rule")
    }

    private static let badIDs: [(String, String)] =
        "<>{}[]?*#%^|~`$&,;:/".unicodeScalars.map { scalar in
            ("a\(scalar)", idRule + "'\(scalar)' (U+00" + String(scalar.value, radix: 16, uppercase: true) + ")")
        } + [
            (#"a\""#, idRule + #"'"' (U+0022)"#), (#"a\\"#, idRule + #"'\' (U+005C)"#), ("a b", idRule + "U+0020"),
            ("a\u{A0}b", idRule + "U+00A0"), ("\u{3000}", idRule + "U+3000"), ("a\u{2028}", idRule + "U+2028"),
            (#"a\u0000"#, idRule + "U+0000"), (#"a\tb"#, idRule + "U+0009"), ("a\u{7F}", idRule + "U+007F"),
            ("a\u{85}", idRule + "U+0085"), ("a\u{FFFE}", idRule + "U+FFFE"), ("a\u{FFFF}", idRule + "U+FFFF"),
            (String(repeating: "é", count: 81), "must have 1 to 80 characters, has 81"),
        ]

    @Test("ids have the characters of execution names", arguments: badIDs)
    func badID(id: String, rule: String) async throws {
        let partition = try await partition()
        let refusal = try await partition.refusal("start", #"{"StartTimestamp":"2026-11-23T10:00:00Z","Id":"\#(id)"}"#)
        #expect(refusal?.hasPrefix("VALIDATION Id: \(rule): '") == true, "\(refusal ?? "")")
        #expect(try await partition.due().isEmpty)
    }

    @Test("an id that is no UTF-8 is refused")
    func invalidUTF8() async throws {
        let partition = try await partition()
        for bad: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] {
            var command = RedisCommand(name: "FCALL", capacity: 4)
            for word in ["waitable_start", "1", partition.prefix] { command.append(word) }
            command.append(
                Array(#"{"StartTimestamp":"2026-11-23T10:00:00Z","Id":"a"#.utf8) + bad + Array(#""}"#.utf8)
            )
            let reply = try await partition.client.send([command])[0]
            guard case .error(let error) = reply else {
                Issue.record("\(bad) accepted")
                continue
            }
            #expect(error.description.hasPrefix("VALIDATION Id: must be valid UTF-8"))
        }
    }

    @Test("80 characters of any plane are an id", arguments: ["é", "日", "😀", "a", "-", "@"])
    func unicode(character: String) async throws {
        let partition = try await partition()
        let id = String(repeating: character, count: 80)
        try await partition.call("start", #"{"StartTimestamp":"2026-11-23T10:00:00Z","Id":"\#(id)"}"#)
        #expect(try await partition.claim().names == ["sample:" + id])
    }

    @Test("a long value is cut in the error, between characters")
    func cut() async throws {
        let partition = try await partition()
        let refusal = try await partition.refusal(
            "start",
            #"{"StartTimestamp":"\#(String(repeating: "é", count: 300))"}"#
        )
        #expect(refusal?.hasSuffix(": '" + String(repeating: "é", count: 128) + "…'") == true)
    }

    @Test("the executions' ARN comes from the machine's record")
    func arn() async throws {
        let partition = try Partition()
        let record = #"{"hash":"h1","arn":"arn:aws:states:eu-west-1:123456789012:stateMachine:sample"}"#
        try await partition.call("deploy", "sample", "default", "h1", "{}", record)
        let reply = try await partition.call("start", #"{"StartTimestamp":"2026-11-23T10:00:00Z","Id":"a"}"#)
        let answer = try JSON(parsing: try #require(reply.string)).objectValue
        #expect(answer?["executionArn"] == .string("arn:aws:states:eu-west-1:123456789012:execution:sample:a"))
    }
}
