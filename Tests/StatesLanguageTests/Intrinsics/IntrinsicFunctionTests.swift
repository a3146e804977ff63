import Testing

@testable import StatesLanguage

/// Intrinsic functions, in the payload template of a state.
///
/// Source: Amazon States Language, "Intrinsic Functions", Appendix B.
@Suite(.timeLimit(.minutes(1)))
struct IntrinsicFunctionTests {
    private static let input =
        #"{"s":"a,b","n":3,"d":1.5,"a":[1,2,3],"o":{"x":1,"y":[]},"t":"{}: {}","i":"v","j":"{\"k\": [1]}","k\\":7,"x,y)":8}"#

    private func run(_ call: String, at now: Instant = Run.start) throws -> Run {
        let text = JSON.string(call).text
        let state = #"{"Type":"Pass","Parameters":{"r.$":\#(text)},"OutputPath":"$.r","End":true}"#
        return try Run(machine(state), input: Self.input, at: now)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var call: String
        var value: String
        var testDescription: String { call }
        init(_ call: String, _ value: String) { (self.call, self.value) = (call, value) }
    }

    @Test(
        "values",
        arguments: [
            Case("States.Format('{} and {}.', $.s, $.n)", #""a,b and 3.""#),
            Case("States.Format('no values')", #""no values""#),
            Case(#"States.Format('it\'s \{{}\} \\{}', 1, true)"#, #""it's {1} \\true""#),
            Case("States.Format($.t, null, $.d)", #""null: 1.5""#),
            Case("States.Format('{}', $.o)", #""{x=1, y=[]}""#), Case("States.Format('{}', $.a)", #""[1, 2, 3]""#),
            Case("States.StringToJson($.j)", #"{"k":[1]}"#), Case("States.StringToJson('1e2')", "100.0"),
            Case("States.StringToJson('')", "null"), Case("States.StringToJson(' \t\r\n')", "null"),
            Case(#"States.Array('a\\b', '\'', $['k\'], $['x,y)'], $.a[?(@ == 2)])"#, #"["a\\b","'",7,8,[2]]"#),
            Case("States.JsonToString($.o)", #""{\"x\":1,\"y\":[]}""#),
            Case("States.JsonMerge($.o, States.StringToJson('{\"x\":2,\"z\":0}'), false)", #"{"x":2,"y":[],"z":0}"#),
            Case("States.Array()", "[]"),
            Case("States.Array('a', 1, -2.5, true, null, $.n)", #"["a",1,-2.5,true,null,3]"#),
            Case("States.ArrayPartition($.a, 2)", "[[1,2],[3]]"),
            Case("States.ArrayPartition(States.Array(), 2)", "[]"),
            Case("States.ArrayContains($.a, 2)", "true"), Case("States.ArrayContains($.a, 2.0)", "true"),
            Case("States.ArrayContains($.a, '2')", "false"),
            Case(#"States.ArrayContains(States.Array($.o), States.StringToJson('{"y":[],"x":1.0}'))"#, "true"),
            Case("States.ArrayRange(1, 9, 2)", "[1,3,5,7,9]"), Case("States.ArrayRange(3, 1, -1)", "[3,2,1]"),
            Case("States.ArrayRange(1, 0, 1)", "[]"),
            Case("States.ArrayRange(9223372036854775806, 9223372036854775807, 9)", "[9223372036854775806]"),
            Case("States.ArrayUnique(States.Array(1.0, 1, 1e2, 100, -0.0, 0, '1'))", #"[1.0,100.0,-0.0,"1"]"#),
            Case(
                #"States.ArrayUnique(States.Array($.o, States.StringToJson('{"y":[],"x":1.0}'), "#
                    + "States.Array(1.0), States.Array(1)))",
                #"[{"x":1,"y":[]},[1.0]]"#
            ), Case("States.ArrayGetItem($.a, 2)", "3"),
            Case("States.ArrayLength($.a)", "3"), Case("States.ArrayLength($.a[*])", "3"),
            Case("States.ArrayUnique(States.Array(1, 1.0, 'a', 'a', null, null, $.a, $.a))", #"[1,"a",null,[1,2,3]]"#),
            Case("States.Base64Encode('Data to encode')", #""RGF0YSB0byBlbmNvZGU=""#),
            Case("States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", #""Data to encode""#),
            Case("States.Hash('input data', 'MD5')", #""812f45842bc6d66ee14572ce20db8e86""#),
            Case("States.Hash('input data', 'SHA-1')", #""aaff4a450a104cd177d28d18d74485e8cae074b7""#),
            Case("States.MathAdd(111, -1)", "110"), Case("States.MathAdd(1.5, 2.4)", "4"),
            Case("States.MathRandom(7, 8)", "7"), Case("States.StringSplit($.s, ',')", #"["a","b"]"#),
            Case("States.StringSplit('1+2,,3', '+,')", #"["1","2","3"]"#),
            Case("States.StringSplit('Hello\nWorld', '\n')", #"["Hello","World"]"#),
            Case("States.ArrayGetItem(States.StringSplit($$.StateMachine.Name, 'c'), 0)", #""ma""#),
            Case("States.MathAdd( States.ArrayLength( $['a'] ) ,-1)", "2"),
        ]
    )
    func value(of test: Case) throws {
        let run = try run(test.call)
        #expect(run.output == test.value, "\(String(describing: run.failure))")
    }

    @Test(
        "what a function does not take fails the state, by an error that can be caught",
        arguments: [
            Case("States.Format('{}')", "the template has 1 of {} for 0 values"),
            Case("States.Format($.n)", "argument 1 must be a string, is 3"),
            Case("States.StringToJson('nonsense')", "the text must be JSON"),
            Case("States.JsonMerge($.o, $.o, true)", "argument 3 must be false"),
            Case("States.JsonMerge($.o, $.a, false)", "argument 2 must be a JSON object, is [1,2,3]"),
            Case("States.ArrayPartition($.a, 0)", "argument 2 must be a positive integer, is 0"),
            Case("States.ArrayRange(1, 2, 0)", "argument 3 must be another number than 0"),
            Case("States.ArrayRange(1, 1001, 1)", "the range must have at most 1000 elements"),
            Case("States.ArrayRange(0, 9000000000000000000, 1)", "the range must have at most 1000 elements"),
            Case("States.ArrayGetItem($.a, 3)", "index 3 is out of bounds for length 3"),
            Case("States.ArrayGetItem($.a, -1)", "index -1 is out of bounds for length 3"),
            Case("States.ArrayLength($.s)", #"argument 1 must be an array, is "a,b""#),
            Case("States.Base64Decode('%')", "argument 1 must be Base64 of a UTF-8 text"),
            Case("States.Hash('a', 'MD4')", "argument 2 must be one of MD5, SHA-1, SHA-256, SHA-384 and SHA-512"),
            Case("States.MathAdd('a', 1)", #"argument 1 must be an integer, is "a""#),
            Case("States.MathAdd(9223372036854775807, 1)", "the sum must fit into 64 bits"),
            Case("States.MathRandom(2, 2)", "the first number must be less than the second"),
        ]
    )
    func failure(of test: Case) throws {
        let failure = try #require(try run(test.call).failure)
        #expect(failure.error == "States.IntrinsicFailure")
        let start =
            "An error occurred while executing the state 'S' (entered at the event id #2). "
            + "The function '\(test.call)' had the following error: Invalid arguments in "
        #expect(failure.cause?.hasPrefix(start) == true, "\(failure)")
        #expect(failure.cause?.contains(test.value) == true, "\(failure)")
    }

    @Test("An argument that is not in the input is an error that nothing catches")
    func missing() throws {
        let failure = try #require(try run("States.Format('{}', $.none)").failure)
        #expect(failure.error == "States.Runtime")
        #expect(
            failure.cause
                == "An error occurred while executing the state 'S' (entered at the event id #2). "
                + "The function 'States.Format('{}', $.none)' had the following error: "
                + "The JsonPath argument for the field '$.none' could not be found in the input '\(Self.input)'"
        )
    }

    @Test("UUIDs and random numbers differ between calls, and are the same when the step is made again")
    func random() throws {
        let calls = "States.Array(States.UUID(), States.UUID(), States.MathRandom(0, 1000000))"
        let first = try #require(try run(calls).output)
        #expect(try run(calls).output == first)
        let values = try #require(try JSON(parsing: first).arrayValue)
        #expect(values[0] != values[1])
        for uuid in values.prefix(2) {
            let text = try #require(uuid.stringValue)
            #expect(text.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        }
        let seeded =
            "States.Array(States.MathRandom(1, 999, 7), States.MathRandom(1, 999, 7), States.MathRandom(1, 999, 8))"
        let drawn = try #require(try run(seeded).output)
        let numbers = try #require(try JSON(parsing: drawn).arrayValue)
        #expect(numbers[0] == numbers[1])
        #expect(numbers[0] != numbers[2])
        let state =
            #"{"Type":"Pass","Parameters":{"a":{"x.$":"States.UUID()"},"b":{"x.$":"States.UUID()"}},"End":true}"#
        let made = try #require(try Run(machine(state)).output)
        let both = try #require(try JSON(parsing: made).objectValue)
        #expect(both["a"] != both["b"])
    }

    @Test(
        "what is no call is refused, with the reason",
        arguments: [
            Case("States.Nope()", "calls 'States.Nope', which is no intrinsic function"),
            Case("States.Format", "must have its arguments in parentheses"),
            Case("States.Format('a'", "has an open parenthesis"), Case("States.Format('a", "has an open quote"),
            Case("States.Format('a') + 1", "has an unexpected '+' after the call"),
            Case("States.MathAdd(1)", "calls 'States.MathAdd' with 1 arguments"),
            Case("States.Array(a)", "has an argument that is no value: 'a'"),
            Case("States.Array($.a..)", "has an unexpected ')'"),
            Case(#"States.Array('a\n')"#, #"has a backslash before 'n': only ', {, } and \ can be escaped"#),
            Case(#"States.Format('\"{}', 1)"#, #"has a backslash before '"': only ', {, } and \ can be escaped"#),
            Case(#"States.Array('a\')"#, "has an open quote"), Case(#"States.Array('\"#, "has an open quote"),
            Case(
                String(repeating: "States.Array(", count: 11) + String(repeating: ")", count: 11),
                "has calls more than 10 deep"
            ),
        ]
    )
    func refusal(of test: Case) {
        #expect(throws: PathError(reason: test.value)) { try Lookup(parsing: test.call, field: "f", place: "f") }
    }

    @Test("Fail takes its error and cause from functions")
    func fail() throws {
        let state =
            #"{"Type":"Fail","ErrorPath":"States.Format('E.{}', $.n)","CausePath":"States.JsonToString($.a)"}"#
        #expect(try Run(machine(state), input: Self.input).failure == Run.Failure(error: "E.3", cause: "[1,2,3]"))
    }
}
