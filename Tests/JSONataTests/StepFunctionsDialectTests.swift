import JSONata
import Testing

/// What Step Functions has besides, and what it has not.
struct StepFunctionsDialectTests {
    @Test(arguments: [
        ("$partition([1,2,3,4,5], 2)", "[[1,2],[3,4],[5]]"),
        ("$partition([], 2)", "[]"),
        ("$partition([1,2], 5)", "[[1,2]]"),
        ("$partition([1,2], 0)", "D3150"),
        ("$partition('a', 1)", #"[["a"]]"#),
        ("$range(1, 9, 2)", "[1,3,5,7,9]"),
        ("$range(9, 1, -4)", "[9,5,1]"),
        ("$range(1, 1, 1)", "1"),
        ("$range(1, 9, 0)", "D3150"),
        ("$range(1, 2000, 1)", "D3150"),
        ("$hash('hello', 'MD5')", #""5d41402abc4b2a76b9719d911017c592""#),
        ("$hash('hello', 'SHA-1')", #""aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d""#),
        (
            "$hash('hello', 'SHA-256')",
            #""2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824""#
        ),
        ("$length($hash('hello', 'SHA-384'))", "96"),
        ("$length($hash('hello', 'SHA-512'))", "128"),
        ("$hash('hello', 'SHA-3')", "D3150"),
        ("$random(7) = $random(7)", "true"),
        ("$random(7) = $random(8)", "false"),
        ("$random() = $random()", "false"),
        ("$uuid() = $uuid()", "false"),
        ("$contains($uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)", "true"),
        (#"$parse('{"a":[1,null]}')"#, #"{"a":[1,null]}"#),
        (#"$parse('{"a":1}').a"#, "1"),
        ("$parse('{')", "D3150"),
        ("$parse(nothing)", "undefined"),
        ("$eval('1')", "T1006"),
        ("$sum([1,2])", "3"),
    ])
    func functions(_ expression: String, _ result: String) {
        #expect(evaluate(expression, dialect: .stepFunctions) == result)
    }

    @Test(arguments: ["$partition([1], 1)", "$hash('a', 'MD5')", "$uuid()", "$parse('1')", "$range(1, 2, 1)"])
    func plainJSONataHasNoneOfThem(_ expression: String) {
        #expect(evaluate(expression) == "T1006")
    }
}
