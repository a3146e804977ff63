import Testing

@testable import StatesLanguage

@Suite("Catch", .timeLimit(.minutes(1)))
struct CatchTests {
    private func run(
        _ rules: String,
        _ answer: TaskDisposition = .failed(error: "E", cause: "why"),
        fields: String = "",
        input: String = #"{"a":1}"#
    ) throws -> Run {
        // Two rules that never match keep C and D within reach.
        let unused = #"{"ErrorEquals":["Never"],"Next":"C"},{"ErrorEquals":["Never"],"Next":"D"}"#
        let rules = "[" + unused + "," + rules.dropFirst()
        return try Run(
            machine(
                #"{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","Catch":\#(rules),"End":true\#(fields)}"#,
                #","C":{"Type":"Pass","End":true},"D":{"Type":"Pass","Result":"D","End":true}"#
            ),
            input: input,
            tasks: [answer]
        )
    }

    @Test(
        "the error goes where ResultPath says",
        arguments: [
            (#""Next":"C""#, #"{"Error":"E","Cause":"why"}"#),
            (#""Next":"C","ResultPath":"$""#, #"{"Error":"E","Cause":"why"}"#),
            (#""Next":"C","ResultPath":"$.error""#, #"{"a":1,"error":{"Error":"E","Cause":"why"}}"#),
            (#""Next":"C","ResultPath":"$.x.y""#, #"{"a":1,"x":{"y":{"Error":"E","Cause":"why"}}}"#),
            (#""Next":"C","ResultPath":null"#, #"{"a":1}"#),
        ]
    )
    func output(fields: String, output: String) throws {
        let rules = #"[{"ErrorEquals":["E"],\#(fields)},{"ErrorEquals":["States.ALL"],"Next":"D"}]"#
        #expect(try run(rules).output == output)
    }

    @Test("a cause that is missing is null, that of a time-out is empty")
    func missingCause() throws {
        let all = #"[{"ErrorEquals":["D"],"Next":"D"},{"ErrorEquals":["States.ALL"],"Next":"C"}]"#
        #expect(try run(all, .failed(error: "E", cause: nil)).output == #"{"Error":"E","Cause":null}"#)
        var late = try run(all, .pending, fields: #","TimeoutSeconds":5"#)
        try late.finish()
        #expect(late.output == #"{"Error":"States.Timeout","Cause":""}"#)
    }

    @Test("the first rule that matches is the one; without any the execution fails")
    func order() throws {
        let rules = #"[{"ErrorEquals":["A","B"],"Next":"C"},{"ErrorEquals":["B"],"Next":"D"}]"#
        #expect(try run(rules, .failed(error: "B", cause: "why")).output == #"{"Error":"B","Cause":"why"}"#)
        #expect(try run(rules, .failed(error: "Z", cause: "why")).failure == .init(error: "Z", cause: "why"))
    }

    @Test("neither the state's ResultPath nor its OutputPath apply to what is caught")
    func otherStages() throws {
        let fields = #","ResultPath":"$.r","OutputPath":"$.nothing","ResultSelector":{"x":1}"#
        let rules = #"[{"ErrorEquals":["E"],"Next":"C","ResultPath":"$.e"}]"#
        #expect(try run(rules, fields: fields).output == #"{"a":1,"e":{"Error":"E","Cause":"why"}}"#)
    }

    @Test("nothing catches States.Runtime, and nothing retries it", arguments: ["TaskFailed", "Runtime", "ALL"])
    func runtimeErrors(name: String) throws {
        let rules = #"[{"ErrorEquals":["States.\#(name)"],"Next":"D"}]"#
        let fields = #","InputPath":"$.missing","Retry":[{"ErrorEquals":["States.\#(name)"]}]"#
        let reason = cause("Invalid path '$.missing' : No results for path: $['missing']")
        #expect(try run(rules, fields: fields).failure == .init(error: "States.Runtime", cause: reason))
    }

    @Test("a rule may have any name of the language's kind, also one that it does not know")
    func anyName() throws {
        let rules = #"[{"ErrorEquals":["States.Nothing"],"Next":"D"}]"#
        let fields = #","Retry":[{"ErrorEquals":["States.Http.StatusCode.500"]}]"#
        #expect(try run(rules, .failed(error: "States.Nothing", cause: nil), fields: fields).output == #""D""#)
    }

    @Test("an error that comes after the work is caught as well")
    func afterTheWork() throws {
        let rules = #"[{"ErrorEquals":["States.ResultPathMatchFailure"],"Next":"D"}]"#
        let run = try run(rules, .succeeded(output: .null), fields: #","ResultPath":"$.a.b""#)
        #expect(run.output == #""D""#)
        #expect(run.types.contains("TaskSucceeded"))
    }

    @Test("a ResultPath that does not fit fails the execution")
    func badResultPath() throws {
        let run = try run(#"[{"ErrorEquals":["E"],"Next":"C","ResultPath":"$.a.b"}]"#)
        #expect(run.failure?.error == "States.ResultPathMatchFailure")
    }

    @Test("retries come first")
    func retriesFirst() throws {
        var run = try Run(
            machine(
                #"{"Type":"Task","Resource":"r","Retry":[{"ErrorEquals":["E"],"MaxAttempts":2}],"#
                    + #""Catch":[{"ErrorEquals":["E"],"Next":"C"}],"End":true}"#,
                #","C":{"Type":"Succeed"}"#
            ),
            tasks: Array(repeating: .failed(error: "E", cause: "why"), count: 3)
        )
        try run.finish()
        #expect(run.tasks.requests.count == 3)
        #expect(run.output == #"{"Error":"E","Cause":"why"}"#)
    }

    @Test("the history goes from the failure to the exit")
    func history() throws {
        let run = try run(#"[{"ErrorEquals":["E"],"Next":"C"}]"#)
        #expect(
            run.history[4...6] == [
                #"5<4 TaskFailed {"resourceType":"dynamodb","resource":"putItem","error":"E","cause":"why"}"#,
                #"6<5 TaskStateExited {"name":"S","output":"{\"Error\":\"E\",\"Cause\":\"why\"}","outputDetails":{"truncated":false}}"#,
                #"7<6 PassStateEntered {"name":"C","input":"{\"Error\":\"E\",\"Cause\":\"why\"}","inputDetails":{"truncated":false}}"#,
            ]
        )
    }
}
