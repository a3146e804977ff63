import Testing

@testable import StatesLanguage

@Suite("What catchers leave alone", .timeLimit(.minutes(1)))
struct CatchLimitTests {
    private func run(
        _ errors: String,
        _ answer: TaskDisposition,
        resultPath: String = "$",
        input: String = "{}"
    ) throws -> Run {
        var run = try Run(
            machine(
                #"{"Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem","TimeoutSeconds":5,"End":true,"#
                    + #""Catch":[{"ErrorEquals":["\#(errors)"],"ResultPath":"\#(resultPath)","Next":"T"}]}"#,
                #","T":{"Type":"Pass","Result":"caught","End":true}"#
            ),
            input: input,
            tasks: [answer]
        )
        try run.finish()
        return run
    }

    @Test(
        "which of a task's failures each name catches",
        arguments: [
            ("States.TaskFailed", [true, false, false]), ("States.Timeout", [false, true, false]),
            ("States.ALL", [true, true, true]), ("States.DataLimitExceeded", [false, false, true]),
            ("States.Runtime", [false, false, false]), ("E", [true, false, false]),
        ]
    )
    func table(name: String, caught: [Bool]) throws {
        let answers: [(TaskDisposition, String)] = [
            (.failed(error: "E", cause: "why"), "E"), (.pending, "States.Timeout"),
            (.succeeded(output: .string(String(repeating: "x", count: 262_143))), "States.DataLimitExceeded"),
        ]
        for ((answer, error), isCaught) in zip(answers, caught) {
            let run = try run(name, answer)
            #expect(run.output == (isCaught ? #""caught""# : nil))
            #expect(run.failure?.error == (isCaught ? nil : error))
        }
    }

    @Test(
        "parameters that are too large fail the state before its task is begun, and are caught as such",
        arguments: ["States.DataLimitExceeded", "States.ALL", "States.TaskFailed"]
    )
    func largeParameters(name: String) throws {
        let run = try Run(
            machine(
                #"{"Type":"Task","Resource":"r","Parameters":{"a.$":"$","b.$":"$"},"End":true,"#
                    + #""Catch":[{"ErrorEquals":["\#(name)"],"Next":"T"}]}"#,
                #","T":{"Type":"Pass","Result":"caught","End":true}"#
            ),
            input: #""\#(String(repeating: "x", count: 140_000))""#
        )
        #expect(run.output == (name == "States.TaskFailed" ? nil : #""caught""#))
        #expect(run.tasks.requests.isEmpty)
        #expect(!run.types.contains("TaskScheduled"))
    }

    @Test("an error that does not fit beside the input is one of its own, which nothing catches")
    func tooLarge() throws {
        let input = #"{"a":"\#(String(repeating: "x", count: 262_130))"}"#
        let cause =
            "The state/task 'S' returned a result with a size exceeding the maximum number of bytes service limit."
        #expect(
            try run("E", .failed(error: "E", cause: "why"), resultPath: "$.e", input: input).failure
                == .init(error: "States.DataLimitExceeded", cause: cause)
        )
        #expect(try run("E", .failed(error: "E", cause: "why"), input: input).output == #""caught""#)
    }
}
