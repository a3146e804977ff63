import Testing

@testable import StatesLanguage

@Suite("Variables and Assign", .timeLimit(.minutes(1)))
struct AssignTests {
    private func line(_ states: String) -> String { #"{"StartAt":"A","States":{"# + states + "}}" }

    private func assigned(_ run: Run) -> [String] {
        run.events.compactMap { event in
            guard let members = event.details?.members, let values = members["assignedVariables"] else { return nil }
            return "\(members["name"]?.stringValue ?? "") \(values.text)"
        }
    }

    @Test("all values see the old variables, and the state's output does not change")
    func oldValues() throws {
        let run = try Run(
            line(
                #""A":{"Type":"Pass","Assign":{"a":1,"b":{"c.$":"$.x"}},"Next":"B"},"#
                    + #""B":{"Type":"Pass","Assign":{"a.$":"$b.c","b.$":"$a","d":"$a"},"Next":"C"},"#
                    + #""C":{"Type":"Pass","Parameters":{"a.$":"$a","b.$":"$b","d.$":"$d","in.$":"$"},"End":true}"#
            ),
            input: #"{"x":7}"#
        )
        #expect(run.output == #"{"a":7,"b":1,"d":"$a","in":{"x":7}}"#)
        #expect(assigned(run) == [#"A {"a":"1","b":"{\"c\":7}"}"#, #"B {"a":"7","b":"1","d":"\"$a\""}"#])
        #expect(run.events[2].details?.members["assignedVariablesDetails"] == .object(["truncated": .bool(false)]))
    }

    @Test("what assigns nothing tells of no variables", arguments: ["{}", #"{"v":1}"#])
    func empty(variables: String) throws {
        let run = try Run(machine(#"{"Type":"Pass","Assign":\#(variables),"End":true}"#))
        let members = try #require(run.events.first { $0.type == "PassStateExited" }?.details?.members)
        #expect((members["assignedVariables"] == nil) == (variables == "{}"))
        #expect((members["assignedVariablesDetails"] == nil) == (variables == "{}"))
    }

    @Test(
        "what '$' is in Assign: the result before ResultSelector, or the effective input",
        arguments: [
            (#"{"Type":"Pass","Result":{"x":1},"ResultPath":null,"Assign":{"v.$":"$.x"},"#, "1"),
            (#"{"Type":"Pass","Parameters":{"x":2},"Assign":{"v.$":"$.x"},"#, "2"),
            (#"{"Type":"Task","Resource":"r","ResultSelector":{},"Assign":{"v.$":"$.x"},"#, "3"),
            (#"{"Type":"Wait","Seconds":0,"InputPath":"$.i","Assign":{"v.$":"$.x"},"#, "4"),
            (
                #"{"Type":"Parallel","Branches":[{"StartAt":"P","States":{"P":{"Type":"Pass","Result":5,"End":true}}}],"#
                    + #""ResultPath":null,"Assign":{"v.$":"$[0]"},"#, "5"
            ),
            (
                #"{"Type":"Map","ItemsPath":"$.l","ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"#
                    + #""ResultPath":null,"Assign":{"v.$":"$[0]"},"#, "6"
            ),
        ]
    )
    func data(state: String, value: String) throws {
        let run = try Run(
            line(#""A":\#(state)"Next":"B"},"B":{"Type":"Pass","InputPath":"$v","End":true}"#),
            input: #"{"i":{"x":4},"l":[6]}"#,
            tasks: [.succeeded(output: .object(["x": .integer(3)]))]
        )
        #expect(run.output == value)
    }

    @Test(
        "of a Choice state: the rule's for its way, the state's for the default",
        arguments: [(1, "rule"), (2, "state")]
    )
    func choice(input: Int, value: String) throws {
        let run = try Run(
            line(
                #""A":{"Type":"Choice","Choices":[{"Variable":"$","NumericEquals":1,"Next":"B","Assign":{"v":"rule"}}],"#
                    + #""Default":"B","Assign":{"v":"state"}},"B":{"Type":"Pass","InputPath":"$v","End":true}"#
            ),
            input: "\(input)"
        )
        #expect(run.output == #""\#(value)""#)
    }

    @Test("a catcher assigns from the error, and the state that failed assigns nothing")
    func catcher() throws {
        let run = try Run(
            line(
                #""A":{"Type":"Task","Resource":"r","Assign":{"v":"no"},"Next":"B","Catch":[{"ErrorEquals":["E"],"#
                    + #""ResultPath":null,"Assign":{"v.$":"$.Cause"},"Next":"B"}]},"#
                    + #""B":{"Type":"Pass","InputPath":"$v","End":true}"#
            ),
            tasks: [.failed(error: "E", cause: "why")]
        )
        #expect(run.output == #""why""#)
        #expect(assigned(run) == [#"A {"v":"\"why\""}"#])
    }

    @Test("inner scopes read what is around them, and what they assign ends with them", arguments: [false, true])
    func scopes(isRecoded: Bool) throws {
        var run = try Run(
            line(
                #""A":{"Type":"Pass","Assign":{"outer":"o","seconds":2},"Next":"M"},"#
                    + #""M":{"Type":"Map","ItemsPath":"$.l","Next":"Z","ItemProcessor":{"StartAt":"I","States":{"#
                    + #""I":{"Type":"Pass","Assign":{"mine.$":"$"},"Next":"W"},"#
                    + #""W":{"Type":"Wait","SecondsPath":"$seconds","Next":"P"},"#
                    + #""P":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"B","States":{"B":"#
                    + #"{"Type":"Pass","Parameters":{"m.$":"$mine","o.$":"$outer"},"End":true}}}]}}}},"#
                    + #""Z":{"Type":"Pass","Parameters":{"all.$":"$","v.$":"$mine"},"End":true}"#
            ),
            input: #"{"l":[1,2]}"#
        )
        run.isRecoded = isRecoded
        try run.finish()
        #expect(run.failure?.error == "States.Runtime")
        #expect(
            run.failure?.cause?.hasSuffix(
                "The JSONPath '$mine' specified for the field 'v.$' could not be found in the input "
                    + #"'[[{"m":1,"o":"o"}],[{"m":2,"o":"o"}]]'"#
            ) ?? false
        )
    }

    @Test("variables live through waits, time-outs and redrives")
    func redrive() throws {
        let definition = line(
            #""A":{"Type":"Pass","Assign":{"v":"kept"},"Next":"T"},"#
                + #""T":{"Type":"Task","Resource":"r","Next":"B"},"B":{"Type":"Pass","InputPath":"$v","End":true}"#
        )
        let run = try Run(definition, tasks: [.failed(error: "E", cause: nil)])
        guard case .failed(let flow, _, _) = run.outcome else {
            Issue.record("It did not fail.")
            return
        }
        var tasks = ScriptedTasks()
        let stored = try Flow(json: try JSON(parsing: flow.json.text))
        let advance = run.interpreter.redrive(stored, at: Run.start, tasks: &tasks)
        #expect(advance.outcome == .succeeded(output: #""kept""#))
    }

    @Test(
        "a variable without a value fails the state where it is read",
        arguments: [
            (#""InputPath":"$no.x""#, "Invalid path '$no.x' : The variable has no value."),
            (
                #""Parameters":{"a.$":"$no"}"#,
                "The JSONPath '$no' specified for the field 'a.$' could not be found in the input '{}'"
            ),
        ]
    )
    func missing(field: String, detail: String) throws {
        let run = try Run(machine(#"{"Type":"Pass",\#(field),"End":true}"#))
        #expect(run.failure == Run.Failure(error: "States.Runtime", cause: cause(detail)))
    }

    @Test("values of one state have 256 KiB, those of a scope 10 MiB")
    func limits() throws {
        let large = String(repeating: "x", count: 200_000)
        let one = try Run(
            machine(#"{"Type":"Pass","Assign":{"a.$":"$.x","b.$":"$.x"},"End":true}"#),
            input: #"{"x":"\#(large)"}"#
        )
        #expect(one.failure?.error == "States.DataLimitExceeded")
        let states = (0..<60).map {
            #""S\#($0)":{"Type":"Pass","Assign":{"v\#($0).$":"$.x"},"Next":"S\#($0 + 1)"}"#
        }
        var all = try Run(
            #"{"StartAt":"S0","States":{\#(states.joined(separator: ",")),"S60":{"Type":"Succeed"}}}"#,
            input: #"{"x":"\#(large)"}"#
        )
        try all.finish()
        #expect(all.failure?.cause?.hasPrefix("The state/task 'S52' assigned variables") ?? false)
    }

    private func problems(_ definition: String) -> [String] {
        do {
            _ = try StateMachine(definition: definition, resources: TestCatalog())
            return []
        } catch {
            return error.problems.map { "\($0.message) at \($0.location)" }
        }
    }

    @Test(
        "names that cannot be are refused",
        arguments: [
            ("1a", "A variable's name must begin with a letter and go on with letters, digits and '_': '1a'"),
            ("a-b.$", "A variable's name must begin with a letter and go on with letters, digits and '_': 'a-b'"),
            ("", "A variable's name must begin with a letter and go on with letters, digits and '_': ''"),
            ("states", "The variable's name 'states' is reserved"),
        ]
    )
    func names(key: String, reason: String) {
        #expect(
            problems(machine(#"{"Type":"Pass","Assign":{"\#(key)":"$"},"End":true}"#))
                == ["\(reason) at /States/S/Assign/\(key)"]
        )
        let long = String(repeating: "a", count: 81)
        #expect(
            problems(machine(#"{"Type":"Pass","Assign":{"\#(long)":1},"End":true}"#))
                == ["A variable's name must have at most 80 characters: '\(long)' at /States/S/Assign/\(long)"]
        )
    }

    @Test("an inner scope cannot assign what an outer one does; two inner ones may")
    func shadowing() {
        func branch(_ name: String, _ variable: String) -> String {
            #"{"StartAt":"\#(name)","States":{"\#(name)":{"Type":"Pass","Assign":{"\#(variable)":1},"End":true}}}"#
        }
        func fork(_ first: String, _ second: String) -> String {
            machine(
                #"{"Type":"Parallel","Branches":[\#(branch("P", first)),\#(branch("Q", second))],"Next":"T","Assign":{"v":1}}"#,
                #","T":{"Type":"Succeed"}"#
            )
        }
        #expect(problems(fork("w", "w")).isEmpty)
        #expect(
            problems(fork("w", "v")) == [
                "The variable 'v' is assigned in an outer scope, and cannot be assigned in an inner one "
                    + "at /States/S/Branches[1]/States/Q/Assign"
            ]
        )
    }

    @Test("many inner scopes cost no more than their own variables")
    func manyScopes() {
        let variables = (0..<20_000).map { #""a\#($0)":1"# }.joined(separator: ",")
        let branches = (0..<6_000).map {
            #"{"StartAt":"P\#($0)","States":{"P\#($0)":{"Type":"Pass","Assign":{"w":1},"End":true}}}"#
        }
        let fork = #"{"Type":"Parallel","Branches":[\#(branches.joined(separator: ","))],"End":true}"#
        #expect(
            problems(
                #"{"StartAt":"S","States":{"S":{"Type":"Pass","Assign":{\#(variables)},"Next":"F"},"F":\#(fork)}}"#
            ).isEmpty
        )
    }

    @Test("fields where no variables are assigned refuse Assign")
    func places() {
        #expect(
            problems(machine(#"{"Type":"Succeed","Assign":{"a":1}}"#))
                == ["Field 'Assign' is not supported at /States/S"]
        )
        #expect(
            problems(machine(#"{"Type":"Task","Resource":"r","Retry":[{"ErrorEquals":["E"],"Assign":{}}],"End":true}"#))
                == ["Field 'Assign' is not supported at /States/S/Retry[0]"]
        )
        #expect(
            problems(machine(#"{"Type":"Pass","Assign":[],"End":true}"#))
                == ["Expected value of type Object: [] at /States/S/Assign"]
        )
        #expect(
            problems(machine(#"{"Type":"Pass","InputPath":"$states.input","End":true}"#)) == [
                "The value for the field 'InputPath' must be a valid JSONPath: '$states.input' refers to '$states', "
                    + "which is reserved at /States/S/InputPath"
            ]
        )
    }

    @Test("the machine knows which states refer to which variables")
    func references() throws {
        let machine = try StateMachine(
            definition: line(
                #""A":{"Type":"Pass","Assign":{"n":1,"f.$":"States.Format('{}', $b.c)"},"Next":"C"},"#
                    + #""C":{"Type":"Choice","Choices":[{"Not":{"Variable":"$n","NumericEqualsPath":"$m"},"Next":"M"}],"Default":"M"},"#
                    + #""M":{"Type":"Map","ItemsPath":"$l","MaxConcurrencyPath":"$n","End":true,"Catch":[{"ErrorEquals":["E"],"Next":"A","Assign":{"x.$":"$y"}}],"#
                    + #""ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Wait","SecondsPath":"$n","End":true}}}}"#
            ),
            resources: TestCatalog()
        )
        #expect(
            machine.variableReferences == ["A": ["b"], "C": ["n", "m"], "M": ["l", "n", "y"], "I": ["n"]]
        )
    }
}
