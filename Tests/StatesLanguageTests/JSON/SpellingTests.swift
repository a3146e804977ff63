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
        let problem = DefinitionProblem(
            "MISSING_TRANSITION_TARGET",
            "Missing 'Next' target: \(Self.two)",
            at: "/States/S/Next"
        )
        #expect(throws: DefinitionError(problems: [problem])) {
            try StateMachine(definition: definition, resources: TestCatalog())
        }
    }
}
