import Testing

@testable import JSONata

/// Each ends by its budget or its depth, and not by the process.
@Suite(.timeLimit(.minutes(1)))
struct HostileExpressionTests {
    @Test(arguments: [
        "[", "(", "{\"a\":", "-", "function(){", "a?", "$f(", "|", "a[", "a^(", "a{b:", "/(",
    ])
    func manyOpenBrackets(_ open: String) {
        let code = evaluate(String(repeating: open, count: 100_000))
        #expect(["U1001", "S0302", "S0211"].contains(code), "\(open): \(code)")
    }

    @Test(arguments: [
        ".a", "+1", "&1", "[0]", "()", "(?)", ":=1", "?:a", "??a", ".%", "~>$string", "{'b':c}", "^(b)", "@$a", "#$a",
    ])
    func longChains(_ part: String) {
        let code = evaluate("$a" + String(repeating: part, count: 100_000))
        #expect(["U1001", "S0210", "S0215", "S0216", "S0212"].contains(code), "\(part): \(code)")
    }

    @Test(arguments: [
        "($f := function($n){ 1 + $f($n+1) }; $f(1))",
        "($f := function($n){ $map([1,2], function($x){ $f($n+1) }) }; $f(1))",
        "($f := function($n){ $reduce([1,2], function($x,$y){ $f($n+1) }) }; $f(1))",
        "($f := function($n){ $sort([1,2], function($x,$y){ $f($n+1) }) }; $f(1))",
        "($f := function($n){ $replace('ab', /a/, function($x){ $f($n+1) }) }; $f(1))",
        "($f := function($n){ {'a':$f($n+1)} }; $f(1))",
        "($f := function($n){ [1]#$i.($f($)) }; $f(1))",
        "($f := function($n){ [1,2]^($f($)) }; $f(1))",
        "($f := function($n){ $n ~> |$|{'a':$f($)}| }; $f({}))",
        "($f := function($n){ $eval('$f(1)') & '' }; $f(1))",
        "($f := function($n){ $f($n+1) }; $f(1))",
    ])
    func endlessRecursion(_ expression: String) {
        #expect(evaluate(expression) == "U1001")
    }

    @Test(arguments: [
        "($f := function($x){ $f({'a':$x}) }; $f(1))",
        "($f := function($x){ $f([[$x]]) }; $f(1))",
        "($f := function($x){ $f($x ~> |**|{'a':$x}|) }; $f({'a':1}))",
        "($f := function($g){ $f(function(){ $g() }) }; $f(1))",
        "($f := function($g){ $f($g(?)) }; $f($string))",
        "($f := function($g){ $f($g ~> $string) }; $f($string))",
    ])
    func valuesWithinValues(_ expression: String) {
        #expect(evaluate(expression) == "U1001")
    }

    @Test(arguments: [
        "[1..10000000]", "[1..10000000].($+1)", "$shuffle([1..10000000])", "$pad('a', 1e15)",
        "($f := function($s){ $f($s & $s) }; $f('aaaaaaaaaaaaaaaa'))",
        "($f := function($s){ $f($append($s, $s)) }; $f([1]))",
        "($f := function($s, $n){ $n = 0 ? $s : $f([[$s],[$s]], $n-1) }; $string($f([1],60)))",
        "($f := function($s, $n){ $n = 0 ? $s : $f([[$s],[$s]], $n-1) }; $f([1],60) = $f([1],60))",
        "($f := function($s, $n){ $n = 0 ? $s : $f([[$s],[$s]], $n-1) }; $boolean($f([0],60)))",
        "($f := function($s, $n){ $n = 0 ? $s : $f([[$s],[$s]], $n-1) }; [1][$f([0],60)])",
        "$filter([1..10000000], $not)", "$map([1..10000000], /a/)", "$reduce([1..10000000], $append)",
        "$single([1..10000000], $not ~> $not ~> $not)",
        "($p := $pad('1', -200000, '#'); $map([1..1000], function($i){ $formatInteger(1, $p) }))",
        "($p := $pad('1', -200000, '#'); $map([1..1000], function($i){ $formatNumber(1, $p) }))",
        "($p := '[Y' & $pad('', 100000, '0') & ']'; $map([1..1000], function($i){ $now($p) }))",
        "($p := '[Y]' & $pad('', 9000, 'x'); $map([1..1000], function($i){ $toMillis('', $p) }))",
        "($p := $pad('', 100000, '$1'); $replace($pad('', 1000, 'a'), /(x)?a/, $p))",
        "$map([1..100000], function($i){ $formatBase(1e308, 2) })", "$map([1..200000], function($i){ $now() })",
        "[1..3000]@$a.[1..3000]@$b.($a + $b)",
        "($x := [1..1000000]; $y := [1..1000].{'b':$x}; $y.b)",
        "($x := [1..100000].(0); [1..100000].($x ? 1 : 2))",
        "$contains($pad('a', 4e6) & $pad('a', 4e6), $pad('a', 4e6)) and $string([1..1000000])",
    ])
    func muchFromLittle(_ expression: String) {
        #expect(evaluate(expression) == "U1001")
    }

