import Testing

/// Variables of steps, parents, orders.
struct BindingTests {
    @Test(arguments: [
        ("a^(>v).v", "[3,2,1]"),
        ("a^(k,>v).v", "[3,1,2]"),
        (#"a#$i.{"i":$i,"k":k}"#, #"[{"i":0,"k":"p"},{"i":1,"k":"q"},{"i":2,"k":"p"}]"#),
        ("a#$i[$i=1].k", #""q""#),
        ("a@$x.$x.k", #"["p","q","p"]"#),
        (#"a@$x.a@$y[$x.v<$y.v].($x.v & "-" & $y.v)"#, #"["1-2","1-3","2-3"]"#),
    ])
    func input0(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":[{"k":"p","v":1},{"k":"q","v":2},{"k":"p","v":3}]}"#) == result)
    }

    @Test(arguments: [
        ("a.b.%.b.c", "1"),
        ("a.b.c.%.%", #"{"b":{"c":1}}"#),
    ])
    func input1(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":{"b":{"c":1}}}"#) == result)
    }

    @Test(arguments: [
        (#"a.b.{"x":c,"n":$count(%.b)}"#, #"[{"x":1,"n":2},{"x":2,"n":2}]"#)
    ])
    func input2(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":{"b":[{"c":1},{"c":2}]}}"#) == result)
    }

    @Test(arguments: [
        ("a.b.%", #"[{"b":[1,2]},{"b":[1,2]},{"b":[3]}]"#),
        ("a.b.%.b", "[1,2,1,2,3]"),
        (#"a.b.{"v":$,"n":$count(%.b)}"#, #"[{"v":1,"n":2},{"v":2,"n":2},{"v":3,"n":1}]"#),
        ("a.b[%.b[0]=1]", "[1,2]"),
        ("a#$i.b#$j.[$i,$j,$]", "[0,0,1,0,1,2,1,0,3]"),
        ("a#$i.b.[$i,$]", "[0,1,0,2,1,3]"),
        ("a@$x#$i.b.[$i]", "undefined"),
        ("a.b^(>$)", "[3,2,1]"),
        ("a^(b[0]).b", "[1,2,3]"),
        ("a^(>b[0])#$i.[$i,b]", "[0,3,1,1,2]"),
        ("a.b.%.%", #"[{"a":[{"b":[1,2]},{"b":[3]}]},{"a":[{"b":[1,2]},{"b":[3]}]},{"a":[{"b":[1,2]},{"b":[3]}]}]"#),
    ])
    func input3(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":[{"b":[1,2]},{"b":[3]}]}"#) == result)
    }
}
