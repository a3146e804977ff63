import Testing

@testable import StatesLanguage

@Suite("Paths", .timeLimit(.minutes(1)))
struct PathTests {
    private let document = try? JSON(
        parsing:
            #"{"a":{"b":[10,{"c":"x"},30]},"a-b":1,"a.b":2,"it's":3,"é":4,"n":null,"list":[{"v":1},{"v":2},{"w":3}],"#
            + #""Test\\\"\"Name\"":5,"a]b":6,"C:\\":7}"#
    )

    @Test(
        "a path finds what it names",
        arguments: [
            ("$.a.b[0]", "10"), ("$.a.b[1].c", #""x""#), ("$.a.b[-1]", "30"), ("$.a.b[-3]", "10"),
            ("$['a']['b'][2]", "30"), (#"$["a"].b[2]"#, "30"), ("$[ 'a' ].b[ 0 ]", "10"),
            ("$.a-b", "1"), ("$['a.b']", "2"), ("$['it's']", "3"), ("$.é", "4"), ("$.n", "null"),
            ("$.a.b[*]", #"[10,{"c":"x"},30]"#), ("$.a.*", #"[[10,{"c":"x"},30]]"#),
            ("$.a.b[1:]", #"[{"c":"x"},30]"#), ("$.a.b[:1]", "[10]"), ("$.a.b[0:2]", #"[10,{"c":"x"}]"#),
            ("$.a.b[-2:]", #"[{"c":"x"},30]"#), ("$.a.b[:-1]", #"[10,{"c":"x"}]"#), ("$.a.b[2:9]", "[30]"),
            ("$.a.b[2:1]", "[]"), ("$.a.b[-9:-8]", "[]"), ("$.list[*].v", "[1,2]"), ("$.list[1:].w", "[3]"),
            ("$.a.b[0]  ", "10"), ("$.n\t\n", "null"), (#"$['Test\""Name"']"#, "5"), ("$['a]b'] ", "6"),
            (#"$['C:\']"#, "7"), (#"$["it's"]"#, "3"),
            (#"$['Test\""Name"' , 'n']"#, #"{"Test\\\"\"Name\"":5,"n":null}"#),
            ("$.nothing[*]", "[]"), ("$.no.such[1:].v", "[]"), ("$.n[*]", "[]"),
        ]
    )
    func finding(path: String, value: String) throws {
        #expect(try Path(parsing: path).value(in: #require(document)).text == value)
    }

    @Test(
        "a path finds all that it stands for, in the document's order, and nothing is an empty list",
        arguments: [
            ("$.store..price", "[8.95,12,22.99,19.95]"), ("$..isbn", #"["0-1","0-2"]"#), ("$..none", "[]"),
            ("$..book[0].title", #"["Sayings"]"#), ("$..book[-1].title", #"["Rings"]"#),
            ("$.store.bike..*", #"["red",19.95]"#),
            ("$.store.book[*].price", "[8.95,12,22.99]"), ("$.store.book[0,2].price", "[8.95,22.99]"),
            ("$.store.book[2,0,9].price", "[22.99,8.95]"), ("$.store.book[::2].price", "[8.95,22.99]"),
            ("$.store.book[0:3:2].price", "[8.95,22.99]"),
            ("$.store.bike['color','price']", #"{"color":"red","price":19.95}"#),
            ("$.store.bike['color','none']", #"{"color":"red"}"#),
            ("$.store['book','bike']..price", "[8.95,12,22.99,19.95]"),
            (
                "$.store.book[*]['title','price']",
                #"[{"title":"Sayings","price":8.95},{"title":"Sword","price":12},{"title":"Rings","price":22.99}]"#
            ),
            ("$.store.book[?(@.isbn)].title", #"["Sword","Rings"]"#),
            ("$.store.book[?(!@.isbn)].title", #"["Sayings"]"#),
            ("$.store.book[?(@.price < 10)].title", #"["Sayings"]"#),
            ("$.store.book[?(@.price <= 12 && @.isbn)].title", #"["Sword"]"#),
            ("$.store.book[?(@.price > 20 || @.title == 'Sayings')].title", #"["Sayings","Rings"]"#),
            ("$.store.book[?(@.price > 20 && (@.isbn == '0-1' || @.isbn == \"0-2\"))].title", #"["Rings"]"#),
            ("$.store.book[?(@.price > $.limit)].title", #"["Rings"]"#),
            ("$.store.book[?(@['title'] in ['Rings', 'x'])].price", "[22.99]"),
            ("$.store.book[?(@.title nin ['Rings', 'Sword'])].price", "[8.95]"),
            ("$.store.book[?(@.title != 'Rings')].price", "[8.95,12]"),
            ("$.store.book[?(@.price == 12.0)].title", #"["Sword"]"#), ("$.store.book[?(@.title < 3)]", "[]"),
            ("$.store.book[?(@.tags[0] == 'a')].title", #"["Rings"]"#),
            ("$.store.book[?(@.price==12&&@.isbn=='0-1')].title", #"["Sword"]"#),
            ("$..[?(@.color)].price", "[19.95]"), ("$..book[?(@.price > 10)].title", #"["Sword","Rings"]"#),
            ("$.store.bike[?(@.color == 'red')].price", "[19.95]"), ("$.store.book[?(@.none == null)]", "[]"),
            ("$.store.book[?(@.title==Rings)].price", "[22.99]"),
            ("$.store.bike[?( red == @.color )].price", "[19.95]"),
            ("$.store.book[?(@.isbn == 0-1 || @.title != Rings && @.title != Sword)].price", "[8.95,12]"),
            ("$.store.book[?(@.title in [Rings, 'Sword'])].price", "[12,22.99]"),
            ("$.store.book[?(@.title == 12)].price", "[]"), ("$.store.book[?(@.price == '12')].price", "[]"),
            (#"$.store.book[?(@.title == 'Ri\u006egs')].price"#, "[22.99]"),
            ("$.store.book[?(@.title =~ /s.*/i)].price", "[8.95,12]"),
            ("$.store.book[?(@.title =~ /s.*/)].price", "[]"),
            ("$.store.book[?(!(@.title =~ /S.*/))].price", "[22.99]"), ("$.store.book[?(@.title =~ /ings/)]", "[]"),
            ("$.store.book[?(@.price =~ /\\d+\\.99/ && @.isbn=~/0-[12]/)].title", #"["Rings"]"#),
            ("$.store.book[?(@.none =~ /.*/)]", "[]"), ("$.store.book[?(@.tags =~ /.*/)]", "[]"),
        ]
    )
    func all(path: String, value: String) throws {
        let shop = try JSON(
            parsing:
                #"{"store":{"book":[{"title":"Sayings","price":8.95},{"title":"Sword","isbn":"0-1","price":12},"#
                + #"{"title":"Rings","isbn":"0-2","price":22.99,"tags":["a"]}],"bike":{"color":"red","price":19.95}},"#
                + #""limit":20}"#
        )
        #expect(try Path(parsing: path).value(in: shop).text == value)
    }

    @Test("the whole document")
    func whole() throws {
        #expect(try Path(parsing: "$").value(in: .integer(1)) == .integer(1))
        #expect(try Path(parsing: "$  ").value(in: .integer(1)) == .integer(1))
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
            ("$1x", "has an unexpected '1'"),
            ("$x-y", "has an unexpected '-'"),
            ("$.", "must not end with '.'"), ("$.a.", "must not end with '.'"),
            ("$.a.length()", "calls a function, which is not supported by this version"),
            ("$..", "must not end with '.'"), ("$...a", "must not end with '.'"),
            ("$..a..b..c..d", "has more than 3 deep scans"), ("$.a[1:2:0]", "has a slice whose step is not positive"),
            ("$.a[0,]", "has an index that is no number"), ("$['a',b]", "has a name without quotes"),
            ("$.a[?@.b]", "has a filter without parentheses"), ("$.a[?(@.b]", "has an open parenthesis in a filter"),
            ("$.a[?((@.b)]", "has an open parenthesis in a filter"),
            ("$.a[?(1)]", "has a filter that compares nothing"),
            ("$.a[?(@.b == x y)]", "has an open parenthesis in a filter"),
            ("$.a[?(@.b == {})]", "has a filter with something that is no value: ''"),
            ("$.a[?(x)]", "has a filter that compares nothing"),
            ("$.a[?(@.b =~ x)]", "has a '=~' without a regular expression in slashes"),
            ("$.a[?(@.b =~ /x)]", "has an open regular expression"),
            (#"$.a[?(@.b =~ /x\/)]"#, "has an open regular expression"),
            ("$.a[?(@.b =~ /x/q)]", "has a regular expression with the flag 'q', which is not supported"),
            (#"$.a[?(@.b == '\uD800')]"#, "has an escape that is no code point"),
            ("$['a'b']x", "has an unexpected 'x'"),
            ("$.a[?(@.b == )]", "has a filter with something that is no value: ''"),
            ("$.a[?(@.b in ['x')]", "has an open bracket"),
            ("$.a b", "has an unexpected ' '"), ("$.a]", "has an unexpected ']'"),
            ("$[a]", "has empty or unknown brackets"),
            ("$[]", "has empty or unknown brackets"), ("$[0", "has an open bracket"), ("$['a", "has an open quote"),
            ("$.a[99999999999999999999]", "has an index that is no number"),
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
