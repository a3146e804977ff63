import Testing

@testable import StatesLanguage

@Suite("Expressions that fail", .timeLimit(.minutes(1)))
struct JSONataFailureTests {
    private func jsonata(_ state: String) -> String {
        #"{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":\#(state),"T":{"Type":"Succeed"}}}"#
    }

    private static let processor =
        #""ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}"#

    @Test(
        "the cause names the expression, its field and what it came to",
        arguments: [
            (
                #"{"Type":"Pass","Output":"{% $states.input.no %}","Next":"T"}"#, "Output",
                "The JSONata expression '$states.input.no' specified for the field 'Output' returned nothing (undefined)."
            ),
            (
                #"{"Type":"Task","Resource":"r","Arguments":{"a":["{% $no %}"]},"Next":"T"}"#, "Arguments/a[0]",
                "The JSONata expression '$no' specified for the field 'Arguments/a[0]' returned nothing (undefined)."
            ),
            (
                #"{"Type":"Pass","Assign":{"f":"{% $sum %}"},"Next":"T"}"#, "Assign/f",
                "The JSONata expression '$sum' specified for the field 'Assign/f' returned an unsupported result type."
            ),
            (
                #"{"Type":"Pass","Output":"{% 1 + 'a' %}","Next":"T"}"#, "Output",
                #"The JSONata expression '1 + 'a'' specified for the field 'Output' threw an error during evaluation. T2002: The right side of the "+" operator must evaluate to a number"#
            ),
            (
                #"{"Type":"Choice","Choices":[{"Condition":"{% 'yes' %}","Next":"T"}]}"#, "Choices[0]/Condition",
                #"The JSONata expression ''yes'' specified for the field 'Choices[0]/Condition' returned an unexpected result type. Expected 'boolean', but was 'string' for value: "yes""#
            ),
            (
                #"{"Type":"Map","Items":"{% null %}",\#(processor),"Next":"T"}"#, "Items",
                "The JSONata expression 'null' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'null' for value: null"
            ),
            (
                #"{"Type":"Map",\#(processor),"Next":"T"}"#, nil,
                #"Map state input must be an array but was: {"n":1}"#
            ),
            (
                #"{"Type":"Map","Items":[],"MaxConcurrency":"{% -1 %}",\#(processor),"Next":"T"}"#, "MaxConcurrency",
                "MaxConcurrency cannot be negative."
            ),
            (
                #"{"Type":"Wait","Seconds":"{% 'a' %}","Next":"T"}"#, "Seconds",
                #"The JSONata expression ''a'' specified for the field 'Seconds' returned an unexpected result type. Expected 'number', but was 'string' for value: "a""#
            ),
            (
                #"{"Type":"Wait","Seconds":"{% 1.5 %}","Next":"T"}"#, "Seconds",
                "The Seconds field cannot be parsed as a long value: 1.5"
            ),
            (
                #"{"Type":"Wait","Timestamp":"{% 'soon' %}","Next":"T"}"#, "Timestamp",
                "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: soon"
            ),
            (
                #"{"Type":"Task","Resource":"r","TimeoutSeconds":"{% 0 %}","Next":"T"}"#, "TimeoutSeconds",
                "The TimeoutSeconds field must be an integer from 1 to 99999999: 0"
            ),
            (
                #"{"Type":"Fail","Error":"{% 5 %}"}"#, "Error",
                "The JSONata expression '5' specified for the field 'Error' returned an unexpected result type. Expected 'string', but was 'number' for value: 5"
            ),
        ] as [(String, String?, String)]
    )
    func cause(state: String, location: String?, detail: String) throws {
        let run = try Run(
            jsonata(state).replacing(
                #","T":{"Type":"Succeed"}"#,
                with: state.contains(#""Fail""#) ? "" : #","T":{"Type":"Succeed"}"#
            ),
            input: #"{"n":1}"#
        )
        let cause = "An error occurred while executing the state 'S' (entered at the event id #2). \(detail)"
        #expect(run.failure == Run.Failure(error: "States.QueryEvaluationError", cause: cause))
        let event = try #require(run.events.first { $0.type == "EvaluationFailed" })
        var details: JSONObject = [
            "state": .string("S"), "error": .string("States.QueryEvaluationError"), "cause": .string(cause),
        ]
        details["location"] = location.map(JSON.string)
        #expect(event.details == HistoryEvent.Details("evaluationFailedEventDetails", details))
        #expect(run.tasks.requests.isEmpty)
    }

    private func types(_ run: Run) -> [String] { run.events.map { "\($0.id)<\($0.previousID) \($0.type)" } }

    @Test(
        "the event comes from the one that led to the state, unless the state waits",
        arguments: [
            (#"{"Type":"Pass","Output":"{% $no %}","Next":"T"}"#, ["3<0 EvaluationFailed", "4<3 ExecutionFailed"]),
            (#"{"Type":"Wait","Timestamp":"{% '' %}","Next":"T"}"#, ["3<2 EvaluationFailed", "4<3 ExecutionFailed"]),
            (
                #"{"Type":"Map",\#(processor),"Next":"T"}"#,
                ["3<0 EvaluationFailed", "4<3 MapStateFailed", "5<4 ExecutionFailed"]
            ),
            (
                #"{"Type":"Task","Resource":"r","Output":"{% $no %}","Next":"T"}"#,
                [
                    "3<2 TaskScheduled", "4<3 TaskStarted", "5<4 TaskSucceeded", "6<5 EvaluationFailed",
                    "7<6 ExecutionFailed",
                ]
            ),
        ]
    )
    func events(state: String, expected: [String]) throws {
        let run = try Run(jsonata(state).replacing(#""r""#, with: #""arn:aws:states:::svc:op""#))
        #expect(Array(types(run).dropFirst(2)) == expected)
    }

    @Test("it can be retried and caught by its name and by States.ALL")
    func recovered() throws {
        for name in ["States.QueryEvaluationError", "States.ALL"] {
            var run = try Run(
                jsonata(
                    #"{"Type":"Task","Resource":"arn:aws:states:::svc:op","Arguments":"{% $no %}","Next":"T","#
                        + #""Retry":[{"ErrorEquals":["\#(name)"],"MaxAttempts":1}],"#
                        + #""Catch":[{"ErrorEquals":["\#(name)"],"Output":"{% $states.errorOutput.Error %}","Next":"T"}]}"#
                )
            )
            run.isRecoded = true
            try run.finish()
            #expect(run.output == #""States.QueryEvaluationError""#)
            #expect(
                types(run).dropFirst(2).prefix(3)
                    == ["3<0 EvaluationFailed", "4<3 EvaluationFailed", "5<4 TaskStateExited"]
            )
        }
    }

    private func retried(_ rule: String, failing errors: [String] = ["E", "E", "E", "E"]) throws -> Run {
        let state =
            #"{"Type":"Task","Resource":"arn:aws:states:::svc:op","Retry":[{"ErrorEquals":["E"],\#(rule)}],"#
            + #""Catch":[{"ErrorEquals":["States.ALL"],"Output":"{% $states.errorOutput.Error %}","Next":"T"}],"Next":"T"}"#
        return try Run(
            jsonata(state),
            input: #"{"n":2}"#,
            tasks: errors.map { .failed(error: $0, cause: "because") }
        )
    }

    @Test(
        "the numbers of Retry may be expressions, which see the input and the error",
        arguments: [
            (#""IntervalSeconds":"{% $states.input.n + 1 %}","MaxAttempts":2"#, [3_000, 6_000]),
            (#""MaxAttempts":"{% $states.errorOutput.Cause = 'because' ? 1 : 0 %}""#, [1_000]),
            (#""BackoffRate":"{% $states.input.n * 1.5 %}","MaxAttempts":3"#, [1_000, 3_000, 9_000]),
            (#""MaxDelaySeconds":"{% $states.input.n %}","MaxAttempts":3"#, [1_000, 2_000, 2_000]),
        ] as [(String, [Int64])]
    )
    func retryNumbers(rule: String, expected: [Int64]) throws {
        var run = try retried(rule)
        run.isRecoded = true
        var pauses: [Int64] = []
        while let wakeUp = run.flow?.wakeUp, pauses.count < 10 {
            pauses.append(wakeUp.milliseconds - run.now.milliseconds)
            try run.advance(to: wakeUp)
        }
        #expect(pauses == expected)
        #expect(run.output == #""E""#)
    }

    @Test(
        "a rule whose number cannot be made out does not retry, and that failure can be caught",
        arguments: [
            (#""IntervalSeconds":"{% $states.input.no %}""#, "returned nothing (undefined)."),
            (#""IntervalSeconds":"{% 0 %}""#, "The IntervalSeconds field must be an integer from 1 to 99999999: 0"),
            (#""MaxAttempts":"{% 1.5 %}""#, "The MaxAttempts field must be an integer from 0 to 99999999: 1.5"),
            (#""BackoffRate":"{% 0.5 %}""#, "The BackoffRate field must be a number of at least 1: 0.5"),
            (#""MaxDelaySeconds":"{% 'a' %}""#, "Expected 'number', but was 'string'"),
        ]
    )
    func brokenRetryNumbers(rule: String, reason: String) throws {
        let run = try retried(rule)
        #expect(run.output == #""States.QueryEvaluationError""#)
        let event = run.history.first { $0.contains("EvaluationFailed") }
        #expect(event?.contains(reason) ?? false, "\(run.history)")
    }

    @Test("an expression makes no more items than data may hold")
    func manyItems() throws {
        func run(_ count: Int) throws -> Run {
            let items = #""Items":"{% [1..\#(count)] %}","MaxConcurrency":1"#
            return try Run(jsonata(#"{"Type":"Map",\#(items),\#(Self.processor),"Next":"T"}"#))
        }
        #expect(try run(40_000).failure == nil)
        let failure = try run(50_000).failure
        #expect(failure?.error == "States.DataLimitExceeded")
        let reason = "The input of the state's iterations must have at most 262144 bytes."
        #expect(failure?.cause?.hasSuffix(reason) ?? false)
    }

    @Test("a branch's failure is told once, of its own state")
    func branch() throws {
        let run = try Run(
            jsonata(
                #"{"Type":"Parallel","Branches":[{"StartAt":"P","States":{"P":{"Type":"Pass","Output":"{% $no %}","End":true}}}],"#
                    + #""Catch":[{"ErrorEquals":["States.ALL"],"Next":"T"}],"Next":"T"}"#
            )
        )
        let told = run.events.filter { $0.type == "EvaluationFailed" }
        #expect(told.map { $0.details?.members["state"] } == [.string("P")])
        #expect(run.output != nil)
    }

    @Test(
        "an expression without an end is stopped by the state's budget, which nothing catches",
        arguments: ["($f := function($n) { $f($n + 1) }; $f(0))", "[1..10000000].($ & $)"]
    )
    func endless(expression: String) throws {
        let run = try Run(
            jsonata(
                #"{"Type":"Task","Resource":"r","Arguments":"{% \#(expression) %}","Catch":[{"ErrorEquals":["States.ALL"],"Next":"T"}],"Next":"T"}"#
            )
        )
        #expect(run.failure?.error == "States.Runtime")
        #expect(run.failure?.cause?.hasSuffix(WorkBudget.reason) ?? false)
        #expect(run.events.allSatisfy { $0.type != "EvaluationFailed" })
    }
}
