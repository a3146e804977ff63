import Testing

/// Functions that say what they take.
struct SignatureTests {
    @Test(arguments: [
        ("λ($x){$x+1}(2)", "3"),
        ("function($x,$y)<nn:n>{$x+$y}(1,2)", "3"),
        (#"function($x,$y)<nn:n>{$x+$y}(1,"2")"#, "T0410"),
        ("function($x)<s-:s>{$x}()", "undefined"),
        (#""ctx".(function($x)<s-:s>{$x & "!"}())"#, "undefined"),
        ("5.(function($x)<s-:s>{$x}())", "S0213"),
        ("(5).(function($x)<s-:s>{$x}())", "T0411"),
        ("function($x)<a<n>:n>{$sum($x)}(5)", "5"),
        // An argument that is left out in the middle takes the next one, as in jsonata-js.
        ("function($x,$y)<b?n:x>{[$x,$y]}(5)", "[5]"),
        ("function($x,$y)<b?n:x>{$x}(5)", "5"),
        ("function($x,$y)<b?n:x>{$y}(5)", "undefined"),
        ("function($x,$y)<b?n:x>{[$x,$y]}(true,5)", "[true,5]"),
        ("function($x,$y,$z)<nb?s:x>{$y}(1,'a')", #""a""#),
        ("function($x,$y)<b?a:x>{$x}([5])", "[5]"),
        (#"function($x)<a<n>:n>{$sum($x)}([1,"a"])"#, "T0412"),
        ("function($x)<(ns):x>{$x}(true)", "T0410"),
        ("function($x)<(n<s>):x>{$x}(true)", "S0402"),
        ("function($x)<n<s>:x>{$x}(true)", "S0401"),
        ("function($x)<f:n>{$x(1)}(function($y){$y+1})", "2"),
        ("function($x)<x+:n>{$x}(1,2,3)", "1"),
        ("function($x)<n?:n>{$x}()", "undefined"),
        (#"function($x)<o:n>{$x.a}({"a":1})"#, "1"),
        ("function($x)<j:n>{$x}(null)", "null"),
        ("function($x)<l:n>{$x}(null)", "null"),
        ("function($x)<u:n>{$x}(1)", "T0410"),
    ])
    func withoutInput(_ expression: String, _ result: String) {
        #expect(evaluate(expression) == result)
    }
}
