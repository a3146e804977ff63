import StatesLanguage
import Testing

@testable import Waitable

/// How the parts of a page or a batch become one outcome.
@Suite(.timeLimit(.minutes(1)))
struct UnfinishedReadingTests {
    private static func outcome(_ answer: String?, rest: String? = nil) throws -> JSON {
        let program = #"{"task":7,"op":"scan","table":"t","limit":9,"echo":"e"}"#
        var members: JSONObject = ["task": .integer(7), "echo": .string("e")]
        members["answer"] = try answer.map { try JSON(parsing: $0) }
        if let rest {
            members["rest"] = try JSON(parsing: "{\(rest)}")
            var object = try #require(members["rest"]?.objectValue)
            object["program"] = .string(program)
            members["rest"] = .object(object)
        }
        return .object(members)
    }

    private static let key = #"{"a":{"S":"x"}}"#

    @Test("the next program goes on behind the last key, with what is left of the limit; its echo stays at the end")
    func next() throws {
        let answer = #"{"Count":1,"Items":[1],"LastEvaluatedKey":\#(Self.key),"ScannedCount":4}"#
        var reading = try #require(
            UnfinishedReading(try Self.outcome(answer, rest: #""partition":2,"bytes":70"#))
        )
        #expect(reading.partition == 2)
        #expect(
            reading.program
                == #"{"task":7,"op":"scan","table":"t","limit":5,"from":\#(Self.key),"bytes":70,"echo":"e"}"#
        )
        reading.goOn(in: 3)
        #expect(reading.partition == 3)
        let part = #"{"Count":2,"Items":[2,3],"LastEvaluatedKey":{"b":1},"ScannedCount":3}"#
        reading.take(try Self.outcome(part, rest: #""partition":3,"bytes":90"#))
        #expect(reading.isUnfinished && reading.program?.contains(#""limit":2,"from":{"b":1},"bytes":90,"#) == true)
        reading.take(try Self.outcome(#"{"Count":0,"Items":[],"ScannedCount":1}"#))
        #expect(!reading.isUnfinished)
        #expect(reading.outcome == (try Self.outcome(#"{"Count":3,"Items":[1,2,3],"ScannedCount":8}"#)))
    }

    @Test("a part that fails is the outcome; nothing of what was read before is")
    func failure() throws {
        let answer = #"{"Count":1,"Items":[1],"LastEvaluatedKey":\#(Self.key),"ScannedCount":4}"#
        var reading = try #require(
            UnfinishedReading(try Self.outcome(answer, rest: #""partition":0,"bytes":70"#))
        )
        let failed = try JSON(parsing: #"{"task":7,"echo":"e","code":"C","message":"M"}"#)
        reading.take(failed)
        #expect(reading.outcome == failed)
    }

    @Test("what no state can take is read no further")
    func large() throws {
        var reading = try #require(UnfinishedReading(try Self.outcome(nil, rest: #""partition":0,"bytes":0"#)))
        let text = String(repeating: "x", count: DataLimit.bytes)
        let answer = #"{"Count":1,"Items":["\#(text)"],"LastEvaluatedKey":\#(Self.key),"ScannedCount":1}"#
        reading.take(try Self.outcome(answer, rest: #""partition":0,"bytes":9"#))
        #expect(!reading.isUnfinished)
        #expect(reading.outcome.objectValue?["answer"]?.objectValue?["LastEvaluatedKey"] != nil)
    }

    @Test("what is unreadable has no program")
    func unreadable() throws {
        let reading = try #require(UnfinishedReading(try JSON(parsing: #"{"rest":{"program":"{"}}"#)))
        #expect(reading.program == nil && reading.partition == nil)
    }

    @Test("a document keeps what was read so far, whatever its form")
    func kept() throws {
        let key = ExecutionKey(machine: "m", name: "a")
        var execution = Execution(
            key: key,
            revision: "b007bdb1247bd173",
            startDate: Instant(milliseconds: 1_700_000_000_000),
            input: "{}"
        )
        execution.flow = try Flow(
            json: JSON(parsing: #"{"n":"WaitUntil","e":1700000000000,"i":7,"w":1700000005000}"#)
        )
        execution.messages.rescheduledTo = Instant(milliseconds: 1_700_000_007_000)
        execution.messages.outcomes["7"] = try Self.outcome(nil, rest: #""partition":0,"bytes":70"#)
        var withAnswers = execution
        withAnswers.messages.answers["o9"] = .null
        let document = ExecutionDocument.encode(withAnswers, lease: "1700000030000.5")
        let text = String(decoding: document, as: UTF8.self)
        #expect(text.hasPrefix(#"{"s":"R","moved":1700000007000,"outcomes":{"7":{"task":7"#))
        #expect(try ExecutionDocument.decode(document, key: key) == execution)
        let step = Step.reading(execution, at: Instant(milliseconds: 5))
        #expect(step.next == .due(Instant(milliseconds: 5)) && step.effects.isEmpty)
        #expect(step.transition(lease: nil).listing == .unchanged)
    }
}
