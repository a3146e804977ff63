import Testing

@testable import StatesLanguage

@Suite("Limits", .timeLimit(.minutes(1)))
struct LimitTests {
    /// Leads back to the first state.
    private let loop =
        #","T":{"Type":"Choice","Choices":[{"Variable":"$.end","IsPresent":true,"Next":"E"}],"Default":"S"},"#
        + #""E":{"Type":"Succeed"}"#

    @Test("a loop without a wait gives way, due at once, and ends when its history is full")
    func endlessLoop() throws {
        var run = try Run(machine(#"{"Type":"Pass","Next":"T"}"#, loop))
        #expect(run.events.count == 1 + 500 * 2)
        #expect(run.flow?.wakeUp == Run.start)
        try run.finish(most: 100)
        let cause = "The execution reached the maximum number of history events (25000)."
        #expect(run.failure == .init(error: "States.Runtime", cause: cause))
        #expect((24_990...25_000).contains(run.events.count))
    }

    @Test("the end by a full history is not caught, nor retried")
    func endlessRetry() throws {
        var run = try Run(
            machine(
                #"{"Type":"Task","Resource":"r","End":true,"Retry":[{"ErrorEquals":["E"],"MaxAttempts":99999999,"BackoffRate":1}],"#
                    + #""Catch":[{"ErrorEquals":["States.Runtime"],"Next":"S"}]}"#
            ),
            tasks: Array(repeating: .failed(error: "E", cause: nil), count: 10_000)
        )
        try run.finish(most: 20_000)
        #expect(run.failure?.cause == "The execution reached the maximum number of history events (25000).")
        #expect((24_990...25_000).contains(run.events.count))
    }

    /// A JSON string of so many bytes.
    private func text(bytes: Int) -> JSON { .string(String(repeating: "x", count: bytes - 2)) }

    private let tooLarge = " returned a result with a size exceeding the maximum number of bytes service limit."

    @Test("a task's result has at most 262,144 bytes; more is a failure that its own name catches")
    func taskResult() throws {
        let definition = machine(
            #"{"Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem","End":true,"Catch":["#
                + #"{"ErrorEquals":["States.DataLimitExceeded"],"Next":"C"},{"ErrorEquals":["States.ALL"],"Next":"S"}]}"#,
            #","C":{"Type":"Pass","End":true}"#
        )
        let fits = try Run(definition, tasks: [.succeeded(output: text(bytes: 262_144))])
        #expect(fits.output?.utf8.count == 262_144)
        let run = try Run(definition, tasks: [.succeeded(output: text(bytes: 262_145))])
        let cause = "The state/task 'dynamodb'" + tooLarge
        #expect(run.output == #"{"Error":"States.DataLimitExceeded","Cause":"\#(cause)"}"#)
        #expect(
            run.history[4]
                == #"5<4 TaskFailed {"resourceType":"dynamodb","resource":"getItem","error":"States.DataLimitExceeded","cause":"\#(cause)"}"#
        )
    }

    @Test("bytes are those of the text: escapes and UTF-8 count")
    func escapes() throws {
        let definition = machine(#"{"Type":"Task","Resource":"r","End":true}"#)
        let quotes = JSON.string(String(repeating: "\"", count: 131_071))
        #expect(try Run(definition, tasks: [.succeeded(output: quotes)]).output?.utf8.count == 262_144)
        let more = JSON.string(String(repeating: "é", count: 131_072))
        #expect(try Run(definition, tasks: [.succeeded(output: more)]).failure?.error == "States.DataLimitExceeded")
    }

    @Test("a state's output has the same limit")
    func output() throws {
        let input = text(bytes: 140_000).text
        let definition = machine(#"{"Type":"Pass","Parameters":{"a.$":"$","b.$":"$"},"End":true}"#)
        let run = try Run(definition, input: input)
        #expect(run.failure == .init(error: "States.DataLimitExceeded", cause: "The state/task 'S'" + tooLarge))
    }

    @Test("what a catcher hands on has the same limit")
    func caught() throws {
        let run = try Run(
            machine(
                #"{"Type":"Task","Resource":"r","End":true,"Catch":[{"ErrorEquals":["E"],"ResultPath":"$.e","Next":"C"}]}"#,
                #","C":{"Type":"Succeed"}"#
            ),
            input: #"{"a":\#(text(bytes: 140_000).text)}"#,
            tasks: [.failed(error: "E", cause: String(repeating: "x", count: 140_000))]
        )
        #expect(run.failure == .init(error: "States.DataLimitExceeded", cause: "The state/task 'S'" + tooLarge))
    }

    @Test("data that grows deeper with every round ends in an error before it cannot be read back")
    func nesting() throws {
        var run = try Run(
            machine(
                #"{"Type":"Pass","Parameters":{"a.$":"$"},"Next":"W"}"#,
                #","W":{"Type":"Wait","Seconds":1,"Next":"T"}"# + loop
            )
        )
        run.isRecoded = true
        try run.finish(most: 1_000)
        let cause = "The state/task 'S' returned a result that is nested deeper than 240 levels."
        #expect(run.failure == .init(error: "States.DataLimitExceeded", cause: cause))
    }

    @Test("an input as deep as is read at all can be kept while it waits")
    func deepInput() throws {
        let input = String(repeating: "[", count: 256) + String(repeating: "]", count: 256)
        var run = try Run(
            #"{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":1,"OutputPath":"$[0]","Next":"B"},"B":{"Type":"Wait","Seconds":1,"End":true}}}"#,
            input: input
        )
        run.isRecoded = true
        try run.finish()
        #expect(run.output == String(input.dropFirst().dropLast()))
    }
}
