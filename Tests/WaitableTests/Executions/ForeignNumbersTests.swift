import StatesLanguage
import Testing

@testable import Waitable

@Suite("Numbers in documents that somebody else wrote", .timeLimit(.minutes(1)))
struct ForeignNumbersTests {
    private static let numbers = [
        "-9223372036854775808", "9223372036854775807", "-10000000000000000", "10000000000000000", "-1", "100000000000",
        "100000000001",
    ]
    private static let key = ExecutionKey(machine: "m", name: "a")

    /// A document for each place of a number.
    private static let documents = numbers.flatMap { number in
        [
            #"{"s":"R","d":"h","b":\#(number),"input":{}}"#, #"{"s":"R","d":"h","b":1,"n":\#(number),"input":{}}"#,
            #"{"s":"F","ended":\#(number),"d":"h","b":1,"input":{}}"#,
            #"{"s":"R","moved":\#(number),"movedAt":\#(number),"redriven":\#(number),"was":"F","ended":\#(number),"d":"h","b":1,"#
                + #""f":{"n":"W","e":1,"i":2,"w":5001},"input":{}}"#,
            #"{"s":"R","d":"h","b":1,"f":{"n":"W","e":\#(number),"i":2,"w":\#(number)},"input":{}}"#,
            #"{"s":"R","d":"h","b":1,"t":\#(number),"f":{"n":"W","e":1,"i":2,"w":\#(number),"t":\#(number)},"input":{}}"#,
            #"{"s":"R","d":"h","b":1,"h":[\#(number),0],"input":{}}"#,
            #"{"s":"R","d":"h","b":1,"h":[0,\#(number),[\#(number),{"lost":\#(number)}],[1,{"lost":\#(number)}]],"input":{}}"#,
        ]
    }

    @Test("are read, run, shown and written without overflow, or refused", arguments: documents)
    func read(text: String) throws {
        let read = try? ExecutionDocument.decode(Array(text.utf8), key: Self.key)
        guard var execution = read else { return }
        #expect(execution.startDate.iso8601.isEmpty == false)
        #expect(execution.stopDate?.iso8601.isEmpty != true)
        for entry in execution.journal?.keptEntries(since: execution.startDate) ?? [] {
            #expect(entry.lostLeases <= 100_000_000_000)
            #expect(!entry.json(since: execution.startDate).text.isEmpty)
        }
        execution.redriveCount += 1
        let again = try ExecutionDocument.decode(ExecutionDocument.encode(execution, lease: "1.5"), key: Self.key)
        #expect(again.startDate == execution.startDate)
        if let flow = execution.flow { #expect(flow.wakeUp.map { $0.iso8601.isEmpty } != true) }
    }

    @Test("an answer that a document could not hold fails its task", arguments: [240, 241, 242, 254, 255, 256, 5_000])
    func deepAnswers(levels: Int) throws {
        let output = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        let entry = try #require(TaskAnswer.entry("7", Array(#"{"output":\#(output)}"#.utf8)))
        #expect((entry.objectValue?["error"] != nil) == (levels > 241))
        // As deep as a document has it.
        _ = try JSON(parsing: #"{"h":[0,[0,{"a":{"7":\#(entry.text)}}]]}"#)
        #expect((TaskAnswer.entry("b7", Array(#"{"output":\#(output)}"#.utf8)) == nil) == (levels > 241))
    }

    @Test("instants have differences that can be counted", arguments: [Int64.min, -1, 0, 1, .max])
    func instants(milliseconds: Int64) {
        let instants = [
            Instant(milliseconds: milliseconds), Instant(milliseconds: 0).adding(milliseconds: milliseconds),
        ]
        for instant in instants {
            #expect(instant.adding(milliseconds: .max) > instant.adding(milliseconds: .min))
            #expect(abs(instant.milliseconds - Instant(milliseconds: .min).milliseconds) <= 18_000_000_000_000_000)
            #expect(!instant.iso8601.isEmpty)
        }
    }
}
