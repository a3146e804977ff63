import Testing

@testable import StatesLanguage

@Suite("Paths", .timeLimit(.minutes(1)))
struct PathTests {
    private let document = try? JSON(
        parsing:
            #"{"a":{"b":[10,{"c":"x"},30]},"a-b":1,"a.b":2,"it's":3,"é":4,"n":null,"list":[{"v":1},{"v":2},{"w":3}]}"#
    )

    @Test(
        "a path finds what it names",
        arguments: [
            ("$.a.b[0]", "10"), ("$.a.b[1].c", #""x""#), ("$.a.b[-1]", "30"), ("$.a.b[-3]", "10"),
            ("$['a']['b'][2]", "30"), (#"$["a"].b[2]"#, "30"), ("$[ 'a' ].b[ 0 ]", "10"),
            ("$.a-b", "1"), ("$['a.b']", "2"), (#"$['it\'s']"#, "3"), ("$.é", "4"), ("$.n", "null"),
            ("$.a.b[*]", #"[10,{"c":"x"},30]"#), ("$.a.*", #"[[10,{"c":"x"},30]]"#),
            ("$.a.b[1:]", #"[{"c":"x"},30]"#), ("$.a.b[:1]", "[10]"), ("$.a.b[0:2]", #"[10,{"c":"x"}]"#),
            ("$.a.b[-2:]", #"[{"c":"x"},30]"#), ("$.a.b[:-1]", #"[10,{"c":"x"}]"#), ("$.a.b[2:9]", "[30]"),
            ("$.a.b[2:1]", "[]"), ("$.a.b[-9:-8]", "[]"), ("$.list[*].v", "[1,2]"), ("$.list[1:].w", "[3]"),
            ("$.nothing[*]", "[]"), ("$.no.such[1:].v", "[]"), ("$.n[*]", "[]"),
        ]
    )
    func finding(path: String, value: String) throws {
        #expect(try Path(parsing: path).value(in: #require(document)).text == value)
    }

    @Test("the whole document")
    func whole() throws {
        #expect(try Path(parsing: "$").value(in: .integer(1)) == .integer(1))
        #expect(try Path(parsing: "$") == .whole)
    }

    @Test(
        "a definite path that misses says where",
        arguments: [
            ("$.x", "No results for path: $['x']"),
            ("$.a.x", "No results for path: $['a']['x']"),
            ("$.no.such", "Missing property in path $['no']"),
            ("$.a.b[3]", "No results for path: $['a']['b'][3]"),
            ("$.a.b[-4]", "No results for path: $['a']['b'][-4]"),
            ("$.n.x", "No results for path: $['n']['x']"),
            ("$.a[0].c", "Missing property in path $['a'][0]"),
        ]
    )
    func missing(path: String, reason: String) throws {
        let path = try Path(parsing: path)
        #expect { try path.value(in: #require(document)) } throws: { ($0 as? PathMiss)?.reason == reason }
    }

    @Test(
        "what is no path, or not there yet, is refused with the reason",
        arguments: [
            ("", "must begin with '$'"), ("a.b", "must begin with '$'"), (" $.a", "must begin with '$'"),
            ("$x", "uses a variable, and variables are not supported by this version"),
            ("$x.y", "uses a variable, and variables are not supported by this version"),
            ("$.", "must not end with '.'"), ("$.a.", "must not end with '.'"),
            ("$..a", "uses a deep scan ('..'), which is not supported by this version"),
            ("$.a[?(@.b)]", "uses a filter ('?'), which is not supported by this version"),
            ("$.a[1:2:3]", "uses a slice with a step, which is not supported by this version"),
            ("$.a[0,1]", "selects several indexes, which is not supported by this version"),
            ("$['a','b']", "selects several names, which is not supported by this version"),
            ("$.a.length()", "calls a function, which is not supported by this version"),
            ("$.a b", "has an unexpected ' '"), ("$.a]", "has an unexpected ']'"),
            ("$[a]", "has empty or unknown brackets"),
            ("$[]", "has empty or unknown brackets"), ("$[0", "has an open bracket"), ("$['a", "has an open quote"),
            ("$.a[99999999999999999999]", "has an index that is no number"),
            ("$$.Task.Token", "needs '$$.Task', which is not supported by this version"),
            ("States.Format('{}', $.a)", "must begin with '$'"),
            ("$" + String(repeating: ".a", count: 129), "has more than 128 steps"),
        ]
    )
    func refusal(path: String, reason: String) {
        #expect(throws: PathError(reason: reason)) { try Path(parsing: path) }
    }

    @Test(
        "a result is put where a reference path says, and what is missing on the way is made",
        arguments: [
            ("$.x", #"{"a":{"b":[1,2]},"n":null,"x":"R"}"#),
            ("$.a", #"{"a":"R","n":null}"#),
            ("$.a.x.y", #"{"a":{"b":[1,2],"x":{"y":"R"}},"n":null}"#),
            ("$.a.b[1]", #"{"a":{"b":[1,"R"]},"n":null}"#),
            ("$['q r']", #"{"a":{"b":[1,2]},"n":null,"q r":"R"}"#),
        ]
    )
    func setting(path: String, result: String) throws {
        let document = try JSON(parsing: #"{"a":{"b":[1,2]},"n":null}"#)
        #expect(try Path(parsing: path).setting(.string("R"), in: document).text == result)
    }

    @Test(
        "a result cannot be put into what is no object, or past an array's end",
        arguments: ["$.n.x", "$.a.b[2]", "$.a.b.c", "$.x[0]"]
    )
    func notSettable(path: String) throws {
        let document = try JSON(parsing: #"{"a":{"b":[1,2]},"n":null}"#)
        let path = try Path(parsing: path)
        #expect { try path.setting(.null, in: document) } throws: {
            ($0 as? PathError)?.reason.hasPrefix("Unable to apply ReferencePath \(path.text) to input ") ?? false
        }
    }
}
