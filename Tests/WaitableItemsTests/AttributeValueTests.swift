import JSONValues
import Testing

@testable import WaitableItems

@Suite("Attribute values", .timeLimit(.minutes(1)))
struct AttributeValueTests {
    /// One value of each type, in DynamoDB's JSON and in canonical form.
    static let values: [(json: String, value: AttributeValue)] = [
        (#"{"S":"text"}"#, .string("text")),
        (#"{"S":""}"#, .string("")),
        (#"{"N":"5"}"#, .number("5")),
        (#"{"B":"aGk="}"#, .binary("aGk=")),
        (#"{"BOOL":false}"#, .bool(false)),
        (#"{"NULL":true}"#, .null),
        (#"{"L":[{"S":"a"},{"L":[]}]}"#, .list([.string("a"), .list([])])),
        (#"{"M":{"a":{"N":"1"},"b":{"M":{}}}}"#, .map(["a": .number("1"), "b": .map([:])])),
        (#"{"SS":["b","a"]}"#, .stringSet(["b", "a"])),
        (#"{"NS":["2","1.5"]}"#, .numberSet(["2", "1.5"])),
        (#"{"BS":["aGk=","aG8="]}"#, .binarySet(["aGk=", "aG8="])),
    ]

    @Test("every type is read and written", arguments: values)
    func json(json: String, value: AttributeValue) throws {
        #expect(try AttributeValue(json: JSON(parsing: json), field: "x") == value)
        #expect(value.json.text == json)
    }

    @Test("the stored form reads back as the same value", arguments: values)
    func stored(json: String, value: AttributeValue) {
        #expect(AttributeValue(stored: value.stored) == value)
    }

    @Test("a plain text is stored as itself")
    func plainText() {
        #expect(AttributeValue.string("STARTED").stored == "STARTED")
        #expect(AttributeValue.string(#"{"S":"x"}"#).stored == #"{"S":"{\"S\":\"x\"}"}"#)
        #expect(AttributeValue(stored: #"{"S":"{\"S\":\"x\"}"}"#) == .string(#"{"S":"x"}"#))
    }

    private static let foreignTextCases: [String] = [
        #"{"N":"x"}"#, #"{"N":5}"#, #"{"X":"1"}"#, #"{"S":"a","N":"1"}"#, #"{"S":"a"} "#, #"{"S":"a"}x"#, #"{"a"#,
        #"{"NULL":false}"#, #"{"SS":[]}"#, #"{"SS":["a","a"]}"#, #"{"M":{"":{"S":"x"}}}"#, "{}", "",
    ]

    @Test("what is not exactly one typed value is a text", arguments: foreignTextCases)
    func foreignText(text: String) {
        // White space around a value is still that value; all else is kept as it is.
        let expected: AttributeValue = text == #"{"S":"a"} "# ? .string("a") : .string(text)
        #expect(AttributeValue(stored: text) == expected)
    }

    private static let refusedCases: [(String, String)] = [
        (#"{}"#, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        (#"{"S":null}"#, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        ("null", "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        (
            #"{"S":"a","N":"1"}"#,
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
        ),
        (#"{"N":"abc"}"#, "The parameter cannot be converted to a numeric value: abc"),
        (#"{"N":""}"#, "The parameter cannot be converted to a numeric value"),
        (
            #"{"NULL":false}"#,
            "One or more parameter values were invalid: Null attribute value types must have the value of true"
        ),
        (#"{"SS":[]}"#, "One or more parameter values were invalid: An string set  may not be empty"),
        (
            #"{"NS":["1","1.0"]}"#,
            "One or more parameter values were invalid: Input collection [1, 1] contains duplicates."
        ),
        (#"{"N":"1e126"}"#, "Number overflow. Attempting to store a number with magnitude larger than supported range"),
        (
            #"{"N":"1e-131"}"#,
            "Number underflow. Attempting to store a number with magnitude smaller than supported range"
        ),
        (
            #"{"N":"123456789012345678901234567890123456789"}"#,
            "Attempting to store more than 38 significant digits in a Number"
        ),
    ]

    @Test("bad values are refused in DynamoDB's words", arguments: refusedCases)
    func refused(json: String, message: String) throws {
        let json = try JSON(parsing: json)
        #expect(throws: ItemProblem.validation(message)) { try AttributeValue(json: json, field: "x") }
    }

    @Test(
        "a value of the wrong JSON type never reaches DynamoDB",
        arguments: [#"{"S":1}"#, #"{"N":5}"#, #"{"BOOL":"true"}"#, #"{"B":"?"}"#, #"{"Q":"x"}"#, #""x""#]
    )
    func wrongType(json: String) throws {
        let json = try JSON(parsing: json)
        #expect {
            try AttributeValue(json: json, field: "x")
        } throws: { error in
            if case .parameters? = error as? ItemProblem { true } else { false }
        }
    }

    @Test("nesting ends at 32 levels")
    func nesting() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: #"{"L":["#, count: levels) + #"{"S":"x"}"# + String(repeating: "]}", count: levels)
        }
        #expect(throws: Never.self) { try AttributeValue(json: JSON(parsing: nested(31)), field: "x") }
        #expect(throws: ItemProblem.validation("Nesting Levels have exceeded supported limits")) {
            try AttributeValue(json: JSON(parsing: nested(32)), field: "x")
        }
    }

    private static let canonicalCases: [(String, String)] = [
        ("0", "0"), ("-0", "0"), ("0.000", "0"), ("007", "7"), ("+5", "5"), ("1.50", "1.5"), ("-12.30e1", "-123"),
        ("1e3", "1000"), ("1E-3", "0.001"), (".5", "0.5"), ("5.", "5"), ("123e-2", "1.23"),
        ("9007199254740993", "9007199254740993"), ("1e0000002", "100"),
        ("0.00000000000000000000000000000000000001", "0.00000000000000000000000000000000000001"),
        (
            "12345678901234567890123456789012345678000",
            "12345678901234567890123456789012345678000"
        ),
    ]

    @Test("numbers have one text each", arguments: canonicalCases)
    func canonical(text: String, expected: String) throws {
        #expect(try DecimalText.canonical(text) == expected)
    }

    @Test(
        "what is no number",
        arguments: ["", "-", ".", "1e", "e5", "1 ", " 1", "0x10", "NaN", "Infinity", "1,5", "1.2.3", "--1", "1e+"]
    )
    func noNumber(text: String) {
        #expect(throws: ItemProblem.self) { try DecimalText.canonical(text) }
    }
}
