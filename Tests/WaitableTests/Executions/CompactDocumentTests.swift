import StatesLanguage
import Testing

@testable import Waitable

@Suite("Compact documents", .timeLimit(.minutes(1)))
struct CompactDocumentTests {
    private static let key = ExecutionKey(
        machine: "waitable-stepfunction",
        name: "0123456789-0123456789-0123456789-123"
    )
    private static let start = Instant(milliseconds: 1_795_000_000_123)
    private static let due = "2026-12-24T11:00:00.000Z"
    private static let lease = "1795000030123.0005"

    private static func input(_ instant: String, id: String = key.name) -> String {
        #"{"Id":"\#(id)","StartTimestamp":"\#(instant)"}"#
    }

    private static func execution(_ input: String = input(due)) -> Execution {
        Execution(key: key, revision: "0123456789abcdef", startDate: start, input: input)
    }

    private static func waiting(_ input: String = input(due), until: String = due) throws -> Execution {
        var execution = execution(input)
        let until = try #require(Instant(iso8601: until))
        execution.flow = Flow(PlainWait(state: "WaitUntil", enteredAt: start, eventID: 8, until: until))
        execution.journal = Journal()
        _ = execution.journal?.append(JournalEntry(instant: start), since: start)
        return execution
    }

    private static func succeeded(_ input: String = input(due), after milliseconds: Int64) throws -> Execution {
        var execution = try waiting(input)
        execution.status = .succeeded
        execution.flow = nil
        execution.output = input
        execution.stopDate = start.adding(milliseconds: milliseconds)
        return execution
    }

    private func document(_ execution: Execution, lease: String? = nil) -> String {
        String(decoding: ExecutionDocument.encode(execution, lease: lease), as: UTF8.self)
    }

    private func expectRoundTrip(_ execution: Execution, lease: String? = nil) throws {
        let bytes = ExecutionDocument.encode(execution, lease: lease)
        #expect(try ExecutionDocument.decode(bytes, key: execution.key) == execution)
    }

    @Test("of a waiting item there are 44 bytes at the most, of a closed one without a history too")
    func sizes() throws {
        // It waits for two years.
        let late = "2028-11-18T11:06:40.123Z"
        let waiting = try Self.waiting(Self.input(late), until: late)
        #expect(document(waiting).utf8.count <= 44)
        try expectRoundTrip(waiting)
        var closed = try Self.succeeded(Self.input("2026-11-18T11:06:45.123Z"), after: 5_123)
        closed.journal = nil
        #expect(document(closed, lease: Self.lease).utf8.count <= 44)
        try expectRoundTrip(closed, lease: Self.lease)
    }

    @Test(
        "inputs of all kinds come back as they were",
        arguments: [
            input(due), input("2026-12-24T11:00:00Z"), input("2026-12-24T11:00:00.5Z"),
            input("2026-12-24T12:00:00.000+01:00"), input("2026-12-24T11:00:00.001Z"),
            input("2026-12-24T10:59:59.999Z"),
            input("2026-02-30T11:00:00.000Z"), input("2126-12-24T11:00:00.000Z"), input(due, id: "another"),
            #"{ "Id":"x"}"#, "{}", "7", #""m""#, "[;]", #"{"Id":"é;","StartTimestamp":"s"}"#,
        ]
    )
    func inputs(input: String) throws {
        try expectRoundTrip(try Self.waiting(input))
        try expectRoundTrip(try Self.succeeded(input, after: 2_592_000_000), lease: "1795000030123.5")
        try expectRoundTrip(try Self.succeeded(input, after: 0))
    }

    @Test("an object in front of it tells the status, and what else is new")
    func messages() throws {
        let waiting = try Self.waiting()
        let text = document(waiting, lease: Self.lease)
        #expect(text.first == "R")
        let moved = try ExecutionDocument.decode(
            Array((#"{"s":"R","moved":5,"movedAt":6}"# + text).utf8),
            key: Self.key
        )
        #expect(moved.messages.rescheduledTo == Instant(milliseconds: 5))
        #expect(moved.flow == waiting.flow && moved.input == waiting.input && moved.journal == waiting.journal)
        let stopped = try ExecutionDocument.decode(
            Array((#"{"s":"A","ended":9,"failure":{"error":"E"}}"# + text).utf8),
            key: Self.key
        )
        #expect(stopped.status == .aborted && stopped.stopDate == Instant(milliseconds: 9))
        #expect(stopped.failure?.error == "E" && stopped.flow == waiting.flow && stopped.output == nil)
    }

    @Test("what it cannot tell is an object, and comes back too")
    func objects() throws {
        var executions: [Execution] = []
        func add(_ change: (inout Execution) -> Void) throws {
            var execution = try Self.waiting()
            change(&execution)
            executions.append(execution)
        }
        try add { $0.revision = "h" }
        try add { $0.revision = "0123456789ABCDEF" }
        try add { $0.redriveCount = 1 }
        try add { $0.version = 3 }
        try add { $0.startDate = Instant(milliseconds: 1 << 42) }
        try add { $0.journal = Journal() }
        try add { $0.flow = nil }
        let wait = try #require(try Self.waiting().flow?.plainWait)
        for state in ["Wait; and see", ""] {
            try add {
                $0.flow = Flow(
                    PlainWait(state: state, enteredAt: wait.enteredAt, eventID: 5_000_000_000, until: wait.until)
                )
            }
        }
        var output = try Self.succeeded(after: 1)
        output.output = "7"
        executions.append(output)
        for execution in executions { try expectRoundTrip(execution, lease: Self.lease) }
        #expect(executions.filter { document($0).first != "{" }.map(\.flow?.state) == [""])
    }

    @Test("what is cut short, or has a digit too many, is no document")
    func malformed() throws {
        let text = document(try Self.waiting(), lease: Self.lease)
        for length in 1..<text.count where String(text.prefix(length)) != text {
            // Shortened, the distance of the input's instant is another one, and that is all that can be told.
            guard text.dropFirst(length).contains(";") || length == text.count - 1 && text.hasSuffix("m") else {
                continue
            }
            #expect(throws: DocumentError.self) {
                try ExecutionDocument.decode(Array(text.prefix(length).utf8), key: Self.key)
            }
        }
        let bad = ["R", "S;", text.replacing("R", with: "R!"), text + "!", text.dropFirst() + "", text + "AAAAAAAAAAA"]
        for text in bad {
            #expect(throws: DocumentError.self) {
                try ExecutionDocument.decode(Array(text.utf8), key: Self.key)
            }
        }
    }
}
