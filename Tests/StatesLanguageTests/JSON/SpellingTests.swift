import Testing

@testable import StatesLanguage

/// `String` takes "é" in one code point and in two for the same text; JSON, and so AWS, does not.
@Suite("Texts that look the same", .timeLimit(.minutes(1)))
struct SpellingTests {
    private static let one = "\u{E9}"
    private static let two = "e\u{301}"

    @Test("keys are told apart by their code points, in small objects and in large ones", arguments: [0, 40])
    func keys(others: Int) throws {
        let rest = (0..<others).map { #","k\#($0)":0"# }.joined()
        let text = #"{"\#(Self.one)":1,"\#(Self.two)":2\#(rest)}"#
        let object = try #require(try JSON(parsing: text).objectValue)
        #expect(object.count == 2 + others)
        #expect(object[Self.one] == .integer(1))
        #expect(object[Self.two] == .integer(2))
        #expect(Array(JSON.object(object).text.utf8) == Array(text.utf8))
    }

    @Test("a path names one of them")
    func path() throws {
        let document = try JSON(parsing: #"{"\#(Self.two)":2,"\#(Self.one)":1}"#)
        #expect(try Path(parsing: "$.\(Self.one)").value(in: document) == .integer(1))
        #expect(try Path(parsing: "$['\(Self.two)']").value(in: document) == .integer(2))
    }

    @Test(
        "an input that only looks like the execution's is kept as it is",
        arguments: [("\"\(one)\"", "\"\(two)\""), ("0.0", "-0.0"), ("1.0", "1")]
    )
    func keptInput(first: String, second: String) throws {
        var run = try Run(
            #"""
            {"StartAt":"A","States":{
              "A":{"Type":"Pass","Parameters":{"a.$":"$.b","b.$":"$.a"},"Next":"B"},
              "B":{"Type":"Wait","Seconds":1,"End":true}}}
            """#,
            input: #"{"a":\#(first),"b":\#(second)}"#
        )
        run.isRecoded = true
        try run.finish()
        #expect(run.output.map { Array($0.utf8) } == Array(#"{"a":\#(second),"b":\#(first)}"#.utf8))
    }

    @Test("a transition is spelled as its state is")
    func transition() {
        let definition =
            #"{"StartAt":"S","States":{"S":{"Type":"Pass","Next":"\#(Self.two)"},"\#(Self.one)":{"Type":"Succeed"}}}"#
        let problems = [
            ("Missing 'Next' target: \(Self.two)", "/States/S/Next"),
            ("State \"\(Self.one)\" is not reachable.", "/States/\(Self.one)"),
        ].map { DefinitionProblem("MISSING_TRANSITION_TARGET", $0, at: $1) }
        #expect(throws: DefinitionError(problems: problems)) {
            try StateMachine(definition: definition, resources: TestCatalog())
        }
    }

    @Test("values, and sets of values, tell them apart")
    func values() throws {
        let values = try [
            #""\#(Self.one)""#, #""\#(Self.two)""#, #"["\#(Self.one)"]"#, #"["\#(Self.two)"]"#, #"{"\#(Self.one)":1}"#,
            #"{"\#(Self.two)":1}"#, #"{"k":"\#(Self.one)"}"#, #"{"k":"\#(Self.two)"}"#,
        ].map { try JSON(parsing: $0) }
        for (index, value) in values.enumerated() {
            #expect(values.indices.filter { values[$0] == value } == [index])
        }
        #expect(Set(values).count == values.count)
        #expect(Set(values.map(\.hashValue)).count == values.count)
    }

    @Test("two states are two, and each is run")
    func states() throws {
        let run = try Run(
            #"""
            {"StartAt":"\#(Self.two)","States":{
              "\#(Self.one)":{"Type":"Pass","Result":1,"ResultPath":"$.one","End":true},
              "\#(Self.two)":{"Type":"Pass","Result":2,"ResultPath":"$.two","Next":"\#(Self.one)"}}}
            """#
        )
        #expect(run.output == #"{"two":2,"one":1}"#)
    }

    @Test("two branches may have states that look the same")
    func branches() throws {
        func branch(_ name: String) -> String {
            #"{"StartAt":"\#(name)","States":{"\#(name)":{"Type":"Pass","Result":"\#(name)","End":true}}}"#
        }
        let state = #"{"Type":"Parallel","Branches":[\#(branch(Self.one)),\#(branch(Self.two))],"End":true}"#
        #expect(try Run(machine(state)).output == #"["\#(Self.one)","\#(Self.two)"]"#)
    }

    @Test("an error is caught and retried by its own name")
    func errors() throws {
        let rules = [Self.one, Self.two].map { #"{"ErrorEquals":["\#($0)"],"ResultPath":null,"Next":"\#($0)"}"# }
        let states = [Self.one, Self.two].map { #","\#($0)":{"Type":"Pass","Result":"\#($0)","End":true}"# }
        let retry = #"[{"ErrorEquals":["\#(Self.one)"],"MaxAttempts":1}]"#
        let state =
            #"{"Type":"Task","Resource":"r","Retry":\#(retry),"Catch":[\#(rules.joined(separator: ","))],"End":true}"#
        var run = try Run(machine(state, states.joined()), tasks: [.failed(error: Self.two, cause: nil)])
        #expect(run.output == #""\#(Self.two)""#)
        run = try Run(machine(state, states.joined()), tasks: [.failed(error: Self.one, cause: nil)])
        #expect(run.flow != nil)
    }

    @Test("two variables are two")
    func variables() throws {
        let run = try Run(
            #"""
            {"StartAt":"A","States":{
              "A":{"Type":"Pass","Assign":{"\#(Self.one)":1,"\#(Self.two)":2},"Next":"B"},
              "B":{"Type":"Pass","Parameters":{"one.$":"$\#(Self.one)","two.$":"$\#(Self.two)"},"End":true}}}
            """#
        )
        #expect(run.output == #"{"one":1,"two":2}"#)
    }

    @Test(
        "functions, filters and members of templates",
        arguments: [
            ("States.ArrayContains(States.Array($.one), $.two)", "false"),
            ("States.ArrayContains(States.Array($.one), $.one)", "true"),
            ("States.ArrayUnique(States.Array($.one, $.two, $.one))", #"["\#(one)","\#(two)"]"#),
            ("States.ArrayLength($.list[?(@ == '\(two)')])", "1"), ("$.list[?(@ in ['\(one)'])]", #"["\#(one)"]"#),
            ("$.objects[?(@.k != '\(one)')]", #"[{"k":"\#(two)"}]"#),
            // A line's end is two code points, and an accent does not hide what stands before it.
            ("States.StringSplit($.lines, '\n')", #"["a\r","b"]"#),
            ("States.StringSplit($.lines, '\r')", #"["a","\nb"]"#),
            ("States.StringSplit($.comma, ',')", #"["a","\#u{301}b"]"#),
            ("States.StringSplit('\(two)', '\(one)')", #"["\#(two)"]"#),
            ("States.Format('{}\u{301}', 'e')", #""\#(two)""#), ("States.Format('\u{301}{}', 1)", #""\#u{301}1""#),
            ("States.StringToJson('[\"\u{301}\"]')", #"["\#u{301}"]"#), ("$['\u{301}']", "3"),
            (#"States.JsonMerge($.left, $.right, false)"#, #"{"\#(one)":1,"\#(two)":2}"#),
        ]
    )
    func lookups(text: String, value: String) throws {
        let input = #"""
            {"one":"\#(Self.one)","two":"\#(Self.two)","list":["\#(Self.one)","\#(Self.two)"],"lines":"a\r\nb",
             "objects":[{"k":"\#(Self.one)"},{"k":"\#(Self.two)"}],"comma":"a,\#u{301}b","\#u{301}":3,
             "left":{"\#(Self.one)":1},"right":{"\#(Self.two)":2}}
            """#
        let state = #"{"Type":"Pass","Parameters":{"r.$":\#(JSON.string(text).text)},"End":true}"#
        #expect(try Run(machine(state), input: input).output == #"{"r":\#(value)}"#)
    }

    @Test("a member's end is seen behind a sign that is one character with its full stop")
    func memberEnd() throws {
        let state = #"{"Type":"Pass","Parameters":{"\#u{600}.$":"$.a"},"End":true}"#
        #expect(try Run(machine(state), input: #"{"a":1}"#).output == #"{"\#u{600}":1}"#)
    }

    @Test("a choice is made between them", arguments: [(one, "1"), (two, "2")])
    func choice(text: String, output: String) throws {
        let choices = [Self.one, Self.two].map { #"{"Variable":"$.k","StringEquals":"\#($0)","Next":"\#($0)"}"# }
        let states = [(Self.one, 1), (Self.two, 2)].map { #","\#($0)":{"Type":"Pass","Result":\#($1),"End":true}"# }
        let state = #"{"Type":"Choice","Choices":[\#(choices.joined(separator: ","))]}"#
        let run = try Run(machine(state, states.joined()), input: #"{"k":"\#(text)"}"#)
        #expect(run.output == output)
    }

    @Test("texts are in the order of UTF-16, as Java's are")
    func order() throws {
        // By code points the first is less.
        let state = #"{"Type":"Choice","Choices":[{"Variable":"$.a","StringLessThanPath":"$.b","Next":"T"}]}"#
        let text = machine(state, #","T":{"Type":"Succeed"}"#)
        #expect(try Run(text, input: #"{"a":"\#u{1F600}","b":"\#u{FFFD}"}"#).output != nil)
        #expect(try Run(text, input: #"{"a":"\#u{FFFD}","b":"\#u{1F600}"}"#).output == nil)
    }

    @Test("a substitution is by the placeholder's own name, its value taken as it is")
    func substitution() throws {
        let text = try StateMachine.substituting(["A": "\u{301}\"", "B": "\r\n"], in: #"{"a":"${A}","b":"${B}"}"#)
        #expect(try JSON(parsing: text) == .object(["a": .string("\u{301}\""), "b": .string("\r\n")]))
    }
}
