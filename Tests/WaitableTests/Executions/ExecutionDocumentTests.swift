import StatesLanguage
import Testing

@testable import Waitable

@Suite(.timeLimit(.minutes(1)))
struct ExecutionDocumentTests {
    private static let key = ExecutionKey(machine: "m", name: "order-1")

    private static let lease = "1700000030000.00048828125"

    private static func execution() throws -> Execution {
        var execution = Execution(
            key: key,
            revision: "b007bdb1247bd173",
            startDate: Instant(milliseconds: 1_700_000_000_000),
            input: #"{ "Id": "order-1", "text": "é\n\"" }"#
        )
        let flow = #"{"n":"WaitUntil","e":1700000000000,"i":7,"w":1700000005000}"#
        execution.flow = try Flow(json: JSON(parsing: flow))
        return execution
    }

    @Test("An open execution reads back as it was written, its input verbatim and last")
    func roundTrip() throws {
        var execution = try Self.execution()
        execution.redriveCount = 1
        let document = ExecutionDocument.encode(execution, lease: Self.lease)
        let text = String(decoding: document, as: UTF8.self)
        #expect(
            text.hasPrefix(
                #"{"s":"R","k":"1700000030000.00048828125","d":"b007bdb1247bd173","b":1700000000000,"n":1,"z":1700000005000,"f":{"#
            )
        )
        #expect(text.hasSuffix(#","input":{ "Id": "order-1", "text": "é\n\"" }}"#))
        #expect(try ExecutionDocument.decode(document, key: Self.key) == execution)
    }

    @Test("The task that waits for an execution is read back, whatever its machine's name begins with")
    func parent() throws {
        var execution = try Self.execution()
        let parent = ExecutionKey(machine: "\u{301}m", name: "\u{301}x")
        execution.parent = Execution.ParentTask(key: parent, task: 12, answer: .json)
        let document = ExecutionDocument.encode(execution, lease: nil)
        #expect(try ExecutionDocument.decode(document, key: Self.key) == execution)
    }

    @Test("A closed execution keeps how it ended; an output equal to the input is not written twice")
    func closed() throws {
        var failed = try Self.execution()
        failed.status = .failed
        failed.stopDate = Instant(milliseconds: 1_700_000_006_000)
        failed.failure = ExecutionFailure(error: "Why", cause: nil)
        failed.redriveCount = 2
        #expect(
            try ExecutionDocument.decode(ExecutionDocument.encode(failed, lease: Self.lease), key: Self.key) == failed
        )

        var succeeded = try Self.execution()
        succeeded.status = .succeeded
        succeeded.flow = nil
        succeeded.stopDate = Instant(milliseconds: 1_700_000_006_000)
        succeeded.output = succeeded.input
        succeeded.redriveCount = 1
        let document = ExecutionDocument.encode(succeeded, lease: Self.lease)
        #expect(!String(decoding: document, as: UTF8.self).contains(#""o":"#))
        #expect(try ExecutionDocument.decode(document, key: Self.key) == succeeded)
    }

    @Test("What functions put behind the status is read as the inbox")
    func inbox() throws {
        let document = #"""
            {"s":"R","ended":5,"failure":{"error":"E"},"moved":7,"redriven":8,"was":"A","outcomes":{"9":{"task":9}},"d":"h","b":1,"input":{}}
            """#
        let execution = try ExecutionDocument.decode(Array(document.utf8), key: Self.key)
        #expect(execution.messages.rescheduledTo == Instant(milliseconds: 7))
        #expect(execution.messages.redrivenAt == Instant(milliseconds: 8))
        #expect(execution.messages.closing?.status == .aborted)
        #expect(execution.messages.closing?.instant == Instant(milliseconds: 5))
        #expect(execution.messages.closing?.failure == ExecutionFailure(error: "E", cause: nil))
        #expect(execution.messages.outcomes["9"] != nil)
        #expect(execution.failure == nil)
        #expect(execution.flow == nil)
    }

    @Test(
        "A damaged document says what is wrong",
        arguments: [
            ("", "is not a JSON object"), ("[]", "is not a JSON object"),
            (#"{"d":"h","b":1,"input":{}}"#, "lacks the text member 's'"),
            (#"{"s":"Q","d":"h","b":1,"input":{}}"#, "has an unknown status"),
            (#"{"s":"R","b":1,"input":{}}"#, "lacks the text member 'd'"),
            (#"{"s":"R","d":"h","b":"1","input":{}}"#, "lacks the integer member 'b'"),
            (#"{"s":"R","d":"h","b":1}"#, "lacks the member 'input'"),
            (#"{"s":"R","d":"h","b":1,"f":{},"input":{}}"#, "has an unreadable flow"),
        ]
    )
    func damaged(document: String, reason: String) {
        let error = #expect(throws: DocumentError.self) {
            try ExecutionDocument.decode(Array(document.utf8), key: Self.key)
        }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }
}
