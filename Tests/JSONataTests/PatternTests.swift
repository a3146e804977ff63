import JSONValues
import Testing

/// Regular expressions match as JavaScript's do.
struct PatternTests {
    /// The first match: its text, and those of its groups.
    @Test(arguments: [
        ("abc", "a|ab", #"["a"]"#),
        ("abc", "((a)|(ab))((c)|(bc))", #"["abc","a","a",null,"bc",null,"bc"]"#),
        ("abcdefghi", "a[a-z]{2,4}", #"["abcde"]"#),
        ("abcdefghi", "a[a-z]{2,4}?", #"["abc"]"#),
        ("aabaac", "(aa|aabaac|ba|b|c)*", #"["aaba","ba"]"#),
        ("zaacbbbcac", "(z)((a+)?(b+)?(c))*", #"["zaacbbbcac","z","ac","a",null,"c"]"#),
        ("bc", "([^a]*?)*", #"["bc","c"]"#),
        ("\u{1}1", #"\1"#, "[\"\\u0001\"]"),
        ("b", "(a*)*", #"["",null]"#),
        ("baaabac", "(?=(a+))", #"["","aaa"]"#),
        ("baaabac", #"(?=(a+))a*b\1"#, #"["aba","a"]"#),
        ("baaabaac", #"(.*?)a(?!(a+)b\2c)\2(.*)"#, #"["baaabaac","ba",null,"abaac"]"#),
        ("$10.53", #"(?<=\$)\d+(\.\d*)?"#, #"["10.53",".53"]"#),
        ("1053", #"(?<=(\d+)(\d+))$"#, #"["","1","053"]"#),
        ("foobar foobaz", "foo(?!bar)", #"["foo"]"#),
        ("x1 y2", #"(?<!x)\d"#, #"["2"]"#),
        ("2020-01", #"(?<year>\d{4})-(?<month>\d\d)"#, #"["2020-01","2020","01"]"#),
        ("abab", #"(?<two>..)\k<two>"#, #"["abab","ab"]"#),
        ("a{,5}", "a{,5}", #"["a{,5}"]"#),
        ("a\nb", "[^]+", #"["a\nb"]"#),
        ("a\nb", ".+", #"["a"]"#),
        ("ab", "[]", "null"),
        ("a-z", "[a\\-z]+", #"["a-z"]"#),
        ("tab\t", #"\t"#, #"["\t"]"#),
        ("\u{A0}x", #"^\s\w"#, "[\"\u{A0}x\"]"),
        ("😀!", "^.!", #"["😀!"]"#),
        ("😀", #"\ud83d\ude00"#, #"["😀"]"#),
        ("e\u{301}", "^e", #"["e"]"#),
        ("aaaa", "a{2}(?:a{3})?", #"["aa"]"#),
        ("aab", "^(?:a+)+b$", #"["aab"]"#),
        ("ac", "ab?c", #"["ac"]"#),
    ])
    func firstMatch(_ text: String, _ pattern: String, _ result: String) {
        let expression = """
            ($m := /\(pattern)/($text); $exists($m) ? $append([$m.match], $m.groups) : null)
            """
        #expect(evaluate(expression, bindings: ["text": .string(text)]) == result, "\(pattern)")
    }

    @Test(arguments: [
        ("/É/i", "é", "true"),
        ("/[à-ö]/i", "É", "true"),
        ("/k/i", "\u{212A}", "false"),
        ("/[^a]/i", "A", "false"),
        ("/^b$/m", "a\nb\nc", "true"),
        ("/^b$/", "a\nb\nc", "false"),
        (#"/\Bb/"#, "ab", "true"),
        (#"/\bb/"#, "ab", "false"),
    ])
    func flagsAndPlaces(_ pattern: String, _ text: String, _ result: String) {
        #expect(evaluate("$contains($text, \(pattern))", bindings: ["text": .string(text)]) == result)
    }

    @Test(arguments: ["/(/", "/)/", "/a**/", "/[b-a]/", "/a{3,2}/", "/(?x)/", "/(?<n/", "/a{1,9999}/"])
    func whatIsNoPattern(_ pattern: String) {
        #expect(["S0302", "S0303"].contains(evaluate("$contains('a', \(pattern))")))
    }

    @Test func placesAreThoseOfUTF16() {
        #expect(evaluate("$match('😀a', /a/).index") == "2")
        #expect(evaluate("$replace('😀a😀', /a/, 'b')") == #""😀b😀""#)
        #expect(evaluate("$split('😀a😀', /a/)") == #"["😀","😀"]"#)
    }
}
