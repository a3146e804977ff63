import Testing

@testable import StatesLanguage

@Suite("Definitions that cannot be run", .timeLimit(.minutes(1)))
struct DefinitionProblemTests {
    /// The problems of a definition in one line; those of the usual code without it.
    private func problems(_ definition: String) -> String {
        do {
            _ = try StateMachine(definition: definition, resources: TestCatalog())
            return "none"
        } catch {
            return error.problems.map { problem in
                let prefix = problem.code == "SCHEMA_VALIDATION_FAILED" ? "\(problem.code): " : ""
                return String(problem.description.dropFirst(prefix.count))
            }.joined(separator: ", ")
        }
    }

    @Test(
        "in the document",
        arguments: [
            ("", "Definition must be a valid JSON object at null"),
            (" \t\r\n", "Definition must be a valid JSON object at null"),
            (
                "not json",
                #"INVALID_JSON_DESCRIPTION: Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false') at [Source: (String)"not json"; line: 1, column: 4]"#
            ),
            ("[]", "Definition must be a valid JSON object at null"),
            (
                #"{"StartAt":"S""#,
                #"INVALID_JSON_DESCRIPTION: Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)"{"StartAt":"S""; line: 1, column: 1]) at [Source: (String)"{"StartAt":"S""; line: 1, column: 15]"#
            ),
            ("{}", "These fields are required: [States, StartAt] at /"),
            (#"{"States":{}}"#, "These fields are required: [StartAt] at /, Value cannot be empty at /States"),
            (
                #"{"StartAt":"S","States":{}}"#,
                "Value cannot be empty at /States, MISSING_TRANSITION_TARGET: Missing 'Next' target: S at /StartAt"
            ),
            (#"{"StartAt":1,"States":{"S":{"Type":"Succeed"}}}"#, "Expected value of type String: 1 at /StartAt"),
            (
                #"{"StartAt":"X","States":{"S":{"Type":"Succeed"}}}"#,
                #"MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /StartAt, MISSING_TRANSITION_TARGET: State "S" is not reachable. at /States/S"#
            ),
            (#"{"StartAt":"S","States":[]}"#, "Expected value of type Object: [] at /States"),
            (
                #"{"StartAt":"S","Version":"2.0","States":{"S":{"Type":"Succeed"}}}"#,
                "The value for the field 'Version' must be 1.0: '2.0' at /Version"
            ),
            (
                #"{"StartAt":"S","TimeoutSeconds":0,"States":{"S":{"Type":"Succeed"}}}"#,
                "Expected value of type Integer from 1 to 99999999: 0 at /TimeoutSeconds"
            ),
            (
                #"{"StartAt":"S","Extra":1,"States":{"S":{"Type":"Succeed"}}}"#,
                "Field 'Extra' is not supported at /"
            ),
            (
                #"{"StartAt":"S","QueryLanguage":"JSONata","States":{"S":{"Type":"Succeed"}}}"#,
                "none"
            ),
            (
                #"{"StartAt":"S","QueryLanguage":"JSONata","States":{"S":{"Type":"Succeed","QueryLanguage":"JSONPath"}}}"#,
                "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/S"
            ),
            (
                #"{"StartAt":"S","QueryLanguage":"SQL","States":{"S":{"Type":"Succeed"}}}"#,
                "The value for the field 'QueryLanguage' must be one of JSONPath, JSONata: 'SQL' at /QueryLanguage"
            ),
        ]
    )
    func document(definition: String, problem: String) {
        #expect(problems(definition) == problem)
    }

    @Test(
        "in a state",
        arguments: [
            ("1", "Expected value of type Object at /States/S"),
            ("{}", "The field 'Type' is required but was missing at /States/S"),
            (
                #"{"Type":"Nothing"}"#,
                "The value for the field 'Type' must be one of Pass, Task, Choice, Wait, Succeed, Fail, Parallel, Map: 'Nothing' at /States/S/Type"
            ),
            (#"{"Type":5}"#, "Expected value of type String: 5 at /States/S/Type"),
            (
                #"{"Type":"Succeed","QueryLanguage":"JSONata"}"#,
                "none"
            ),
            (#"{"Type":"Pass"}"#, "One of 'Next' and 'End' must be given at /States/S"),
            (#"{"Type":"Pass","Next":"S","End":true}"#, "Only one of 'Next' and 'End' may be given at /States/S/End"),
            (#"{"Type":"Pass","End":false}"#, "One of 'Next' and 'End' must be given at /States/S"),
            (
                #"{"Type":"Pass","End":"true"}"#,
                #"Expected value of type Boolean: "true" at /States/S/End, One of 'Next' and 'End' must be given at /States/S"#
            ),
            (
                #"{"Type":"Pass","Next":"X"}"#,
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /States/S/Next, MISSING_END_STATE: Workflow has no terminal state at null"
            ),
            (#"{"Type":"Pass","Next":"S"}"#, "MISSING_END_STATE: Workflow has no terminal state at null"),
            (
                #"{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"S"}]}"#,
                "MISSING_END_STATE: Workflow has no terminal state at null"
            ),
            (
                #"{"Type":"Pass","End":true},"U":{"Type":"Succeed"}"#,
                #"MISSING_TRANSITION_TARGET: State "U" is not reachable. at /States/U"#
            ),
            (
                #"{"Type":"Pass","End":true,"Retry":[]}"#,
                "Field 'Retry' is not supported at /States/S"
            ),
            (
                #"{"Type":"Pass","End":true,"Output":"{% 1 %}"}"#,
                "The field 'Output' is only supported when 'QueryLanguage' is 'JSONata' at /States/S/Output"
            ),
            (
                #"{"Type":"Pass","End":true,"InputPath":"a"}"#,
                "The value for the field 'InputPath' must be a valid JSONPath: 'a' must begin with '$' at /States/S/InputPath"
            ),
            (#"{"Type":"Pass","End":true,"InputPath":5}"#, "Expected value of type String: 5 at /States/S/InputPath"),
            (
                #"{"Type":"Pass","End":true,"OutputPath":"$..a.length()"}"#,
                "The value for the field 'OutputPath' must be a valid JSONPath: '$..a.length()' calls a function, which is not supported by this version at /States/S/OutputPath"
            ),
            (
                #"{"Type":"Pass","End":true,"ResultPath":"$.a[*]"}"#,
                "The value for the field 'ResultPath' must be a reference path: '$.a[*]' at /States/S/ResultPath"
            ),
            (
                #"{"Type":"Pass","End":true,"ResultPath":"$$.a"}"#,
                "The value for the field 'ResultPath' must be a reference path: '$$.a' at /States/S/ResultPath"
            ),
            (
                #"{"Type":"Pass","End":true,"Parameters":{"a.$":5}}"#,
                "The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call: 5 is no string at /States/S/Parameters/a.$"
            ),
            (
                #"{"Type":"Pass","End":true,"Parameters":{"a":[{"b.$":"States.UUID(1)"}]}}"#,
                "The value for the field 'b.$' must be a valid JSONPath or a valid intrinsic function call: 'States.UUID(1)' calls 'States.UUID' with 1 arguments at /States/S/Parameters/a[0]/b.$"
            ),
            (
                #"{"Type":"Succeed","Next":"S"}"#,
                "Field 'Next' is not supported at /States/S"
            ),
            (
                #"{"Type":"Succeed","Result":1}"#,
                "Field 'Result' is not supported at /States/S"
            ),
            (
                #"{"Type":"Fail","Error":"E","ErrorPath":"$.e"}"#,
                "Only one of 'Error' and 'ErrorPath' may be given at /States/S/ErrorPath"
            ),
            (#"{"Type":"Fail","Cause":5}"#, "Expected value of type String: 5 at /States/S/Cause"),
            (
                #"{"Type":"Fail","CausePath":"States.Frmat('a')"}"#,
                "The value for the field 'CausePath' must be a valid JSONPath or a valid intrinsic function call: 'States.Frmat('a')' calls 'States.Frmat', which is no intrinsic function at /States/S/CausePath"
            ),
            (
                #"{"Type":"Fail","InputPath":"$"}"#,
                "Field 'InputPath' is not supported at /States/S"
            ),
            (
                #"{"Type":"Wait","End":true}"#,
                "Exactly one of 'Seconds', 'SecondsPath', 'Timestamp' and 'TimestampPath' must be given at /States/S"
            ),
            (
                #"{"Type":"Wait","Seconds":1,"Timestamp":"2026-01-01T00:00:00Z","End":true}"#,
                "Exactly one of 'Seconds', 'SecondsPath', 'Timestamp' and 'TimestampPath' must be given at /States/S"
            ),
            (
                #"{"Type":"Wait","Seconds":-1,"End":true}"#,
                "Expected value of type Integer from 0 to 99999999: -1 at /States/S/Seconds"
            ),
            (
                #"{"Type":"Wait","Seconds":1.5,"End":true}"#,
                "Expected value of type Integer from 0 to 99999999: 1.5 at /States/S/Seconds"
            ),
            (
                #"{"Type":"Wait","Timestamp":"tomorrow","End":true}"#,
                "String does not match RFC3339 timestamp at /States/S/Timestamp"
            ),
            (
                #"{"Type":"Wait","SecondsPath":"$.","End":true}"#,
                "The value for the field 'SecondsPath' must be a valid JSONPath: '$.' must not end with '.' at /States/S/SecondsPath"
            ),
            (#"{"Type":"Task","End":true}"#, "The field 'Resource' is required but was missing at /States/S"),
            (
                #"{"Type":"Task","Resource":"arn:aws:states:::nowhere:go","End":true}"#,
                "The resource provided arn:aws:states:::nowhere:go is not recognized. at /States/S/Resource"
            ),
            (#"{"Type":"Choice"}"#, "The field 'Choices' is required but was missing at /States/S"),
            (#"{"Type":"Choice","Choices":[]}"#, "Expected a non-empty array of choice rules at /States/S/Choices"),
            (#"{"Type":"Choice","Choices":[1]}"#, "Expected value of type Object at /States/S/Choices[0]"),
            (
                #"{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"T"}],"Default":"X"},"T":{"Type":"Succeed"}"#,
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /States/S/Default"
            ),
            (
                #"{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"T"}],"End":true},"T":{"Type":"Succeed"}"#,
                "Field 'End' is not supported at /States/S"
            ),
        ]
    )
    func state(state: String, problem: String) {
        #expect(problems(machine(state)) == problem || problems(machine(state, #","T":{"Type":"Succeed"}"#)) == problem)
    }

    @Test(
        "in a task",
        arguments: [
            (
                #""TimeoutSeconds":0"#,
                "Expected value of type Integer from 1 to 99999999: 0 at /States/S/TimeoutSeconds"
            ),
            (
                #""TimeoutSeconds":5,"TimeoutSecondsPath":"$.t""#,
                "Only one of 'TimeoutSeconds' and 'TimeoutSecondsPath' may be given at /States/S/TimeoutSecondsPath"
            ),
            (
                #""TimeoutSeconds":5,"HeartbeatSeconds":5"#,
                "'HeartbeatSeconds' must be less than 'TimeoutSeconds' at /States/S/HeartbeatSeconds"
            ),
            (#""HeartbeatSecondsPath":1"#, "Expected value of type String: 1 at /States/S/HeartbeatSecondsPath"),
            (
                #""Arguments":{}"#,
                "The field 'Arguments' is only supported when 'QueryLanguage' is 'JSONata' at /States/S/Arguments"
            ),
            (#""Credentials":{}"#, "The field 'RoleArn' is required but was missing at /States/S/Credentials"),
            (
                #""Credentials":{"RoleArn.$":"r"}"#,
                "The value for the field 'RoleArn.$' must be a valid JSONPath or a valid intrinsic function call: 'r' must begin with '$' at /States/S/Credentials/RoleArn.$"
            ),
            (#""Credentials":5"#, "Field 'Credentials' is not supported at /States/S"),
            (
                #""ResultSelector":{"a.$":"b"}"#,
                "The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call: 'b' must begin with '$' at /States/S/ResultSelector/a.$"
            ),
            (#""Retry":{}"#, "Expected value of type Array at /States/S/Retry"),
            (#""Retry":[1]"#, "Expected value of type Object at /States/S/Retry[0]"),
            (#""Retry":[{}]"#, "The field 'ErrorEquals' is required but was missing at /States/S/Retry[0]"),
            (
                #""Retry":[{"ErrorEquals":[]}]"#,
                "Expected a non-empty array of error names at /States/S/Retry[0]/ErrorEquals"
            ),
            (
                #""Retry":[{"ErrorEquals":["States.ALL","E"]}]"#,
                "'States.ALL' must appear alone at /States/S/Retry[0]/ErrorEquals"
            ),
            (
                #""Retry":[{"ErrorEquals":["States.ALL"]},{"ErrorEquals":["E"]}]"#,
                "'States.ALL' must be in the last rule at /States/S/Retry[0]/ErrorEquals"
            ),
            (
                #""Retry":[{"ErrorEquals":["E"],"IntervalSeconds":0}]"#,
                "Expected value of type Integer from 1 to 99999999: 0 at /States/S/Retry[0]/IntervalSeconds"
            ),
            (
                #""Retry":[{"ErrorEquals":["E"],"MaxAttempts":-1}]"#,
                "Expected value of type Integer from 0 to 99999999: -1 at /States/S/Retry[0]/MaxAttempts"
            ),
            (
                #""Retry":[{"ErrorEquals":["E"],"BackoffRate":0.5}]"#,
                "Expected value of type Number of at least 1.0: 0.5 at /States/S/Retry[0]/BackoffRate"
            ),
            (
                #""Retry":[{"ErrorEquals":["E"],"JitterStrategy":"SOME"}]"#,
                "The value for the field 'JitterStrategy' must be one of FULL, NONE: 'SOME' at /States/S/Retry[0]/JitterStrategy"
            ),
            (
                #""Retry":[{"ErrorEquals":["E"],"MaxDelaySeconds":0}]"#,
                "Expected value of type Integer from 1 to 31622400: 0 at /States/S/Retry[0]/MaxDelaySeconds"
            ),
            (
                #""Retry":[{"ErrorEquals":["E"],"Next":"S"}]"#,
                "Field 'Next' is not supported at /States/S/Retry[0]"
            ),
            (#""Catch":[{"ErrorEquals":["E"]}]"#, "The field 'Next' is required but was missing at /States/S/Catch[0]"),
            (
                #""Catch":[{"ErrorEquals":["E"],"Next":"X"}]"#,
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /States/S/Catch[0]/Next"
            ),
            (
                #""Catch":[{"ErrorEquals":["E"],"Next":"S","ResultPath":"a"}]"#,
                "The value for the field 'ResultPath' must be a valid JSONPath: 'a' must begin with '$' at /States/S/Catch[0]/ResultPath"
            ),
        ]
    )
    func task(fields: String, problem: String) {
        let state = #"{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem",\#(fields),"End":true}"#
        #expect(problems(machine(state)) == problem)
    }

    @Test("a state's name has 1 to 80 characters")
    func names() {
        func definition(_ name: String) -> String {
            #"{"StartAt":"\#(name)","States":{"\#(name)":{"Type":"Succeed"}}}"#
        }
        let long = String(repeating: "é", count: 81)
        #expect(problems(definition(String(long.dropLast()))) == "none")
        #expect(problems(definition(long)) == "A state's name must have 1 to 80 characters at /States/\(long)")
        #expect(problems(definition("")) == "A state's name must have 1 to 80 characters at /States/")
    }

    @Test("all problems are told at once, in the order of the states")
    func several() {
        let definition = #"""
            {"StartAt":"A","States":{"A":{"Type":"Pass","Next":"X"},"B":{"Type":"Wait","Seconds":-1,"End":true}},"Other":1}
            """#
        #expect(
            problems(definition)
                == "Expected value of type Integer from 0 to 99999999: -1 at /States/B/Seconds, "
                + "MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /States/A/Next, "
                + "Field 'Other' is not supported at /"
        )
    }

    @Test("a state that stands twice is not ignored")
    func repeatedState() {
        let definition = #"{"StartAt":"S","States":{"S":{"Type":"Succeed"},"S":{"Type":"Fail"}}}"#
        let place = #"[Source: (String)"\#(definition)"; line: 1, column: 53]"#
        #expect(problems(definition) == "INVALID_JSON_DESCRIPTION: Duplicate field 'S' at \(place)")
    }

    @Test("a definition has at most 1 MiB")
    func size() {
        let definition = #"{"StartAt":"S","States":{"S":{"Type":"Succeed"}}}"#
        let space = String(repeating: " ", count: 1_048_576 - definition.utf8.count)
        #expect(problems(definition + space) == "none")
        #expect(problems(definition + space + " ") == "Definition must have at most 1048576 bytes, has 1048577 at null")
    }

    @Test("comments are taken everywhere, and so are error names that nothing raises, with the language's prefix too")
    func accepted() throws {
        let machine = try StateMachine(
            definition: #"""
                {"Comment":"c","StartAt":"S","TimeoutSeconds":60,"Version":"1.0","QueryLanguage":"JSONPath","States":{
                  "S":{"Type":"Task","Comment":"c","QueryLanguage":"JSONPath","Resource":"r","Next":"C",
                    "Retry":[{"Comment":"c","ErrorEquals":["My.Error","States.Timeout","States.Nothing"]}],
                    "Catch":[{"Comment":"c","ErrorEquals":["States.HTTP","States."],"Next":"C"},
                      {"ErrorEquals":["States.ALL"],"Next":"C"}]},
                  "C":{"Type":"Choice","Choices":[{"Comment":"c","Variable":"$.a","IsNull":true,"Next":"E"}],"Default":"E"},
                  "E":{"Type":"Succeed"}}}
                """#,
            resources: TestCatalog()
        )
        #expect(machine.comment == "c")
        #expect(machine.startAt == "S")
        #expect(machine.timeoutSeconds == 60)
        #expect(machine.graph.states.count == 3)
    }
}
