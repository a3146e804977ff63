import Testing

@testable import StatesLanguage

@Suite("Pass, Succeed and Fail", .timeLimit(.minutes(1)))
struct PassStateTests {
    @Test(
        "the stages of Pass",
        arguments: [
            ("", #"{"a":{"b":1},"l":[1,2]}"#),
            (#""Result":{"x.$":"$.a"}"#, #"{"x.$":"$.a"}"#),
            (#""Result":null"#, "null"),
            (#""Result":"R","ResultPath":"$.r""#, #"{"a":{"b":1},"l":[1,2],"r":"R"}"#),
            (#""Result":"R","ResultPath":null"#, #"{"a":{"b":1},"l":[1,2]}"#),
            (#""InputPath":"$.a""#, #"{"b":1}"#),
            (#""InputPath":"$.a","ResultPath":"$.c""#, #"{"a":{"b":1},"l":[1,2],"c":{"b":1}}"#),
            (#""InputPath":null"#, "{}"),
            (#""Parameters":{"n.$":"$.l[*]","k":{"m.$":"$.a.b"}}"#, #"{"n":[1,2],"k":{"m":1}}"#),
            (#""Parameters":{"x":1},"Result":2"#, "2"),
            (#""Parameters":{}"#, "{}"),
            (
                #""Parameters":{"a.$":"$.a","b":[1,{"c.$":"$.l[0]"}],"d":{"e":null}}"#,
                #"{"a":{"b":1},"b":[1,{"c":1}],"d":{"e":null}}"#
            ),
            (#""OutputPath":"$.l[-1]""#, "2"),
            (#""OutputPath":null"#, "{}"),
            (#""InputPath":"$.l[5:]""#, "[]"),
        ]
    )
    func stages(fields: String, output: String) throws {
        let more = fields.isEmpty ? "" : "," + fields
        let run = try Run(machine(#"{"Type":"Pass","End":true\#(more)}"#), input: #"{"a":{"b":1},"l":[1,2]}"#)
        #expect(run.output == output)
    }

    @Test(
        "numbers keep their value, strings their text, members their order",
        arguments: [
            "1", "1.0", "9007199254740993", "1.5E-7", #""\u0000é😀""#, #"{"z":1,"a":{"y":2,"b":3}}"#, "[1,1.0,-1]",
        ]
    )
    func fidelity(value: String) throws {
        let run = try Run(
            machine(#"{"Type":"Pass","Parameters":{"v.$":"$.v"},"End":true}"#),
            input: #"{"v": \#(value) }"#
        )
        #expect(run.output == #"{"v":\#(value)}"#)
    }

    @Test("Succeed filters and ends, wherever it stands")
    func succeed() throws {
        let run = try Run(
            machine(#"{"Type":"Succeed","InputPath":"$.a","OutputPath":"$.b"}"#),
            input: #"{"a":{"b":1}}"#
        )
        #expect(run.output == "1")
        #expect(run.types == ["ExecutionStarted", "SucceedStateEntered", "SucceedStateExited", "ExecutionSucceeded"])
    }

    @Test(
        "Fail says error and cause",
        arguments: [
            ("", nil, nil), (#","Error":"E""#, "E", nil), (#","Cause":"C""#, nil, "C"),
            (#","Error":"E","Cause":"C""#, "E", "C"), (#","ErrorPath":"$.e","CausePath":"$.c""#, "EE", "CC"),
            (#","ErrorPath":"$$.State.Name","CausePath":"$$.StateMachine.Name""#, "S", "machine"),
            (
                #","ErrorPath":"$.x""#, "States.Runtime",
                cause(
                    #"The JSONPath '$.x' specified for the field 'ErrorPath' could not be found in the input '{"e":"EE","c":"CC","n":1}'"#
                )
            ),
            (
                #","CausePath":"$.n""#, "States.Runtime",
                cause("The JSONPath '$.n' specified for the field 'CausePath' must give a string: 1")
            ),
        ] as [(String, String?, String?)]
    )
    func fail(fields: String, error: String?, cause: String?) throws {
        let run = try Run(machine(#"{"Type":"Fail"\#(fields)}"#), input: #"{"e":"EE","c":"CC","n":1}"#)
        #expect(run.failure == .init(error: error, cause: cause))
        #expect(run.types == ["ExecutionStarted", "FailStateEntered", "ExecutionFailed"])
        #expect(
            run.events.last?.details?.members.keys
                == [error.map { _ in "error" }, cause.map { _ in "cause" }].compactMap(\.self)
        )
    }

    @Test(
        "what the context object has",
        arguments: [
            ("$$.Execution.Id", #""arn:aws:states:eu-west-1:123456789012:execution:machine:run""#),
            ("$$.Execution.Name", #""run""#), ("$$.Execution.Input.a", "1"),
            ("$$.Execution.RoleArn", #""arn:aws:iam::123456789012:role/machine""#),
            ("$$.Execution.StartTime", #""2027-01-15T08:00:00.123Z""#), ("$$.Execution.RedriveCount", "0"),
            ("$$.StateMachine.Id", #""arn:aws:states:eu-west-1:123456789012:stateMachine:machine""#),
            ("$$.StateMachine.Name", #""machine""#), ("$$.State.Name", #""S""#),
            ("$$.State.EnteredTime", #""2027-01-15T08:00:00.123Z""#),
            ("$$['State']", #"{"Name":"S","EnteredTime":"2027-01-15T08:00:00.123Z"}"#),
            ("$$.StateMachine[*]", #"["arn:aws:states:eu-west-1:123456789012:stateMachine:machine","machine"]"#),
        ]
    )
    func context(path: String, value: String) throws {
        let run = try Run(machine(#"{"Type":"Pass","Parameters":{"v.$":"\#(path)"},"End":true}"#), input: #"{"a":1}"#)
        #expect(run.output == #"{"v":\#(value)}"#)
        let all = try Run(machine(#"{"Type":"Pass","InputPath":"$$","End":true}"#), input: #"{"a":1}"#)
        #expect(all.output?.contains(#""Execution":{"Id":"#) == true)
    }

    @Test("an inner path of the context object that misses says where")
    func contextMiss() throws {
        let run = try Run(machine(#"{"Type":"Pass","InputPath":"$$.Execution.Input.x.y","End":true}"#))
        let reason = "Invalid path '$$.Execution.Input.x.y' : Missing property in path $['Execution']['Input']['x']"
        #expect(run.failure == .init(error: "States.Runtime", cause: cause(reason)))
    }
}
