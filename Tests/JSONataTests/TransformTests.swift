import Testing

/// Copies that are changed where a pattern matches.
struct TransformTests {
    @Test(arguments: [
        (
            #"$ ~> |a[k="p"]|{"v":v*10,"n":true},["k"]|"#,
            #"{"a":[{"v":10,"n":true},{"k":"q","v":2},{"v":30,"n":true}]}"#
        ),
        (#"$ ~> |a|{},"v"|"#, #"{"a":[{"k":"p"},{"k":"q"},{"k":"p"}]}"#),
    ])
    func input0(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":[{"k":"p","v":1},{"k":"q","v":2},{"k":"p","v":3}]}"#) == result)
    }

    @Test(arguments: [
        (#"{} ~> |a|{"b":1}|"#, "{}"),
        (#"{"a":{"c":1}} ~> |a|{"b":1}|"#, #"{"a":{"c":1,"b":1}}"#),
        (#"{"a":{"c":1}} ~> |a|5|"#, "T2011"),
        (#"{"a":{"c":1}} ~> |a|{},5|"#, "T2012"),
        (#"{"a":{"c":1}} ~> |a|{},["c"]|"#, #"{"a":{}}"#),
        (#"[{"a":1},{"a":2}] ~> |$|{"b":a}|"#, #"[{"a":1,"b":1},{"a":2,"b":2}]"#),
        ("5 ~> |$|{}|", "T0410"),
    ])
    func withoutInput(_ expression: String, _ result: String) {
        #expect(evaluate(expression) == result)
    }
}
