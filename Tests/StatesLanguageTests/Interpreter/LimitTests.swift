import Testing

@testable import StatesLanguage

@Suite("Limits", .timeLimit(.minutes(1)))
struct LimitTests {
    /// Leads back to the first state.
    private let loop =
        #","T":{"Type":"Choice","Choices":[{"Variable":"$.end","IsPresent":true,"Next":"E"}],"Default":"S"},"#
        + #""E":{"Type":"Succeed"}"#

    /// A way to a last state, which a machine has to have, that is not taken.
    private static let never = #""Catch":[{"ErrorEquals":["never"],"Next":"E"}]"#

    @Test("a loop without a wait gives way, due at once, and ends when its history is full")
    func endlessLoop() throws {
        var run = try Run(machine(#"{"Type":"Pass","Next":"T"}"#, loop))
        #expect(run.events.count == 1 + 500 * 2)
        #expect(run.flow?.wakeUp == Run.start)
        try run.finish(most: 100)
        let cause = "The execution reached the maximum number of history events (25000)."
        #expect(run.failure == .init(error: "States.Runtime", cause: cause))
        #expect(run.events.map(\.id) == Array(1...25_000))
        #expect(run.history.last == #"25000<24999 ExecutionFailed {"error":"States.Runtime","cause":"\#(cause)"}"#)
    }

    @Test(
        "an execution ends with the 25,000th event wherever in a state that is",
        arguments: [
            (#"{"Type":"Task","Resource":"r","Next":"T",\#(never)}"#, #"{"Type":"Pass","Next":"S"}"#),
            (#"{"Type":"Task","Resource":"r","Next":"T",\#(never)}"#, #"{"Type":"Task","Resource":"r","Next":"S"}"#),
            (
                #"{"Type":"Task","Resource":"fail","Catch":[{"ErrorEquals":["States.ALL"],"Next":"T"}],"Next":"T"}"#,
                #"{"Type":"Task","Resource":"r","Next":"S",\#(never)}"#
            ),
            (
                #"{"Type":"Parallel","Branches":[{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}},"#
                    + #"{"StartAt":"B","States":{"B":{"Type":"Task","Resource":"r","End":true}}}],"Next":"T",\#(never)}"#,
                #"{"Type":"Pass","Result":[1,2,3],"Next":"M"},"M":{"Type":"Map","Next":"S","Iterator":{"StartAt":"I","#
                    + #""States":{"I":{"Type":"Pass","End":true}}}}"#
            ),
        ] as [(String, String)],
        [false, true]
    )
    func fullHistory(states: (String, String), isRecoded: Bool) throws {
        var run = try Run(machine(states.0, #","T":\#(states.1),"E":{"Type":"Succeed"}"#))
        run.isRecoded = isRecoded
        run.tasks.failing = "fail"
        try run.finish(most: 1_000)
        #expect(run.failure?.cause == "The execution reached the maximum number of history events (25000).")
        #expect(run.events.map(\.id) == Array(1...25_000))
        let last = try #require(run.events.last)
        #expect(last.type == "ExecutionFailed")
        #expect((1..<25_000).contains(last.previousID))
        // What was begun has been told.
        #expect(run.tasks.requests.map(\.id).allSatisfy { run.events[$0 - 1].type == "TaskScheduled" })
    }

    @Test(
        "the last state may end with the 24,999th event, and the execution well with the 25,000th",
        arguments: [1, 2, 3]
    )
    func lastEvent(more: Int) throws {
        // Three events of the execution and the Map state before its iterations, four of each, two after them.
        let items = (0..<6_247).map { _ in "1" }.joined(separator: ",")
        let pass = #"{"Type":"Pass","End":true}"#
        let passes = (0..<more).map { #""P\#($0)":{"Type":"Pass","Next":"P\#($0 + 1)"},"# }.joined()
        var run = try Run(
            #"{"StartAt":"M","States":{"M":{"Type":"Map","Next":"P0","ItemProcessor":{"StartAt":"I","States":{"I":\#(pass)}}},"#
                + #"\#(passes)"P\#(more)":\#(pass)}}"#,
            input: "[\(items)]"
        )
        try run.finish(most: 1_000)
        let isFull = 3 + 4 * 6_247 + 2 + 2 * (more + 1) + 1 > 25_000
        #expect((run.output == nil) == isFull)
        #expect(run.events.count <= 25_000)
        #expect(run.types.last == (isFull ? "ExecutionFailed" : "ExecutionSucceeded"))
    }

    @Test("a redrive of an execution whose history is full fails at once")
    func redrive() throws {
        let task = #"{"Type":"Task","Resource":"r","Next":"S",\#(Self.never)}"#
        var run = try Run(machine(#"{"Type":"Pass","Next":"T"}"#, #","T":\#(task),"E":{"Type":"Succeed"}"#))
        try run.finish(most: 1_000)
        guard case .failed(let flow, _, _) = run.outcome else {
            Issue.record("\(run.outcome)")
            return
        }
        var tasks = ScriptedTasks()
        let advance = run.interpreter.redrive(flow, at: run.now, tasks: &tasks)
        #expect(advance.events.map(\.type) == ["ExecutionRedriven", "ExecutionFailed"])
        #expect(tasks.requests.isEmpty)
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
        #expect(run.events.count == 25_000)
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

    @Test("a state's parameters have the same limit, whatever becomes of them")
    func parameters() throws {
        let input = text(bytes: 140_000).text
        for fields in [#""Result":1,"#, #""ResultPath":null,"#, #""OutputPath":"$.c","#] {
            let definition = machine(#"{"Type":"Pass",\#(fields)"Parameters":{"a.$":"$","b.$":"$","c":1},"End":true}"#)
            let failure = try #require(try Run(definition, input: input).failure)
            #expect(failure == .init(error: "States.DataLimitExceeded", cause: "The state/task 'S'" + tooLarge))
        }
    }

    @Test("a Parallel state's parameters have it before a branch begins, whatever becomes of them")
    func parallelParameters() throws {
        let definition = machine(
            #"{"Type":"Parallel","Parameters":{"a.$":"$","b.$":"$"},"ResultPath":null,"End":true,"#
                + #""Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","Result":1,"End":true}}}]}"#
        )
        let run = try Run(definition, input: text(bytes: 140_000).text)
        #expect(run.failure == .init(error: "States.DataLimitExceeded", cause: "The state/task 'S'" + tooLarge))
        #expect(!run.types.contains("PassStateEntered"))
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

    @Test(
        "what is begun with data that is nested too deep for a document fails its state, and is not kept",
        arguments: [
            (
                #"{"Type":"Map","ItemsPath":"$.l","ItemSelector":{"x.$":"States.StringToJson($.s)"},"End":true,"#
                    + #""ItemProcessor":{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":9,"End":true}}}}"#,
                "iteration"
            ),
            (#"{"Type":"Task","Resource":"r","Parameters":{"x.$":"States.StringToJson($.s)"},"End":true}"#, "task"),
            (
                #"{"Type":"Map","QueryLanguage":"JSONata","Items":"{% [$parse($states.input.s)] %}","End":true,"#
                    + #""ItemProcessor":{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":9,"End":true}}}}"#,
                "state's iterations"
            ),
        ]
    )
    func nestedInputs(state: String, what: String) throws {
        for levels in 238...256 {
            let text = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
            var run = try Run(machine(state), input: #"{"l":[1],"s":"\#(text)"}"#)
            guard let failure = run.failure else {
                // The document can be read again.
                run.isRecoded = true
                if run.flow != nil { try run.advance(milliseconds: 1) }
                continue
            }
            #expect(levels > 230)
            #expect(failure.error == "States.DataLimitExceeded")
            #expect(failure.cause?.contains("The input of the \(what) must be nested at most ") == true, "\(failure)")
        }
    }

    @Test("error and cause of a Fail state end where AWS's do")
    func failTexts() throws {
        let state =
            #"{"Type":"Fail","QueryLanguage":"JSONata","Error":"{% $pad('e',1000) %}","Cause":"{% $pad('c',100000) %}"}"#
        let run = try Run(machine(state))
        // The last three are those of an ellipsis.
        #expect((250...256).contains(run.failure?.error?.utf8.count ?? 0))
        #expect((32_760...32_768).contains(run.failure?.cause?.utf8.count ?? 0))
    }
}
