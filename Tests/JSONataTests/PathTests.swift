import Testing

/// Paths, predicates, wildcards, groupings.
struct PathTests {
    @Test(arguments: [
        ("*", "[1]"),
        ("a.*", "undefined"),
        ("a[][0]", "[1]"),
    ])
    func input0(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":[1]}"#) == result)
    }

    @Test(arguments: [
        ("*", "[1,2,3]")
    ])
    func input1(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":[1,2],"b":3}"#) == result)
    }

    @Test(arguments: [
        ("a.*", "[1]"),
        ("$count(a.*)", "1"),
    ])
    func input2(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":{"b":[1]}}"#) == result)
    }

    @Test(arguments: [
        ("a.b", "1")
    ])
    func input3(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":[{"b":1}]}"#) == result)
    }

    @Test(arguments: [
        ("a.b", "[1]")
    ])
    func input4(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":[{"b":[1]}]}"#) == result)
    }

    @Test(arguments: [
        ("a.b", "[1,2]")
    ])
    func input5(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":[{"b":[1]},{"b":[2]}]}"#) == result)
    }

    @Test(arguments: [
        ("rows.n[[0..1]]{'all':$}", #"{"all":6}"#),
        ("rows.n[[0..1]]{'all':$count($)}", #"{"all":1}"#),
        ("rows.none[[0..1]]{'all':$exists($)}", #"{"all":false}"#),
        ("rows{'all':n}", #"{"all":6}"#),
    ])
    func nothingInGroups(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"rows":[{"k":1},{"n":6}]}"#) == result)
    }

    @Test(arguments: [
        ("a", "[[1,2],[3]]"),
        ("a[0]", "[1,2]"),
        ("a.$", "[1,2,3]"),
    ])
    func input6(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":[[1,2],[3]]}"#) == result)
    }

    @Test(arguments: [
        ("$", "[1,2,3]"),
        ("$[0]", "1"),
        ("$$[0]", "1"),
        ("$.$string()", #"["1","2","3"]"#),
    ])
    func input7(_ expression: String, _ result: String) {
        #expect(evaluate(expression, "[1,2,3]") == result)
    }

    @Test(arguments: [
        ("$", "[[1,2],[3,4]]"),
        ("$[0]", "[1,2]"),
        ("$.$sum($)", "[3,7]"),
    ])
    func input8(_ expression: String, _ result: String) {
        #expect(evaluate(expression, "[[1,2],[3,4]]") == result)
    }

    @Test(arguments: [
        ("$", "[[1]]")
    ])
    func input9(_ expression: String, _ result: String) {
        #expect(evaluate(expression, "[[1]]") == result)
    }

    @Test(arguments: [
        ("$", "[1]")
    ])
    func input10(_ expression: String, _ result: String) {
        #expect(evaluate(expression, "[1]") == result)
    }

    @Test(arguments: [
        ("$", "[]")
    ])
    func input11(_ expression: String, _ result: String) {
        #expect(evaluate(expression, "[]") == result)
    }

    @Test(arguments: [
        ("a", "[]"),
        ("a[0]", "undefined"),
    ])
    func input12(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":[]}"#) == result)
    }

    @Test(arguments: [
        ("a", "null"),
        ("a.b", "undefined"),
        ("a = null", "true"),
    ])
    func input13(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":null}"#) == result)
    }

    @Test(arguments: [
        ("a[]", "[1]"),
        ("a[][0]", "[1]"),
        ("[a]", "[1]"),
        ("[a,[a]]", "[1,[1]]"),
        ("$.a", "1"),
        ("$$.a", "1"),
    ])
    func input14(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":1}"#) == result)
    }

    @Test(arguments: [
        ("a[1][]", "[2]"),
        ("[a,[a]]", "[1,2,[1,2]]"),
        (#"{"x":a}"#, #"{"x":[1,2]}"#),
        (#"a{"x":$}"#, #"{"x":[1,2]}"#),
    ])
    func input15(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":[1,2]}"#) == result)
    }

    @Test(arguments: [
        ("a{k:v}", #"{"p":[1,3],"q":2}"#),
        ("a{k:$sum(v)}", #"{"p":4,"q":2}"#),
        ("a{k:$}", #"{"p":[{"k":"p","v":1},{"k":"p","v":3}],"q":{"k":"q","v":2}}"#),
        (#"a[k="p"].v"#, "[1,3]"),
        ("a[v>1][0].v", "2"),
        ("(a[v>1])[0].v", "2"),
        ("a[-1].k", #""p""#),
        (#"a.{"n":k,"m":v}"#, #"[{"n":"p","m":1},{"n":"q","m":2},{"n":"p","m":3}]"#),
        ("a.[k,v]", #"[["p",1],["q",2],["p",3]]"#),
        ("a.(k & v)", #"["p1","q2","p3"]"#),
        ("a.k[0]", #"["p","q","p"]"#),
        ("$map(a,function($x,$i,$a){$i & $x.k & $count($a)})", #"["0p3","1q3","2p3"]"#),
        ("a ~> $filter(function($x){$x.v>1})", #"[{"k":"q","v":2},{"k":"p","v":3}]"#),
        ("a ~> $map(function($x){$x.v}) ~> $sum()", "6"),
        ("**.v", "[1,2,3]"),
        ("$keys(a)", #"["k","v"]"#),
        ("$spread(a)", #"[{"k":"p"},{"v":1},{"k":"q"},{"v":2},{"k":"p"},{"v":3}]"#),
        ("$merge(a)", #"{"k":"p","v":3}"#),
        (#"$lookup(a,"v")"#, "[1,2,3]"),
        ("$distinct(a.k)", #"["p","q"]"#),
        ("$reduce(a.v,function($p,$c){$p+$c})", "6"),
        ("$reduce(a.v,function($p,$c){$p+$c},10)", "16"),
        ("$sort(a,function($l,$r){$l.v<$r.v}).v", "[3,2,1]"),
        ("$zip(a.k,a.v)", #"[["p",1],["q",2],["p",3]]"#),
        (#"$single(a,function($x){$x.k="q"})"#, #"{"k":"q","v":2}"#),
        (#"$exists(a[k="z"])"#, "false"),
        (#"$count(a[k="z"])"#, "0"),
    ])
    func input16(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":[{"k":"p","v":1},{"k":"q","v":2},{"k":"p","v":3}]}"#) == result)
    }

    @Test(arguments: [
        ("a.(b.c)", "1"),
        ("a.b.(c+1)", "2"),
        ("a.b.c.d", "undefined"),
        (#"a."b".'c'"#, "1"),
        ("a.`b`.c", "1"),
    ])
    func input17(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":{"b":{"c":1}}}"#) == result)
    }

    @Test(arguments: [
        ("`a b`", "1"),
        (#""a b""#, #""a b""#),
    ])
    func input18(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a b":1}"#) == result)
    }

    @Test(arguments: [
        ("and + or + in", "6"),
        ("$.and", "1"),
    ])
    func input19(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"and":1,"or":2,"in":3}"#) == result)
    }

    @Test(arguments: [
        (#"$."true""#, "5")
    ])
    func input20(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"true":5}"#) == result)
    }

    @Test(arguments: [
        ("a[$ > 1]", "[2,3]"),
        ("a[[0,2]]", "[1,3]"),
        ("a[[0..1]]", "[1,2]"),
        ("a[-1]", "3"),
        ("a[3]", "undefined"),
        ("a[1.9]", "2"),
        (#"a["x"]"#, "[1,2,3]"),
        ("a[true]", "[1,2,3]"),
        ("a[false]", "undefined"),
        ("a[null]", "undefined"),
    ])
    func input21(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":[1,2,3]}"#) == result)
    }

    @Test(arguments: [
        ("a.b[0]", "[1,3]"),
        ("(a.b)[0]", "1"),
        ("a[0].b[1]", "2"),
        (#"a.{"x":b}"#, #"[{"x":[1,2]},{"x":[3]}]"#),
        ("a.[b]", "[[1,2],[3]]"),
        ("a.(b)", "[1,2,3]"),
        ("[a.b]", "[1,2,3]"),
        ("a.b ~> $sum", "6"),
        ("a.$sum(b)", "[3,3]"),
        ("a.b.$string()", #"["1","2","3"]"#),
        ("a{$string(b[0]):b}", #"{"1":[1,2],"3":[3]}"#),
        ("a.b{$string($):$*2}", #"{"1":2,"2":4,"3":6}"#),
        (#"{"all":a.b,"n":$count(a)}"#, #"{"all":[1,2,3],"n":2}"#),
    ])
    func input22(_ expression: String, _ result: String) {
        #expect(evaluate(expression, #"{"a":[{"b":[1,2]},{"b":[3]}]}"#) == result)
    }
}
