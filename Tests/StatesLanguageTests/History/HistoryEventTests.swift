import Testing

@testable import StatesLanguage

@Suite("History events", .timeLimit(.minutes(1)))
struct HistoryEventTests {
    @Test("an event has the shape of GetExecutionHistory")
    func shape() throws {
        let run = try Run(machine(#"{"Type":"Pass","Result":[1],"End":true}"#), input: #"{ "a": 1 }"#)
        #expect(
            run.events.map(\.json.text) == [
                #"{"timestamp":1.800000000123E9,"type":"ExecutionStarted","id":1,"previousEventId":0,"#
                    + #""executionStartedEventDetails":{"input":"{ \"a\": 1 }","inputDetails":{"truncated":false},"#
                    + #""roleArn":"arn:aws:iam::123456789012:role/machine"}}"#,
                #"{"timestamp":1.800000000123E9,"type":"PassStateEntered","id":2,"previousEventId":0,"#
                    + #""stateEnteredEventDetails":{"name":"S","input":"{ \"a\": 1 }","inputDetails":{"truncated":false}}}"#,
                #"{"timestamp":1.800000000123E9,"type":"PassStateExited","id":3,"previousEventId":2,"#
                    + #""stateExitedEventDetails":{"name":"S","output":"[1]","outputDetails":{"truncated":false}}}"#,
                #"{"timestamp":1.800000000123E9,"type":"ExecutionSucceeded","id":4,"previousEventId":3,"#
                    + #""executionSucceededEventDetails":{"output":"[1]","outputDetails":{"truncated":false}}}"#,
            ]
        )
    }

    @Test("without data an event keeps its names and errors")
    func withoutData() throws {
        let run = try Run(
            machine(#"{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","End":true}"#),
            input: #"{"secret":1}"#,
            tasks: [.failed(error: "E", cause: "C")]
        )
        let texts = run.events.map(\.withoutData.json.text)
        #expect(!texts.contains { $0.contains("secret") })
        #expect(texts[1].contains(#""stateEnteredEventDetails":{"name":"S"}"#))
        #expect(
            texts[2].contains(
                #""taskScheduledEventDetails":{"resourceType":"dynamodb","resource":"putItem","region":"eu-west-1"}"#
            )
        )
        #expect(texts[4].contains(#""error":"E","cause":"C""#))
    }

    @Test("only the first state's entry has the caller's text; what is computed is compact")
    func verbatim() throws {
        let run = try Run(
            machine(#"{"Type":"Pass","Next":"T"}"#, #","T":{"Type":"Succeed"}"#),
            input: "{ \"a\" : 1.50 }"
        )
        let inputs = run.events.compactMap { $0.details?.members["input"]?.stringValue }
        #expect(inputs == ["{ \"a\" : 1.50 }", "{ \"a\" : 1.50 }", #"{"a":1.5}"#])
    }
}
