import Testing

@testable import StatesLanguage

@Suite("Data through states of JSONata", .timeLimit(.minutes(1)))
struct JSONataDataFlowTests {
    /// A machine of JSONata with the state `S`, and `T` behind it.
    private func jsonata(_ state: String, _ more: String = "") -> String {
        #"{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":\#(state),"T":{"Type":"Succeed"}\#(more)}}"#
    }

    private static let branch =
        #""Branches":[{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"#
        + #"{"StartAt":"Q","States":{"Q":{"Type":"Pass","Output":"{% $states.input.n + 1 %}","End":true}}}]"#
    private static let processor =
        #""ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","Output":{"i":"{% $states.input %}","at":"{% $states.context.Map.Item.Index %}"},"End":true}}}"#

    @Test(
        "the output of every type of state",
        arguments: [
            (#"{"Type":"Pass","Next":"T"}"#, #"{"n":1,"l":[1,2,3],"s":"é"}"#),
            (#"{"Type":"Pass","Output":5,"Next":"T"}"#, "5"),
            (#"{"Type":"Pass","Output":"{% $states.input.l %}","Next":"T"}"#, "[1,2,3]"),
            (
                #"{"Type":"Pass","Output":{"a":[" {% 1 %}","{%1%}","{% $states.input.n + 1 %}",{"b":"{% $states.input.s & '!' %}"}],"c":"$states.input"},"Next":"T"}"#,
                #"{"a":[" {% 1 %}",1,2,{"b":"é!"}],"c":"$states.input"}"#
            ),
            (#"{"Type":"Pass","Output":"{% $states.context.State.Name %}","Next":"T"}"#, #""S""#),
            (#"{"Type":"Pass","Output":"{% $keys($states) %}","Next":"T"}"#, #"["input","context"]"#),
            (
                #"{"Type":"Pass","Output":"{% $keys($states.context) %}","Next":"T"}"#,
                #"["Execution","StateMachine","State"]"#
            ),
            (#"{"Type":"Pass","Output":"{% $millis() = 1800000000123 %}","Next":"T"}"#, "true"),
            (#"{"Type":"Pass","Output":"{% $now() %}","Next":"T"}"#, #""2027-01-15T08:00:00.123Z""#),
            (#"{"Type":"Pass","Output":"{% $range(1, 9, 9) %}","Next":"T"}"#, "1"),
            (#"{"Type":"Succeed","Output":{"x":"{% $states.input.n %}"}}"#, #"{"x":1}"#),
            (#"{"Type":"Wait","Seconds":0,"Output":"{% $states.input.s %}","Next":"T"}"#, #""é""#),
            (#"{"Type":"Wait","Seconds":"{% $states.input.n - 1 %}","Next":"T"}"#, #"{"n":1,"l":[1,2,3],"s":"é"}"#),
            (#"{"Type":"Wait","Timestamp":"{% $now() %}","Output":1,"Next":"T"}"#, "1"),
            (#"{"Type":"Task","Resource":"r","Next":"T"}"#, #"{"ok":[7]}"#),
            (#"{"Type":"Task","Resource":"r","Output":"{% $states.result.ok %}","Next":"T"}"#, "[7]"),
            (
                #"{"Type":"Task","Resource":"r","Output":"{% $merge([$states.input, $states.result]) %}","Next":"T"}"#,
                #"{"n":1,"l":[1,2,3],"s":"é","ok":[7]}"#
            ),
            (
                #"{"Type":"Task","Resource":"r","Output":"{% $keys($states) %}","Next":"T"}"#,
                #"["input","context","result"]"#
            ),
            (#"{"Type":"Parallel",\#(branch),"Next":"T"}"#, #"[{"n":1,"l":[1,2,3],"s":"é"},2]"#),
            (#"{"Type":"Parallel","Arguments":{"n":"{% 5 %}"},\#(branch),"Next":"T"}"#, #"[{"n":5},6]"#),
            (#"{"Type":"Parallel",\#(branch),"Output":"{% $states.result[1] + $states.input.n %}","Next":"T"}"#, "3"),
            (
                #"{"Type":"Map","Items":"{% $states.input.l %}",\#(processor),"Next":"T"}"#,
                #"[{"i":1,"at":0},{"i":2,"at":1},{"i":3,"at":2}]"#
            ),
            (
                #"{"Type":"Map","Items":[1,"{% $states.input.s %}"],\#(processor),"Output":"{% $states.result.i %}","Next":"T"}"#,
                #"[1,"é"]"#
            ),
            (
                #"{"Type":"Map","Items":[8],"ItemSelector":{"v":"{% $states.context.Map.Item.Value %}","n":"{% $states.input.n %}"},"MaxConcurrency":"{% $states.input.n %}",\#(processor),"Next":"T"}"#,
                #"[{"i":{"v":8,"n":1},"at":0}]"#
            ),
            (
                #"{"Type":"Choice","Choices":[{"Condition":false,"Next":"T","Output":1},{"Condition":"{% $states.input.n = 1 %}","Next":"T","Output":"{% $states.input.s %}"}]}"#,
                #""é""#
            ),
            (
                #"{"Type":"Choice","Choices":[{"Condition":false,"Next":"T"}],"Default":"T","Output":"else"}"#,
                #""else""#
            ),
            (#"{"Type":"Choice","Choices":[{"Condition":true,"Next":"T"}]}"#, #"{"n":1,"l":[1,2,3],"s":"é"}"#),
        ]
    )
    func output(state: String, output: String) throws {
        let isLast = state.contains(#""Succeed""#)
        var run = try Run(
            isLast ? #"{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":\#(state)}}"# : jsonata(state),
            input: #"{"n":1,"l":[1,2,3],"s":"é"}"#,
            tasks: [.succeeded(output: JSON(parsing: #"{"ok":[7]}"#))]
        )
        try run.finish()
        #expect(run.output == output, "\(run.failure as Any)")
    }

    @Test("a task is begun with its arguments, or with the state's input, and has the limits that it computes")
    func arguments() throws {
        var run = try Run(
            jsonata(
                #"{"Type":"Task","Resource":"r","Arguments":{"a":{"b":"{% $states.input.n %}"},"c":1},"TimeoutSeconds":"{% $states.input.n * 10 %}","HeartbeatSeconds":"{% 5 %}","Next":"U"}"#,
                #","U":{"Type":"Task","Resource":"r","Next":"T"}"#
            ),
            input: #"{"n":2}"#
        )
        try run.finish()
        #expect(run.tasks.requests.map(\.parameters.text) == [#"{"a":{"b":2},"c":1}"#, "{}"])
        #expect(run.tasks.requests.map(\.timeoutSeconds) == [20, nil])
        #expect(run.tasks.requests.map(\.heartbeatSeconds) == [5, nil])
        #expect(run.tasks.requests[0].values == [.integer(2)], "what is constant is not looked up")
    }

    @Test(
        "the role of a task's credentials is in its first event",
        arguments: [
            ("JSONPath", #"{"RoleArn":"arn:r"}"#), ("JSONPath", #"{"RoleArn.$":"$.role"}"#),
            ("JSONata", #"{"RoleArn":"{% $states.input.role %}"}"#),
        ]
    )
    func credentials(language: String, credentials: String) throws {
        let run = try Run(
            #"{"StartAt":"S","States":{"S":{"Type":"Task","QueryLanguage":"\#(language)","Resource":"arn:aws:states:::svc:op","Credentials":\#(credentials),"End":true}}}"#,
            input: #"{"role":"arn:r"}"#
        )
        let event = try #require(run.events.first { $0.type == "TaskScheduled" })
        #expect(event.details?.members["taskCredentials"] == .object(["roleArn": .string("arn:r")]))
    }

    @Test("Assign sees the old variables and the result; states of both languages see the new ones")
    func variables() throws {
        var run = try Run(
            #"""
            {"StartAt":"A","States":{
              "A":{"Type":"Pass","Assign":{"x":1,"y.$":"$.n"},"Next":"B"},
              "B":{"Type":"Task","QueryLanguage":"JSONata","Resource":"r","Assign":{"x":"{% $y %}","y":"{% $x %}","r":"{% $states.result.ok[0] %}","i":"{% $states.input %}"},
                "Output":{"x":"{% $x %}"},"Next":"C"},
              "C":{"Type":"Pass","Parameters":{"x.$":"$x","y.$":"$y","r.$":"$r","i.$":"$i","o.$":"$"},"End":true}}}
            """#,
            input: #"{"n":2}"#,
            tasks: [.succeeded(output: JSON(parsing: #"{"ok":[7]}"#))]
        )
        try run.finish()
        #expect(run.output == #"{"x":2,"y":1,"r":7,"i":{"n":2},"o":{"x":1}}"#)
    }

    @Test("a matched rule assigns its own variables, the default way the state's")
    func choice() throws {
        for (input, output) in [("1", "rule"), ("2", "state")] {
            let run = try Run(
                #"""
                {"QueryLanguage":"JSONata","StartAt":"A","States":{
                  "A":{"Type":"Choice","Choices":[{"Condition":"{% $states.input = 1 %}","Assign":{"v":"rule"},"Next":"B"}],"Assign":{"v":"state"},"Default":"B"},
                  "B":{"Type":"Pass","Output":"{% $v %}","End":true}}}
                """#,
                input: input
            )
            #expect(run.output == "\"\(output)\"")
        }
    }

    @Test(
        "a catcher hands on the error, or what it makes of it",
        arguments: [
            ("", #"{"Error":"E","Cause":"why"}"#),
            (#""Output":{"n":"{% $states.input.n %}","e":"{% $states.errorOutput.Error %}"},"#, #"{"n":1,"e":"E"}"#),
            (#""Output":1,"Assign":{"v":"{% $states.errorOutput %}"},"#, "1"),
        ]
    )
    func caught(fields: String, output: String) throws {
        let run = try Run(
            jsonata(
                #"{"Type":"Task","Resource":"r","Catch":[{"ErrorEquals":["States.ALL"],\#(fields)"Next":"T"}],"Next":"T"}"#
            ),
            input: #"{"n":1}"#,
            tasks: [.failed(error: "E", cause: "why")]
        )
        #expect(run.output == output)
    }

    @Test("Fail computes its error and cause")
    func fail() throws {
        let run = try Run(
            jsonata(
                #"{"Type":"Choice","Choices":[{"Condition":true,"Next":"F"}],"Default":"T"}"#,
                #","F":{"Type":"Fail","Error":"{% $states.input.e %}","Cause":"{% 'at ' & $states.context.State.Name %}"}"#
            ),
            input: #"{"e":"Oops"}"#
        )
        #expect(run.failure == Run.Failure(error: "Oops", cause: "at F"))
    }

    @Test(
        "a plain path comes to what an evaluation of it does",
        arguments: [
            "a", "a.b", "a.c", "a.b.c", "l", "l.x", "one", "empty", "nil", "o.l", "o.l.x", "o.l.y", "deep.l.m.x", "n.x",
        ]
    )
    func plainPath(path: String) throws {
        let input =
            #"{"a":{"b":1},"l":[{"x":1},{"x":2}],"one":[7],"empty":[],"nil":null,"o":{"l":[{"x":3,"y":[4]}]},"deep":{"l":[{"m":[{"x":5}]},{"m":{"x":6}}]},"n":1}"#
        let plain = try Run(
            jsonata(#"{"Type":"Pass","Output":"{% $states.input.\#(path) %}","Next":"T"}"#),
            input: input
        )
        let evaluated = try Run(
            jsonata(#"{"Type":"Pass","Output":"{% ($states.input.\#(path)) %}","Next":"T"}"#),
            input: input
        )
        #expect(plain.output == evaluated.output)
        #expect(
            plain.failure?.cause?.replacing("'$states", with: "'($states").replacing(
                "' specified",
                with: ")' specified"
            )
                == evaluated.failure?.cause
        )
    }

    @Test("a wait ends when its expression says, also after the step was made again")
    func wait() throws {
        var run = try Run(
            jsonata(
                #"{"Type":"Wait","Timestamp":"{% $fromMillis($millis() + 5000) %}","Output":"{% $millis() %}","Next":"T"}"#
            )
        )
        run.isRecoded = true
        #expect(run.flow?.wakeUp == Run.start.adding(milliseconds: 5_000))
        try run.finish()
        #expect(run.output == "\(Run.start.milliseconds + 5_000)")
    }

    @Test("items that depend on the moment are the same in every step, and random values in every repetition")
    func repeated() throws {
        let definition = jsonata(
            #"{"Type":"Map","Items":"{% [1..($millis() % 7 + 2)].$random() %}","MaxConcurrency":1,"ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Wait","Seconds":1,"Next":"Q"},"Q":{"Type":"Pass","Output":{"i":"{% $states.input %}","u":"{% $uuid() %}","r":"{% $random() %}"},"End":true}}},"Next":"T"}"#
        )
        var runs = [try Run(definition), try Run(definition)]
        runs[1].isRecoded = true
        for index in runs.indices { try runs[index].finish() }
        let output = try JSON(parsing: #require(runs[0].output))
        #expect(runs[0].events == runs[1].events)
        let items = try #require(output.arrayValue)
        #expect(items.count > 1)
        for name in ["i", "u", "r"] {
            #expect(
                Set(items.compactMap { $0.objectValue?[name]?.text }).count == items.count,
                "each has its own \(name)"
            )
        }
    }
}
