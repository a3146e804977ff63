import Testing

/// Functions that call, hold and make others.
struct TailCallTests {
    @Test(arguments: [
        ("($f := function($n){ $n = 0 ? 'end' : $f($n - 1) }; $f(20000))", #""end""#),
        (
            "($even := function($n){ $n = 0 ? true : $odd($n - 1) }; $odd := function($n){ $n = 0 ? false : $even($n - 1) };"
                + " $even(10001))",
            "false"
        ),
        ("($f := function($n, $a){ ($b := $n * $a; $n = 0 ? $a : $f($n - 1, $b)) }; $f(10, 1))", "3628800"),
        ("($f := function($n){ $n = 0 ? 1 : $n * $f($n - 1) }; $f(99) > 1e155)", "true"),
        ("($f := function($n){ $n > 9 ?: $f($n + 1) }; $f(0))", "true"),
        ("($a := 1; $f := function(){ $a }; ($a := 2; $f()))", "1"),
        ("($count := function(){ 5 }; $count())", "5"),
        ("($f := function($x){ function($y){ $x & $y } }; $map(['a','b'], $f('-')))", #"["-a","-b"]"#),
        ("($f := function($a, $b, $c){ $a & $b & $c }; $g := $f(?, 'b', ?); $g('a', 'c'))", #""abc""#),
        ("($twice := function($f){ $f ~> $f }; $twice(function($x){ $x * 3 })(2))", "18"),
        ("$map([1..3], function($v, $i, $all){ $v * $i + $count($all) })", "[3,5,9]"),
        (#"{"f": function($x){ $x + 1 }}.f(1)"#, "2"),
        ("(function($x){ $x })[0](7)", "7"),
    ])
    func calls(_ expression: String, _ result: String) {
        #expect(evaluate(expression) == result)
    }

    @Test func aMatcherCanBeAFunction() {
        let words = """
            ($find := function($text, $from) {(
                $at := $length($substringBefore($text, 'x'));
                $contains($text, 'x') and $from < 1 ? {
                    'match': 'x', 'start': $at, 'end': $at + 1, 'groups': [],
                    'next': function(){ nothing }
                }
            )};
            """
        #expect(evaluate(words + "$split('axb', function($t){ $find($t, 0) }))") == #"["a","b"]"#)
        #expect(evaluate(words + "$replace('axb', function($t){ $find($t, 0) }, '-'))") == #""a-b""#)
        #expect(evaluate(words + "$contains('ab', function($t){ $find($t, 0) }))") == "false")
        #expect(evaluate("$contains('ab', function($t){ {'a': 1} })") == "T1010")
    }
}
