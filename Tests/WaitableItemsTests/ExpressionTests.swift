import JSONValues
import Testing

@testable import WaitableItems

@Suite("Expressions", .timeLimit(.minutes(1)))
struct ExpressionTests {
    static let names: JSON = .object(["#n": .string("name"), "#s": .string("Status")])
    static let values: JSON = .object([
        ":s": .object(["S": .string("text")]), ":n": .object(["N": .string("1")]),
        ":m": .object(["N": .string("9")]), ":l": .object(["L": .array([])]),
        ":ss": .object(["SS": .array([.string("a")])]), ":b": .object(["BOOL": .bool(true)]),
        ":type": .object(["S": .string("SS")]),
    ])

    static func parser(_ text: String, _ label: String) throws -> ExpressionParser {
        try ExpressionParser(text, label: label, placeholders: Placeholders(names: names, values: values))
    }

    private static let conditionCases: [(String, String)] = [
        ("a = :s", #"["=",["p",["a"]],["v",{"S":"text"}]]"#),
        ("#n <> a.b[2].#s", #"["<>",["p",["name"]],["p",["a","b",2,"Status"]]]"#),
        (
            "a = :s or b = :s and not c = :s",
            #"["or",["=",["p",["a"]],["v",{"S":"text"}]],["and",["=",["p",["b"]],["v",{"S":"text"}]],["not",["=",["p",["c"]],["v",{"S":"text"}]]]]]"#
        ),
        (
            "(a < :n OR b > :n) AND c >= :n",
            #"["and",["or",["<",["p",["a"]],["v",{"N":"1"}]],[">",["p",["b"]],["v",{"N":"1"}]]],[">=",["p",["c"]],["v",{"N":"1"}]]]"#
        ),
        ("a between :n and :m", #"["between",["p",["a"]],["v",{"N":"1"}],["v",{"N":"9"}]]"#),
        ("a IN (:n, :m,b)", #"["in",["p",["a"]],[["v",{"N":"1"}],["v",{"N":"9"}],["p",["b"]]]]"#),
        ("attribute_exists(a.b)", #"["exists",["a","b"]]"#),
        ("NOT attribute_not_exists (Id)", #"["not",["absent",["Id"]]]"#),
        ("attribute_type(a, :type)", #"["type",["a"],"SS"]"#),
        ("begins_with(a, :s)", #"["begins",["p",["a"]],["v",{"S":"text"}]]"#),
        ("contains(a, :n)", #"["contains",["p",["a"]],["v",{"N":"1"}]]"#),
        ("size(a) <= :n", #"["<=",["size",["a"]],["v",{"N":"1"}]]"#),
    ]

    @Test("conditions become programs", arguments: conditionCases)
    func condition(text: String, program: String) throws {
        var parser = try Self.parser(text, "ConditionExpression")
        #expect(try parser.condition().json.text == program)
    }

    @Test("nesting is counted", arguments: ["(", "NOT ", "NOT (", "size("])
    func depth(text: String) throws {
        let label = "ConditionExpression"
        var short = try Self.parser(String(repeating: text, count: 4_000 / text.utf8.count) + "a = :s", label)
        #expect(throws: ItemProblem.self) { try short.condition() }
        #expect(throws: ItemProblem.self) { try Self.parser(String(repeating: text, count: 200_000), label) }
        var update = try Self.parser("SET a = " + String(repeating: "(", count: 4_000), "UpdateExpression")
        #expect(throws: ItemProblem.self) { try update.update() }
    }

    private static let updateCases: [(String, String)] = [
        ("set S=:s", #"{"set":[[["S"],["v",{"S":"text"}]]],"remove":[],"add":[],"delete":[]}"#),
        (
            "SET a = a + :n, b.c[0] = if_not_exists(b.d, :s) REMOVE e, f[1] ADD g :n DELETE h :ss",
            #"{"set":[[["a"],["+",["p",["a"]],["v",{"N":"1"}]]],[["b","c",0],["else",["b","d"],["v",{"S":"text"}]]]],"remove":[["e"],["f",1]],"add":[[["g"],{"N":"1"}]],"delete":[[["h"],{"SS":["a"]}]]}"#
        ),
        (
            "SET a = list_append(:l, a), b = :m - :n",
            #"{"set":[[["a"],["append",["v",{"L":[]}],["p",["a"]]]],[["b"],["-",["v",{"N":"9"}],["v",{"N":"1"}]]]],"remove":[],"add":[],"delete":[]}"#
        ),
        (
            "SET a = if_not_exists(a, :n) + :m",
            #"{"set":[[["a"],["+",["else",["a"],["v",{"N":"1"}]],["v",{"N":"9"}]]]],"remove":[],"add":[],"delete":[]}"#
        ),
    ]

    @Test("updates become programs", arguments: updateCases)
    func update(text: String, program: String) throws {
        var parser = try Self.parser(text, "UpdateExpression")
        #expect(try parser.update().json.text == program)
    }

    @Test("projections are lists of paths")
    func projection() throws {
        var parser = try Self.parser("a, #n.b[3] , c", "ProjectionExpression")
        #expect(try parser.projection().map(\.json.text) == [#"["a"]"#, #"["name","b",3]"#, #"["c"]"#])
    }

    private static let badConditionCases: [(String, String)] = [
        ("", "The expression can not be empty;"),
        ("a = ", #"Syntax error; token: "<EOF>", near: "= ""#),
        ("a == :s", #"Syntax error; token: "=", near: "== :s""#),
        ("a = :s b", #"Syntax error; token: "b", near: ":s b""#),
        ("a ! :s", #"Syntax error; token: "!", near: "a ! :s""#),
        ("(a = :s", #"Syntax error; token: "<EOF>", near: ":s""#),
        ("a", #"Syntax error; token: "<EOF>", near: "a""#),
        (
            "a = :x",
            "An expression attribute value used in expression is not defined; attribute value: :x"
        ),
        (
            "#x = :s",
            "An expression attribute name used in the document path is not defined; attribute name: #x"
        ),
        ("nope(a)", "Invalid function name; function: nope"),
        (
            "if_not_exists(a, :s)",
            "The function is not allowed in a condition expression; function: if_not_exists"
        ),
        (
            "attribute_exists(a, b)",
            "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2"
        ),
        (
            "attribute_exists(:s)",
            "Operator or function requires a document path; operator or function: attribute_exists"
        ),
        (
            "begins_with(a, :n)",
            "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"
        ),
        (
            "attribute_type(a, :s)",
            "Invalid attribute type name found; type: text, valid types: {B,BOOL,BS,L,M,N,NS,NULL,S,SS}"
        ),
        ("a < :b", "Incorrect operand type for operator or function; operator: <, operand type: BOOL"),
        (
            "a BETWEEN :s AND :n",
            "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {S}, upper bound operand: AttributeValue: {N}"
        ),
    ]

    @Test("bad conditions are refused in DynamoDB's words", arguments: badConditionCases)
    func badCondition(text: String, message: String) {
        #expect(throws: ItemProblem.validation("Invalid ConditionExpression: \(message)")) {
            var parser = try Self.parser(text, "ConditionExpression")
            _ = try parser.condition()
        }
    }

    private static let badUpdateCases: [(String, String)] = [
        ("SET a = :s SET b = :s", #"The "SET" section can only be used once in an update expression;"#),
        ("PUT a = :s", #"Syntax error; token: "PUT", near: "PUT a""#),
        (
            "SET a = :s, a.b = :s",
            "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b]"
        ),
        (
            "SET a.b = :s REMOVE a[0]",
            "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a, [0]]"
        ),
        (
            "ADD a :s",
            "Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeset: ALLOWED_FOR_ADD_OPERAND"
        ),
        (
            "DELETE a :n",
            "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, typeset: ALLOWED_FOR_DELETE_OPERAND"
        ),
        (
            "SET a = b + :s",
            "Incorrect operand type for operator or function; operator or function: +, operand type: S"
        ),
        (
            "SET a = list_append(a, :s)",
            "Incorrect operand type for operator or function; operator or function: list_append, operand type: S"
        ),
        ("SET a = size(b)", "The function is not allowed in an update expression; function: size"),
        ("SET _a = :s", #"Syntax error; token: "_a", near: "SET _a =""#),
    ]

    @Test("bad updates are refused in DynamoDB's words", arguments: badUpdateCases)
    func badUpdate(text: String, message: String) {
        #expect(throws: ItemProblem.validation("Invalid UpdateExpression: \(message)")) {
            var parser = try Self.parser(text, "UpdateExpression")
            _ = try parser.update()
        }
    }

    @Test("depth and size are limited, so that no text exhausts the stack")
    func limits() {
        for text in [
            String(repeating: "(", count: 4_000), String(repeating: "NOT ", count: 1_000),
            String(repeating: "a = :s AND ", count: 301) + "a = :s", String(repeating: "x", count: 4_097),
            "a" + String(repeating: ".a", count: 40) + " = :s",
        ] {
            #expect(throws: ItemProblem.self) {
                var parser = try Self.parser(text, "ConditionExpression")
                _ = try parser.condition()
            }
        }
    }
}
