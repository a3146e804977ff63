import Testing

/// Binds of items and positions along a path, and the objects that hold an item.
struct JoinTests {
    private static let shop = """
        {"people": [{"id": 1, "name": "Ann", "home": {"city": "Bath"}}, {"id": 2, "name": "Bo", "home": {"city": "York"}}],
         "orders": [
            {"by": 2, "lines": [{"sku": "x", "n": 1}, {"sku": "y", "n": 5}]},
            {"by": 1, "lines": [{"sku": "x", "n": 3}]}]}
        """

    @Test(arguments: [
        (
            #"orders@$o.people@$p[$o.by = $p.id].{"who": $p.name, "n": $sum($o.lines.n)}"#,
            #"[{"who":"Bo","n":6},{"who":"Ann","n":3}]"#
        ),
        (#"orders@$o.people[id = $o.by].name"#, #"["Bo","Ann"]"#),
        (#"orders@$o.people@$p[$o.by = $p.id]{$p.name: $o.lines.sku}"#, #"{"Bo":["x","y"],"Ann":"x"}"#),
        (#"orders#$i.lines#$j.[$i, $j, sku]"#, #"[0,0,"x",0,1,"y",1,0,"x"]"#),
        (#"orders.lines#$i[$i = 1].sku"#, #""y""#),
        (#"orders.lines[n > 1]#$i.($i & sku)"#, #"["0y","1x"]"#),
        (#"orders@$o#$i.$o.lines.{"i": $i, "by": $o.by}"#, #"[{"i":0,"by":2},{"i":0,"by":2},{"i":1,"by":1}]"#),
        (#"orders.lines.{"sku": sku, "by": %.by}"#, #"[{"sku":"x","by":2},{"sku":"y","by":2},{"sku":"x","by":1}]"#),
        (#"people.home.city.{"c": $, "who": %.%.name}"#, #"[{"c":"Bath","who":"Ann"},{"c":"York","who":"Bo"}]"#),
        (#"people.home[%.name = "Bo"].city"#, #""York""#),
        (#"orders.lines[n > 2].%.by"#, "[2,1]"),
        (#"people.home^(>city).%.name"#, "S0217"),
        (#"orders.lines^(n)#$i.($i & sku)"#, #"["0x","1x","2y"]"#),
        (#"orders^(by).lines.sku"#, #"["x","x","y"]"#),
        (#"orders.lines^(sku, >n).n"#, "[3,1,5]"),
        (#"(orders.lines).%.by"#, "[2,2,1]"),
        (#"people.%.%"#, "S0217"),
        (#"$.%"#, "S0217"),
        (#"orders[0]@$o"#, "S0215"),
        (#"orders^(by)@$o"#, "S0216"),
    ])
    func joins(_ expression: String, _ result: String) {
        #expect(evaluate(expression, Self.shop) == result)
    }

    @Test func anArrayIsOneInput() {
        let rows = #"[{"a": 1}, {"a": 2}]"#
        #expect(evaluate("a", rows) == "[1,2]")
        #expect(evaluate("$[0].a", rows) == "1")
        #expect(evaluate("$$[1].a", rows) == "2")
        #expect(evaluate("$count($)", rows) == "2")
        #expect(evaluate("$", "[1]") == "[1]")
        #expect(evaluate("$", "[]") == "[]")
    }
}
