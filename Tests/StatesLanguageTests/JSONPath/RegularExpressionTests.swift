import Testing

@testable import StatesLanguage

/// Regular expressions of filters, as Java has them: the whole text has to match.
@Suite("Regular expressions", .timeLimit(.minutes(1)))
struct RegularExpressionTests {
    private func expression(_ pattern: String, _ flags: String = "") throws -> RegularExpression {
        try RegularExpression(Array(pattern.unicodeScalars), flags: Array(flags.unicodeScalars))
    }

    @Test(
        "what matches, and what does not",
        arguments: [
            ("", [""], ["a"]), ("abc", ["abc"], ["ab", "abcd", "xabc", "ABC"]),
            ("a.c", ["abc", "a😀c"], ["a\nc", "ac"]),
            ("a*", ["", "aaa"], ["b"]), ("a+b?", ["a", "aab"], ["", "b", "abb"]), ("a*?b+?", ["b", "aabb"], ["a"]),
            ("a|bc|", ["a", "bc", ""], ["abc", "b"]), ("(a|b)*c", ["c", "abbac"], ["abd"]),
            ("(?:ab)+", ["abab"], ["aba"]),
            ("(?<n1>a)b", ["ab"], ["b"]), ("a{2}", ["aa"], ["a", "aaa"]), ("a{2,}", ["aa", "aaaa"], ["a"]),
            ("a{1,3}", ["a", "aaa"], ["", "aaaa"]), ("(){5}", [""], ["a"]), ("(a*)*b", ["b", "aab"], ["a"]),
            ("[abc-e]", ["a", "d"], ["-", "f", "ab"]), ("[^abc]", ["x", "\n"], ["a"]), ("[]a]", ["]", "a"], ["b"]),
            ("[a-]", ["a", "-"], ["b"]), (#"[\d\-x]+"#, ["1-x"], ["y"]), (#"[\]\\]"#, ["]", #"\"#], ["a"]),
            (#"\d\D\w\W\s\S"#, ["1a_- x"], ["1a_-xx"]), (#"\x41\u00e9\t\."#, ["Aé\t."], ["Ae\u{301}\t."]),
            ("^a$", ["a"], ["a\n"]), ("a^b", [], ["ab"]), (#".*\bfoo\b.*"#, ["a foo", "foo"], ["food"]),
            (#"a\Bb"#, ["ab"], []), (#"\/x"#, ["/x"], []), ("é", ["é"], ["É", "e"]),
        ] as [(String, [String], [String])]
    )
    func matches(pattern: String, matching: [String], others: [String]) throws {
        let expression = try expression(pattern)
        for text in matching { #expect(expression.matches(text, WorkBudget()), "\(text)") }
        for text in others { #expect(!expression.matches(text, WorkBudget()), "\(text)") }
    }

    @Test("flags: letters of ASCII in both cases, and dots that are lines' ends")
    func flags() throws {
        #expect(try expression("a[b-c][^d]é", "i").matches("ACxé", WorkBudget()))
        #expect(try !expression("a[b-c][^d]é", "i").matches("ACDé", WorkBudget()))
        #expect(try !expression("é", "i").matches("É", WorkBudget()))
        #expect(try expression("a.b", "si").matches("A\nb", WorkBudget()))
    }

    @Test(
        "what is no expression, or cannot be matched in bounded time, is refused with the reason",
        arguments: [
            ("a)", "with a ')' too many"), ("(a", "with an open group"), ("*a", "with a '*' that repeats nothing"),
            ("a**", "with a '*' that repeats nothing"), ("[a", "with an open class"),
            ("a{,2}", "with a '{' without a number"),
            ("a{3,1}", "with repetitions that are not '{n}', '{n,}' or '{n,m}' up to 1000"),
            ("a{1001}", "with repetitions that are not '{n}', '{n,}' or '{n,m}' up to 1000"),
            ("a{99999999999999999999}", "with a '{' without a number"), ("(?<n", "with an open group"),
            (#"(a)\1"#, #"with '\1', which is not supported by this version"#),
            (#"\p{L}"#, #"with '\p', which is not supported by this version"#), (#"\"#, "with a backslash at its end"),
            ("a(?=b)", "with a group that begins with '(?', which is not supported by this version"),
            ("(?<=a)b", "with a group that begins with '(?', which is not supported by this version"),
            ("(?i)a", "with a group that begins with '(?', which is not supported by this version"),
            ("a*+", "with a possessive quantifier, which is not supported by this version"),
            ("[a&&b]", "with a class within a class, which is not supported by this version"),
            ("[z-a]", "with a class whose range ends before it begins"),
            (#"\xg1"#, "with an escape that is no code point"),
            ("((a{500}){2}){3}", "with more than 2000 parts"),
            ("[" + String(repeating: "ab", count: 1_000) + "]", "with more than 2000 parts"),
            (String(repeating: "(", count: 200_000), "with groups more than 32 deep"),
        ]
    )
    func refusal(pattern: String, reason: String) {
        #expect(throws: PathError(reason: "has a regular expression \(reason)")) { try expression(pattern) }
    }

    @Test("nothing in groups of nothing is read once, however often it is asked for")
    func nothing() throws {
        let pattern = String(repeating: "(", count: 30) + String(repeating: "){1000}", count: 30)
        #expect(try expression(pattern).matches("", WorkBudget()))
    }

    @Test("many expressions of a definition take no more room than their text")
    func large() throws {
        let expressions = try (0..<60_000).map { _ in try expression("(ab){999}") }
        #expect(expressions.count == 60_000)
        #expect(expressions.allSatisfy { MemoryLayout.size(ofValue: $0) < 64 })
        #expect(expressions[7].matches(String(repeating: "ab", count: 999), WorkBudget()))
    }

    @Test("what is nothing is left out, so that no repetition goes through it")
    func empties() throws {
        let groups = try expression("(?:" + String(repeating: "()", count: 200_000) + "a){999}")
        let repeated = try expression("(?:" + String(repeating: "b{0}", count: 100_000) + "a){999}")
        for expression in [groups, repeated] {
            for _ in 0..<3 { #expect(expression.matches(String(repeating: "a", count: 999), WorkBudget())) }
        }
    }

    @Test("an empty text costs what there is to follow before its end")
    func emptyTexts() throws {
        let work = WorkBudget()
        let long = try expression("(z*){660}y")
        for _ in 0..<1_000 { #expect(!long.matches("", work)) }
        #expect(work.used > 100_000)
    }

    @Test(
        "a text costs no more than its length and the expression's, whatever they are",
        arguments: ["(a+)+$", "(a|a?)+b", "(.*){200}x"]
    )
    func work(pattern: String) throws {
        let work = WorkBudget()
        #expect(try !expression(pattern).matches(String(repeating: "a", count: 5_000) + "!", work))
        #expect(work.used < 500_000)
    }
}
