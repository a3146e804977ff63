import Testing

@testable import JSONValues

@Suite("Reading JSON", .timeLimit(.minutes(1)))
struct JSONParserTests {
    @Test(
        "a value is what its text says",
        arguments: [
            ("null", .null), (" true ", .bool(true)), ("false\n", .bool(false)),
            ("0", .integer(0)), ("-0", .integer(0)), ("-17", .integer(-17)),
            ("123456789012345678", .integer(123_456_789_012_345_678)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .double(9_223_372_036_854_775_808)),
            ("1.0", .double(1)), ("-2.5e-3", .double(-0.0025)), ("1E2", .double(100)), ("1e+2", .double(100)),
            (#""""#, .string("")), (#""aé😀""#, .string("aé😀")),
            (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")),
            (#""\u0041\u00e9\uD83D\uDE00""#, .string("Aé😀")),
            (#""\u0000""#, .string("\0")),
            (#""\ud83d""#, .string("\u{FFFD}")), (#""\ude00x""#, .string("\u{FFFD}x")),
            (#""\ud83d\u0041""#, .string("\u{FFFD}A")), (#""\ud83d\n""#, .string("\u{FFFD}\n")),
            ("[]", .array([])), ("[ 1 , [ ] ]", .array([.integer(1), .array([])])),
            ("{}", .object([:])),
            (#"{ "b" : 1 , "a" : {"c":[null]} }"#, .object(["b": .integer(1), "a": .object(["c": .array([.null])])])),
        ] as [(String, JSON)]
    )
    func value(text: String, value: JSON) throws {
        #expect(try JSON(parsing: text) == value)
        #expect(try JSON(parsing: Array(text.utf8)) == value)
        let padded = Array("[\(text)]".utf8)
        #expect(try JSON(parsing: padded[1..<padded.count - 1]) == value, "a slice does not begin at 0")
    }

    private static let valueList = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"

    @Test(
        "an error says what was found, and where, in Jackson's words",
        arguments: [
            ("", "No content to map due to end-of-input", 1, 1),
            ("  ", "No content to map due to end-of-input", 1, 3),
            (
                "not json",
                "Unrecognized token 'not': was expecting \(valueList)", 1, 4
            ),
            ("{'a':1}", "Unexpected character (''' (code 39)): was expecting double-quote to start field name", 1, 3),
            ("{\n  a:1}", "Unexpected character ('a' (code 97)): was expecting double-quote to start field name", 2, 4),
            ("{\r\n\r,", "Unexpected character (',' (code 44)): was expecting double-quote to start field name", 3, 2),
            (
                #"{"a" 1}"#,
                "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value", 1, 7
            ),
            (
                #"{"a":1 "b":2}"#,
                #"Unexpected character ('"' (code 34)): was expecting comma to separate Object entries"#, 1, 9
            ),
            ("[1 2]", "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries", 1, 5),
            ("[1,", "Unexpected end-of-input within/between Array entries", 1, 4),
            (#"{"a""#, "Unexpected end-of-input within/between Object entries", 1, 5),
            (#"{"a":"#, "Unexpected end-of-input within/between Object entries", 1, 6),
            (#"{"a":1,"#, "Unexpected end-of-input within/between Object entries", 1, 8),
            (#"{"a"#, "Unexpected end-of-input in field name", 1, 4),
            (
                #"{"a":1,}"#, "Unexpected character ('}' (code 125)): was expecting double-quote to start field name",
                1, 9
            ),
            (#"{"a":}"#, "Unexpected character ('}' (code 125)): expected a value", 1, 7),
            ("[1,]", "Unexpected character (']' (code 93)): expected a valid value \(valueList)", 1, 5),
            ("[,1]", "Unexpected character (',' (code 44)): expected a valid value \(valueList)", 1, 3),
            ("['a']", "Unexpected character (''' (code 39)): expected a valid value \(valueList)", 1, 3),
            (
                "[\u{201C}a\u{201D}]",
                "Unexpected character ('\u{201C}' (code 8220 / 0x201c)): expected a valid value \(valueList)", 1, 3
            ),
            (
                "[\u{1F600}]", "Unexpected character ('?' (code 55357 / 0xd83d)): expected a valid value \(valueList)",
                1, 3
            ),
            (
                "[1, // one\n2]",
                "Unexpected character ('/' (code 47)): maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)",
                1, 6
            ),
            (
                "[\u{1}1]",
                #"Illegal character ((CTRL-CHAR, code 1)): only regular white space (\r, \n, \t) is allowed between tokens"#,
                1, 3
            ),
            ("[\u{7F}]", "Unexpected character ((CTRL-CHAR, code 127)): expected a valid value \(valueList)", 1, 3),
            ("[tru]", "Unrecognized token 'tru': was expecting \(valueList)", 1, 5),
            ("[True, 1]", "Unrecognized token 'True': was expecting \(valueList)", 1, 6),
            (
                "[NaN]", "Non-standard token 'NaN': enable JsonParser.Feature.ALLOW_NON_NUMERIC_NUMBERS to allow", 1, 5
            ),
            ("1 2", "Unexpected character ('2' (code 50)): expected end of input", 1, 4),
            ("01", "Invalid numeric value: Leading zeroes not allowed", 1, 2),
            (
                "-x",
                "Unexpected character ('x' (code 120)) in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value",
                1, 3
            ),
            (
                "[10.x]",
                "Unexpected character ('x' (code 120)) in numeric value: Decimal point not followed by a digit", 1, 3
            ),
            (
                "[1e+]",
                "Unexpected character (']' (code 93)) in numeric value: Exponent indicator not followed by a digit", 1,
                3
            ),
            ("1.", "Unexpected end-of-input in a Number value", 1, 3),
            ("1e400", "Numeric value (1e400) out of range", 1, 6),
            (#""a"#, "Unexpected end-of-input: was expecting closing quote for a string value", 1, 3),
            (#""\x""#, "Unrecognized character escape 'x' (code 120)", 1, 4),
            (#""\"#, "Unexpected end-of-input in character escape sequence", 1, 3),
            (
                #""\u12g4""#,
                "Unexpected character ('g' (code 103)): expected a hex-digit for character escape sequence", 1, 7
            ),
            (
                "\"a\nb\"",
                "Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included in string value",
                1, 4
            ),
            (
                "{\"a\tb\":1}",
                "Illegal unquoted character ((CTRL-CHAR, code 9)): has to be escaped using backslash to be included in name",
                1, 5
            ),
            ("é", "Unrecognized token 'é': was expecting \(valueList)", 1, 2),
            (
                "[\"é\", \"😀\", 'x']", "Unexpected character (''' (code 39)): expected a valid value \(valueList)", 1,
                14
            ),
            (
                "\u{FEFF}{}",
                "Unexpected character ('\u{FEFF}' (code 65279 / 0xfeff)): expected a valid value \(valueList)", 1, 2
            ),
        ]
    )
    func error(text: String, message: String, line: Int, column: Int) {
        #expect(throws: JSONError(message: message, line: line, column: column)) { try JSON(parsing: text) }
    }

    @Test(
        "an error about a bracket says where that one is",
        arguments: [
            ("[1", "Unexpected end-of-input: expected close marker for Array", "start marker", 1, 1),
            (
                #"{"a": {"b": "}", "c\"{": [2], "d": 1"#,
                "Unexpected end-of-input: expected close marker for Object", "start marker", 1, 7
            ),
            ("[\n\n  {", "Unexpected end-of-input: expected close marker for Object", "start marker", 3, 3),
            (#"{"a":[1}"#, "Unexpected close marker '}': expected ']'", "for Array starting", 1, 6),
            (#"{"a":1]"#, "Unexpected close marker ']': expected '}'", "for Object starting", 1, 1),
            ("[}", "Unexpected close marker '}': expected ']'", "for Array starting", 1, 1),
            ("]", "Unexpected close marker ']': expected '}'", "for root starting", 1, 0),
        ]
    )
    func bracket(text: String, reason: String, role: String, line: Int, column: Int) throws {
        let error = try #require(throws: JSONError.self) { try JSON(parsing: text) }
        #expect(error.reason == reason)
        #expect(error.opening == JSONError.Opening(role: role, line: line, column: column))
        #expect(error.message == "\(reason) (\(role) at line \(line), column \(column))")
        #expect(
            error.message(quoting: text)
                == #"\#(reason) (\#(role) at [Source: (String)"\#(text)"; line: \#(line), column: \#(column)])"#
        )
    }

    @Test("of a long text the first 500 characters are quoted, and the others counted")
    func longText() throws {
        let quote = "[" + String(repeating: "é", count: 499)
        let error = try #require(throws: JSONError.self) { try JSON(parsing: quote + "😀") }
        #expect(error.reason.hasPrefix("Unrecognized token '" + String(repeating: "é", count: 256) + "...': "))
        #expect(error.place(in: quote) == #"[Source: (String)"\#(quote)"; line: 1, column: 258]"#)
        let place = #"[Source: (String)"\#(quote)"[truncated 2 chars]; line: 1, column: 258]"#
        #expect(error.place(in: quote + "😀") == place)
    }

    @Test("invalid UTF-8 is an error, in strings as well as in keys")
    func invalidUTF8() {
        for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x7B, 0x22, 0xC0, 0x80, 0x22, 0x3A, 0x31, 0x7D]] {
            #expect { try JSON(parsing: bytes) } throws: { ($0 as? JSONError)?.message == "Invalid UTF-8 in a string" }
        }
    }

    @Test("of a repeated key the last value counts, in the first one's place")
    func repeatedKey() throws {
        #expect(try JSON(parsing: #"{"a":1,"b":2,"a":3}"#).text == #"{"a":3,"b":2}"#)
    }

    @Test("nesting ends in an error, not in an overflow of the stack", arguments: ["[", #"{"a":"#])
    func nesting(opening: String) async throws {
        let closing = opening == "[" ? "]" : "}"
        func nested(_ depth: Int) -> String {
            String(repeating: opening, count: depth) + "1" + String(repeating: closing, count: depth)
        }
        // On a thread of the pool, whose stacks are the small ones.
        let text = nested(256)
        let again = try await Task.detached { try JSON(parsing: text).text }.value
        #expect(again == text)
        let error = JSONError(
            message: "Document nesting depth exceeds the maximum allowed (256)",
            line: 1,
            column: 256 * opening.utf8.count + 2
        )
        #expect(throws: error) { try JSON(parsing: nested(257)) }
        #expect(throws: JSONError.self) { try JSON(parsing: String(repeating: opening, count: 1_000_000)) }
    }

    @Test("an object is split into its members verbatim")
    func members() throws {
        let text = #" { "a" : [1, {"b":"}"}] ,"c":"x\"y", "d":1.50,"é":{} } "#
        let bytes = Array(text.utf8)
        let (found, end) = try JSON.members(of: bytes)
        #expect(end == bytes.count - 1)
        let members = found.map { ($0.key, String(decoding: bytes[$0.value], as: UTF8.self)) }
        #expect(members.map(\.0) == ["a", "c", "d", "é"])
        #expect(members.map(\.1) == [#"[1, {"b":"}"}]"#, #""x\"y""#, "1.50", "{}"])
    }

    @Test("a document can hold whatever was read once")
    func membersOfDeepValue() throws {
        let deepest = String(repeating: "[", count: 256) + String(repeating: "]", count: 256)
        _ = try JSON(parsing: deepest)
        #expect(try JSON.members(of: Array(#"{"input":\#(deepest)}"#.utf8)).members.count == 1)
    }

    @Test(
        "members are checked as they are passed",
        arguments: ["[1]", "", #"{"a":tru}"#, #"{"a":"\q"}"#, #"{"a":[1 2]}"#, "{"]
    )
    func brokenMembers(text: String) {
        #expect(throws: JSONError.self) { try JSON.members(of: Array(text.utf8)) }
    }
}
