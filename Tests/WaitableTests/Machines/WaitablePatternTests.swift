import Foundation
import Testing
import Waitable

@Suite("The waitable pattern in a definition", .timeLimit(.minutes(1)))
struct WaitablePatternTests {
    private static let sample: String = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(
                path: "statemachine/waitable-stepfunction.asl.json"
            )
        let text = try? String(contentsOf: file, encoding: .utf8)
        return text?.replacing("${DDBTable}", with: "items") ?? ""
    }()

    @Test("the sample puts STARTED, waits, and ends with COMPLETED")
    func sample() throws {
        let pattern = try #require(WaitablePattern(definition: Self.sample, table: "items"))
        #expect(pattern.first == "STARTED")
        #expect(pattern.last == "COMPLETED")
        #expect(WaitablePattern(definition: Self.sample, table: "others") == nil)
    }

    @Test(
        "a machine that does anything else is not judged",
        arguments: [
            (#""End": true"#, #""Catch": [{"ErrorEquals":["States.ALL"],"Next":"WaitUntil"}], "End": true"#),
            (#""UpdateExpression": "#, #""ConditionExpression": "attribute_exists(Id)", "UpdateExpression": "#),
            ("SET ProcessStatus = :newStatus", "SET Other = :newStatus"),
            ("SET ProcessStatus = :newStatus", "SET #s = :newStatus"),
            (#""S": "COMPLETED""#, #""S.$": "$.Id""#),
            (#""S": "COMPLETED""#, #""S": "STARTED""#),
            (#""Type": "Wait""#, #""Type": "Choice""#),
            ("dynamodb:putItem", "dynamodb:deleteItem"),
            ("dynamodb:updateItem", "sqs:sendMessage"),
            (#""Next": "WaitUntil""#, #""Next": "SetFinalStatus""#),
            (#""End": true"#, #""Next": "SetInitialStatus""#),
            (#""Next": "SetFinalStatus""#, #""Next": "Missing""#),
            ("{", "["),
        ]
    )
    func others(original: String, changed: String) {
        #expect(Self.sample.contains(original))
        #expect(WaitablePattern(definition: Self.sample.replacing(original, with: changed), table: "items") == nil)
    }
}
