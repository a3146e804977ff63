import Testing

@testable import StatesLanguage

@Suite("Choice", .timeLimit(.minutes(1)))
struct ChoiceStateTests {
    /// Whether a machine with the one rule takes it.
    private func takes(_ rule: String, _ input: String) throws -> Bool {
        let run = try Run(
            #"{"StartAt":"S","States":{"S":{"Type":"Choice","Choices":[{"Next":"Y",\#(rule)}],"Default":"N"},"#
                + #""Y":{"Type":"Pass","Result":true,"End":true},"N":{"Type":"Pass","Result":false,"End":true}}}"#,
            input: input
        )
        return try #require(run.output, "\(String(describing: run.failure))") == "true"
    }

    private static let early = "2026-01-01T00:00:00Z"
    private static let late = "2026-01-01T00:00:00.001Z"

    /// Operator suffix, and whether it holds for a variable that is less than, equal to and greater than the operand.
    fileprivate static let table: [(String, [Bool])] = [
        ("Equals", [false, true, false]), ("LessThan", [true, false, false]), ("GreaterThan", [false, false, true]),
        ("LessThanEquals", [true, true, false]), ("GreaterThanEquals", [false, true, true]),
    ]

    @Test(
        "every relation, with a value and with a path, for strings, numbers and timestamps",
        arguments: ChoiceStateTests.table
    )
    func relation(suffix: String, expected: [Bool]) throws {
        for (type, values) in [
            ("String", [#""a""#, #""b""#, #""c""#]), ("Numeric", ["1", "1.5", "2"]),
            ("Timestamp", [#""2025-12-31T23:59:59.999Z""#, #""\#(Self.early)""#, #""\#(Self.late)""#]),
        ] {
            for (value, holds) in zip(values, expected) {
                let input = #"{"v":\#(value),"o":\#(values[1])}"#
                #expect(try takes(#""Variable":"$.v","\#(type)\#(suffix)":\#(values[1])"#, input) == holds)
                #expect(try takes(#""Variable":"$.v","\#(type)\#(suffix)Path":"$.o""#, input) == holds)
            }
        }
    }

    @Test(
        "values of another type than the operator's are neither equal, nor less, nor greater",
        arguments: ["null", "true", "1", #""text""#, "[]", "{}"]
    )
    func otherTypes(value: String) throws {
        for (type, own, operand) in [
            ("String", #""text""#, #""text""#), ("Numeric", "1", "1"), ("Timestamp", "", #""\#(Self.early)""#),
        ] where own != value {
            for (suffix, _) in Self.table {
                #expect(try !takes(#""Variable":"$.v","\#(type)\#(suffix)":\#(operand)"#, #"{"v":\#(value)}"#))
                let input = #"{"v":\#(value),"o":\#(operand)}"#
                #expect(try !takes(#""Variable":"$.v","\#(type)\#(suffix)Path":"$.o""#, input))
                let swapped = #"{"o":\#(value),"v":\#(operand)}"#
                #expect(try !takes(#""Variable":"$.v","\#(type)\#(suffix)Path":"$.o""#, swapped))
            }
        }
        if value != "true" {
            #expect(try !takes(#""Variable":"$.v","BooleanEquals":true"#, #"{"v":\#(value)}"#))
        }
    }

    @Test(
        "equality",
        arguments: [
            (#""NumericEquals":0"#, "0.0", true), (#""NumericEquals":0.0"#, "0", true),
            (#""NumericEquals":1"#, "-1", false),
            (#""NumericEquals":9007199254740993"#, "9007199254740992", false),
            (#""BooleanEquals":true"#, "true", true), (#""BooleanEquals":true"#, "false", false),
            (#""BooleanEquals":false"#, "false", true), (#""BooleanEqualsPath":"$.v""#, "false", true),
            (#""StringEquals":"é""#, #""\u00e9""#, true), (#""StringEquals":"A""#, #""a""#, false),
            (#""StringLessThan":"a""#, #""Z""#, true), (#""StringLessThan":"\uFF5E""#, #""\uD83D\uDE00""#, true),
            (#""TimestampEquals":"2026-01-01T01:00:00+01:00""#, #""2026-01-01T00:00:00.000Z""#, true),
            (#""TimestampLessThan":"2026-01-01T00:00:00Z""#, #""2025-12-31""#, false),
        ]
    )
    func equality(rule: String, value: String, holds: Bool) throws {
        #expect(try takes(#""Variable":"$.v",\#(rule)"#, #"{"v":\#(value)}"#) == holds)
    }

    @Test(
        "questions about the type",
        arguments: [
            ("null", ["IsNull"]), ("0", ["IsNumeric"]), ("1.5", ["IsNumeric"]), ("true", ["IsBoolean"]),
            (#""""#, ["IsString"]), (#""2026-01-01T00:00:00Z""#, ["IsString", "IsTimestamp"]),
            (#""2026-01-01T00:00:00.5+02:00""#, ["IsString", "IsTimestamp"]),
            (#""2026-01-01T00:00:00""#, ["IsString"]), (#""2026-01-01""#, ["IsString"]), ("[]", []), ("{}", []),
        ] as [(String, [String])]
    )
    func questions(value: String, answered: [String]) throws {
        for question in ["IsNull", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp"] {
            let holds = answered.contains(question)
            #expect(try takes(#""Variable":"$.v","\#(question)":true"#, #"{"v":\#(value)}"#) == holds)
            #expect(try takes(#""Variable":"$.v","\#(question)":false"#, #"{"v":\#(value)}"#) == !holds)
        }
        #expect(try takes(#""Variable":"$.v","IsPresent":true"#, #"{"v":\#(value)}"#))
        #expect(try !takes(#""Variable":"$.v","IsPresent":false"#, #"{"v":\#(value)}"#))
    }

    @Test("IsPresent looks at what is not there; every other operator fails on it")
    func missingVariable() throws {
        #expect(try !takes(#""Variable":"$.v","IsPresent":true"#, "{}"))
        #expect(try takes(#""Variable":"$.v.w","IsPresent":false"#, "{}"))
        for rule in [#""IsNull":true"#, #""IsString":false"#, #""StringEquals":"a""#, #""StringMatches":"*""#] {
            let choice = #"{"Type":"Choice","Choices":[{"Variable":"$.v",\#(rule),"Next":"T"}]}"#
            let run = try Run(machine(choice, #","T":{"Type":"Succeed"}"#))
            let reason = cause("Invalid path '$.v': The choice state's condition path references an invalid value.")
            #expect(run.failure == .init(error: "States.Runtime", cause: reason))
        }
        let run = try Run(
            machine(
                #"{"Type":"Choice","Choices":[{"Variable":"$.v","StringEqualsPath":"$.o","Next":"T"}]}"#,
                #","T":{"Type":"Succeed"}"#
            ),
            input: #"{"v":"a"}"#
        )
        #expect(run.failure?.cause?.contains("Invalid path '$.o'") == true)
    }

    @Test(
        "And, Or and Not, which stop as soon as they know",
        arguments: [
            (#""And":[{"Variable":"$.v","IsString":true},{"Variable":"$.v","StringEquals":"a"}]"#, #""a""#, true),
            (#""And":[{"Variable":"$.v","IsString":true},{"Variable":"$.v","StringEquals":"a"}]"#, #""b""#, false),
            (#""And":[{"Variable":"$.v","IsNull":true},{"Variable":"$.none","IsNull":true}]"#, "1", false),
            (#""Or":[{"Variable":"$.v","NumericEquals":1},{"Variable":"$.v","NumericEquals":2}]"#, "2", true),
            (#""Or":[{"Variable":"$.v","NumericEquals":1},{"Variable":"$.v","NumericEquals":2}]"#, "3", false),
            (#""Or":[{"Variable":"$.v","NumericEquals":1},{"Variable":"$.none","IsNull":true}]"#, "1", true),
            (#""Not":{"Variable":"$.v","NumericEquals":1}"#, "1", false),
            (#""Not":{"Variable":"$.v","NumericEquals":1}"#, #""1""#, true),
            (
                #""Not":{"Or":[{"Not":{"Variable":"$.v","IsNull":true}},{"And":[{"Variable":"$.v","IsNull":true}]}]}"#,
                "1", false
            ),
        ]
    )
    func combinations(rule: String, value: String, holds: Bool) throws {
        #expect(try takes(rule, #"{"v":\#(value)}"#) == holds)
    }

    @Test(
        "StringMatches",
        arguments: [
            ("*", "", true), ("*", "anything", true), ("", "", true), ("", "a", false), ("abc", "abc", true),
            ("abc", "abcd", false), ("a*", "abc", true), ("*c", "abc", true), ("a*c", "abc", true), ("a*c", "ac", true),
            ("a*c", "acb", false), ("*b*", "abc", true), ("a*b*c", "a--b--c", true), ("a*a", "a", false),
            ("log-*.txt", "log-2026.txt", true), (#"a\*c"#, "a*c", true), (#"a\*c"#, "abc", false),
            (#"\\*"#, #"\x"#, true), (#"a\"#, #"a\"#, true), ("*é", "caffé", true), ("**a**", "bab", true),
        ]
    )
    func matching(pattern: String, text: String, matches: Bool) throws {
        #expect(StringPattern(pattern).matches(text) == matches)
        let (pattern, text) = (JSON.string(pattern).text, JSON.string(text).text)
        #expect(try takes(#""Variable":"$.v","StringMatches":\#(pattern)"#, #"{"v":\#(text)}"#) == matches)
    }

    @Test("matching is not exponential")
    func hardPattern() {
        let pattern = StringPattern(String(repeating: "*a", count: 500) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 2_000)))
    }

    @Test("the first rule that matches counts, and paths may read the context object")
    func order() throws {
        let run = try Run(
            #"""
            {"StartAt":"S","States":{"S":{"Type":"Choice","Choices":[
              {"Variable":"$$.Execution.Input.v","NumericGreaterThan":1,"Next":"A"},
              {"Variable":"$$.State.Name","StringEquals":"S","Next":"B"},
              {"Variable":"$.v","IsNumeric":true,"Next":"A"}]},
              "A":{"Type":"Pass","Result":"A","End":true},"B":{"Type":"Pass","Result":"B","End":true}}}
            """#,
            input: #"{"v":1}"#
        )
        #expect(run.output == #""B""#)
    }

    @Test("without a match and a default it fails")
    func noMatch() throws {
        let run = try Run(
            machine(
                #"{"Type":"Choice","Choices":[{"Variable":"$.v","IsNull":true,"Next":"T"}]}"#,
                #","T":{"Type":"Succeed"}"#
            ),
            input: #"{"v":1}"#
        )
        let reason = cause("Failed to transition out of the state. The state does not point to a next state.")
        #expect(run.failure == .init(error: "States.NoChoiceMatched", cause: reason))
        #expect(run.types == ["ExecutionStarted", "ChoiceStateEntered", "ExecutionFailed"])
    }

    @Test("InputPath is what the rules see, OutputPath what comes out of that")
    func filters() throws {
        let run = try Run(
            #"""
            {"StartAt":"S","States":{"S":{"Type":"Choice","InputPath":"$.a","OutputPath":"$.b",
              "Choices":[{"Variable":"$.b","NumericEquals":1,"Next":"E"}]},"E":{"Type":"Succeed"}}}
            """#,
            input: #"{"a":{"b":1}}"#
        )
        #expect(run.output == "1")
    }
}
