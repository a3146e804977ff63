import Testing

@testable import StatesLanguage

@Suite("Task", .timeLimit(.minutes(1)))
struct TaskStateTests {
    private func run(
        _ fields: String,
        _ answers: [TaskDisposition] = [],
        input: String = #"{"a":1}"#,
        resource: String = "arn:aws:states:::dynamodb:putItem"
    ) throws -> Run {
        let more = fields.isEmpty ? "" : "," + fields
        return try Run(
            machine(#"{"Type":"Task","Resource":"\#(resource)","End":true\#(more)}"#),
            input: input,
            tasks: answers
        )
    }

    @Test(
        "the stages, from the input to the output",
        arguments: [
            ("", #"{"a":1,"b":[1,2]}"#, #"{"r":"R"}"#),
            (#""InputPath":"$.b""#, "[1,2]", #"{"r":"R"}"#),
            (#""InputPath":null"#, "{}", #"{"r":"R"}"#),
            (
                #""Parameters":{"x.$":"$.b[1]","y":"$.b","z":{"a.$":"$"}}"#,
                #"{"x":2,"y":"$.b","z":{"a":{"a":1,"b":[1,2]}}}"#, #"{"r":"R"}"#
            ),
            (#""InputPath":"$.b","Parameters":[{"first.$":"$[0]"}]"#, #"[{"first":1}]"#, #"{"r":"R"}"#),
            (#""Parameters":5"#, "5", #"{"r":"R"}"#),
            (#""ResultSelector":{"s.$":"$.r","t":1}"#, #"{"a":1,"b":[1,2]}"#, #"{"s":"R","t":1}"#),
            (#""ResultSelector":{"s.$":"$$.State.Name"}"#, #"{"a":1,"b":[1,2]}"#, #"{"s":"S"}"#),
            (#""ResultPath":"$.x""#, #"{"a":1,"b":[1,2]}"#, #"{"a":1,"b":[1,2],"x":{"r":"R"}}"#),
            (#""ResultPath":null"#, #"{"a":1,"b":[1,2]}"#, #"{"a":1,"b":[1,2]}"#),
            (#""InputPath":"$.b","ResultPath":"$.b""#, "[1,2]", #"{"a":1,"b":{"r":"R"}}"#),
            (#""ResultPath":"$.b[0]","OutputPath":"$.b""#, #"{"a":1,"b":[1,2]}"#, #"[{"r":"R"},2]"#),
            (#""OutputPath":"$.r""#, #"{"a":1,"b":[1,2]}"#, #""R""#),
            (#""OutputPath":null"#, #"{"a":1,"b":[1,2]}"#, "{}"),
            (#""OutputPath":"$$.Execution.Input.a""#, #"{"a":1,"b":[1,2]}"#, "1"),
        ]
    )
    func stages(fields: String, parameters: String, output: String) throws {
        let answer = TaskDisposition.succeeded(output: .object(["r": .string("R")]))
        let run = try run(fields, [answer], input: #"{"a":1,"b":[1,2]}"#)
        #expect(run.tasks.requests.map(\.parameters.text) == [parameters])
        #expect(run.output == output)
    }

    @Test(
        "a stage that fails names the state, the entry and the path",
        arguments: [
            (#""InputPath":"$.x""#, "Invalid path '$.x' : No results for path: $['x']", false),
            (
                #""Parameters":{"v.$":"$.x"}"#,
                #"The JSONPath '$.x' specified for the field 'v.$' could not be found in the input '{"a":1}'"#, false
            ),
            (
                #""InputPath":"$.a","Parameters":{"v.$":"$$.no"}"#,
                "The JSONPath '$$.no' specified for the field 'v.$' could not be found in the input '1'", false
            ),
            (#""TimeoutSecondsPath":"$.x""#, "Invalid path '$.x' : No results for path: $['x']", false),
            (#""HeartbeatSecondsPath":"$.x""#, "Invalid path '$.x' : No results for path: $['x']", false),
            (
                #""TimeoutSecondsPath":"$$.State.Name""#,
                #"The TimeoutSecondsPath parameter must reference an integer from 1 to 99999999: $$.State.Name == "S""#,
                false
            ),
            (
                #""ResultSelector":{"v.$":"$.x"}"#,
                "The JSONPath '$.x' specified for the field 'v.$' could not be found in the input '{}'", true
            ),
            (#""OutputPath":"$.x.y""#, "Invalid path '$.x.y' : Missing property in path $['x']", true),
        ]
    )
    func failingStage(fields: String, reason: String, isAsked: Bool) throws {
        let run = try run(fields)
        #expect(run.failure == .init(error: "States.Runtime", cause: cause(reason)))
        #expect(run.tasks.requests.count == (isAsked ? 1 : 0))
        #expect(run.types.contains("TaskScheduled") == isAsked)
    }

    @Test("a task whose answer comes later rests until then")
    func pending() throws {
        var run = try run(#""ResultPath":"$.r""#, [.pending])
        #expect(run.flow?.wakeUp == nil)
        #expect(run.flow?.pendingTasks.map(\.id) == [3])
        let resting = run.outcome
        try run.advance(milliseconds: 1_000_000, by: [.succeeded(task: 9, output: .null)])
        #expect(run.outcome == resting, "an answer to another task is none")
        try run.advance(milliseconds: 1, by: [.succeeded(task: 3, output: .integer(5))])
        #expect(run.output == #"{"a":1,"r":5}"#)
        #expect(
            run.history.suffix(3).first
                == #"5<4 TaskSucceeded {"resourceType":"dynamodb","resource":"putItem","output":"5","outputDetails":{"truncated":false}}"#
        )
    }

    @Test("an answer can be a failure")
    func pendingFailure() throws {
        var run = try run("", [.pending])
        try run.advance(milliseconds: 1, by: [.failed(task: 3, error: "E", cause: nil)])
        #expect(run.failure == .init(error: "E", cause: nil))
        #expect(
            run.history.suffix(2) == [
                #"5<4 TaskFailed {"resourceType":"dynamodb","resource":"putItem","error":"E"}"#,
                #"6<5 ExecutionFailed {"error":"E"}"#,
            ]
        )
    }

    @Test(
        "a time-out is an instant of the flow, never early",
        arguments: [
            (#""TimeoutSeconds":5"#, 5_000), (#""TimeoutSecondsPath":"$.a""#, 1_000),
            (#""TimeoutSecondsPath":"$.t""#, 7_000), (#""HeartbeatSeconds":3"#, 3_000),
            (#""TimeoutSeconds":60,"HeartbeatSecondsPath":"$.a""#, 1_000),
        ] as [(String, Int64)]
    )
    func timeout(fields: String, milliseconds: Int64) throws {
        var run = try run(fields, [.pending], input: #"{"a":1,"t":"7"}"#)
        #expect(run.flow?.wakeUp == Run.start.adding(milliseconds: milliseconds))
        let resting = run.outcome
        try run.advance(milliseconds: milliseconds - 1)
        #expect(run.outcome == resting)
        try run.advance(milliseconds: 1)
        #expect(run.failure == .init(error: "States.Timeout", cause: nil))
        #expect(
            run.history.suffix(2) == [
                #"5<4 TaskTimedOut {"resourceType":"dynamodb","resource":"putItem","error":"States.Timeout"}"#,
                #"6<5 ExecutionFailed {"error":"States.Timeout"}"#,
            ]
        )
    }

    @Test("an answer that comes with the time-out is the answer")
    func answerInTime() throws {
        var run = try run(#""TimeoutSeconds":5"#, [.pending])
        try run.advance(milliseconds: 9_000, by: [.succeeded(task: 3, output: .integer(1))])
        #expect(run.output == "1")
    }

    @Test("the limits stand in the history")
    func scheduledEvent() throws {
        let run = try run(#""TimeoutSeconds":5,"HeartbeatSeconds":2,"Parameters":{"TableName":"t"}"#)
        #expect(
            run.history[2]
                == #"3<2 TaskScheduled {"resourceType":"dynamodb","resource":"putItem","region":"eu-west-1","parameters":"{\"TableName\":\"t\"}","timeoutInSeconds":5,"heartbeatInSeconds":2}"#
        )
    }

    @Test("parameters that no task can be started with are the state's failure, and nothing is scheduled")
    func unusableParameters() throws {
        let run = try run(
            "",
            [.failed(error: "States.Runtime", cause: "The Parameters '{}' could not be used to start the Task: [x]")]
        )
        let reason = cause("The Parameters '{}' could not be used to start the Task: [x]")
        #expect(run.failure == .init(error: "States.Runtime", cause: reason))
        #expect(run.types == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"])
    }

    @Test(
        "a resource is service and operation",
        arguments: [
            ("arn:aws:states:::dynamodb:putItem", "dynamodb", "putItem"),
            ("arn:aws:states:::aws-sdk:dynamodb:getItem", "aws-sdk:dynamodb", "getItem"),
            ("arn:aws:states:::states:startExecution.sync:2", "states", "startExecution.sync:2"),
            ("arn:aws-cn:states:::sqs:sendMessage.waitForTaskToken", "sqs", "sendMessage.waitForTaskToken"),
            ("arn:aws:lambda:us-east-1:1:function:f", "", "arn:aws:lambda:us-east-1:1:function:f"), ("x", "", "x"),
        ]
    )
    func resource(arn: String, service: String, operation: String) {
        let resource = TaskResource(arn)
        #expect(resource.service == service)
        #expect(resource.operation == operation)
    }
}