    @Test(arguments: ["[9223372036854774784..9223372036854775808]", "[9007199254740992..9007199254740994][-1]"])
    func rangesOfNoWholeNumbers(_ range: String) {
        #expect(evaluate("$sum(\(range))") == "D2014")
    }

    @Test("Many variables in one scope are found at once, the last of a name counts")
    func manyVariables() {
        let bound = (0..<20_000).map { "$v\($0):=\($0);" }.joined()
        #expect(evaluate("(\(bound) $v7:=1; $sum([1..20000].($v19999 + $v7)))") == "400000000")
    }

    @Test("Regular expressions are compiled where they are used: a definition has room for many that it never matches")
    func manyPatterns() throws {
        // 9,000 instructions of 32 bytes each, if they were compiled.
        let expressions = try (0..<20_000).map { _ in try Expression(parsing: "/(a{1000}){9}/") }
        #expect(expressions.count == 20_000)
        #expect(evaluate("$map([1..100000], function($i){ $contains('a', $eval('/(a{1000}){9}/')) })") == "U1001")
        #expect(evaluate("/(a{1000}){11}/") == "S0303")
        #expect(evaluate("/(((((a{5000}){5000}){5000}){5000}){5000}){5000}/") == "S0303")
    }

    @Test(arguments: [
        ("$contains($join([1..40].('a')) & 'b', /^(a+)+$/)", "false"),
        ("$contains($join([1..5000].('a')), /(a|aa)+b/)", "false"),
        ("$contains($join([1..5000].('a')), /(a*)*b/)", "false"),
        ("$contains($join([1..5000].('a')), /.*.*.*=.*/)", "false"),
        ("$contains($join([1..40].('a')) & 'b', /^(a+)+\\1$/)", "U1001"),
        ("$contains($join([1..40].('a')), /((((a{1,100}){1,100}){1,100}){1,100})/)", "S0303"),
        ("/" + String(repeating: "(", count: 100) + "a" + String(repeating: ")", count: 100) + "/", "S0303"),
    ])
    func catastrophicPatterns(_ expression: String, _ result: String) {
        #expect(evaluate(expression) == result)
    }

    @Test func aRangeCostsNothingUntilItIsLookedAt() {
        let budget = Budget(units: 100)
        #expect(evaluate("$count([1..10000000])", budget: budget) == "10000000")
        #expect(budget.used < 100)
    }

    @Test func theSameEvaluationCostsTheSame() {
        let expression = "$sum($map([1..1000], function($x){ $x * 2 })) & $join($split('a b c', / /), '-')"
        let used = (0..<3).map { _ in
            let budget = Budget(units: 1_000_000)
            #expect(evaluate(expression, budget: budget) == "\"1001000a-b-c\"")
            return budget.used
        }
        #expect(Set(used).count == 1)
        #expect(used[0] > 3_000)
    }

    @Test(arguments: ["($f := function(){ $f }; $watch())", "($f := function(){ $watch() }; $f()(); 1)"])
    func whatHoldsItselfIsLetGoOf(_ text: String) throws {
        let watched = Watched()
        let watch = NativeFunction("watch", arity: 0, signature: nil) { call in
            watched.scope = call.scope
            return .number(1)
        }
        let dialect = Dialect(functions: ["watch": watch])
        #expect(["1", "T1006"].contains(evaluate(text, dialect: dialect)))
        #expect(watched.wasSet)
        #expect(watched.scope == nil)
    }
}

/// Looks at a scope without keeping it alive. One test at a time uses one.
private final class Watched: @unchecked Sendable {
    weak var scope: Scope? { didSet { wasSet = true } }
    private(set) var wasSet = false
}
