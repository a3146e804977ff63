import Testing

/// Regular expressions, and the functions that take them.
struct PatternFunctionTests {
    @Test(arguments: [
        (#"$contains("abc",/B/i)"#, "true"),
        (#"$split("a1b22c",/[0-9]+/)"#, #"["a","b","c"]"#),
        (#"$split("a1b22c",/[0-9]+/,1)"#, #"["a"]"#),
        (#"$split("abc",/b*/)"#, "D1004"),
        (
            #"$match("ababbabbcc",/a(b+)/)"#,
            #"[{"match":"ab","index":0,"groups":["b"]},{"match":"abb","index":2,"groups":["bb"]},{"match":"abb","index":5,"groups":["bb"]}]"#
        ),
        (#"$match("ababbabbcc",/a(b+)/,1)"#, #"{"match":"ab","index":0,"groups":["b"]}"#),
        (#"$match("ababbabbcc",/a(b+)/,0)"#, "undefined"),
        (#"$match("abc",/z/)"#, "undefined"),
        (#"$match("abc",/(x)?b/)"#, #"{"match":"b","index":1,"groups":[null]}"#),
        (#"$match("aBc",/b/i)"#, #"{"match":"B","index":1,"groups":[]}"#),
        (#"$match("a\nb",/^b/m)"#, #"{"match":"b","index":2,"groups":[]}"#),
        (#"$match("a\nb",/^b/)"#, "undefined"),
        (#"$match("2020-01-02",/(\d+)-(\d+)-(\d+)/).groups"#, #"["2020","01","02"]"#),
        (#"$replace("John Smith",/(\w+)\s(\w+)/,"$2, $1")"#, #""Smith, John""#),
        (#"$replace("John Smith",/(\w+)\s(\w+)/,"$0!$$1")"#, #""John Smith!$1""#),
        (#"$replace("265USD",/([0-9]+)USD/,"$$$1")"#, #""$265""#),
        (#"$replace("abcabc",/b/,function($m){$uppercase($m.match)})"#, #""aBcaBc""#),
        (#"$replace("abcabc",/b/,function($m){$string($m.start) })"#, #""a1ca4c""#),
        ("$replace('aa',/a/,'$0\u{301}')", "\"a\u{301}a\u{301}\""), ("$replace('a',/a/,'$\u{301}x')", "\"$\u{301}x\""),
        (#"$replace("hello","z",function($m){"x"})"#, #""hello""#),
        (#"$replace("hello","l",function($m){"x"})"#, "D3012"),
        (#"$replace("hello",/l/,"[$1]")"#, #""he[][]o""#),
        (#"$replace("hello",/(l)(l)/,"[$12]")"#, #""he[l2]o""#),
        (#"$replace("abc",/x*/,"-")"#, "D1004"),
        (#"/ab+/("xxabb")"#, #"{"match":"abb","start":2,"end":5,"groups":[]}"#),
        (#"/ab+/("xxabb").next"#, "function"),
        (#"/ab+/("zz")"#, "undefined"),
        (#"$match("foobar foobaz",/foo(?=baz)/)"#, #"{"match":"foo","index":7,"groups":[]}"#),
        (#"$match("foobar foobaz",/foo(?!bar)/)"#, #"{"match":"foo","index":7,"groups":[]}"#),
        (
            #"$match("aa bb cd",/(\w)\1/)"#,
            #"[{"match":"aa","index":0,"groups":["a"]},{"match":"bb","index":3,"groups":["b"]}]"#
        ),
        (#"$match("aaa",/a{2}/)"#, #"{"match":"aa","index":0,"groups":[]}"#),
        (
            #"$match("aaaa",/a{1,2}?/)"#,
            #"[{"match":"a","index":0,"groups":[]},{"match":"a","index":1,"groups":[]},{"match":"a","index":2,"groups":[]},{"match":"a","index":3,"groups":[]}]"#
        ),
        (
            #"$match("<a><b>",/<.+?>/)"#,
            #"[{"match":"<a>","index":0,"groups":[]},{"match":"<b>","index":3,"groups":[]}]"#
        ),
        (#"$match("<a><b>",/<.+>/)"#, #"{"match":"<a><b>","index":0,"groups":[]}"#),
        (#"$match("tel: 555-1234",/[\d-]+/)"#, #"{"match":"555-1234","index":5,"groups":[]}"#),
        (#"$match("a.b",/[.]/)"#, #"{"match":".","index":1,"groups":[]}"#),
        (#"$match("x]y",/[\]]/)"#, #"{"match":"]","index":1,"groups":[]}"#),
        (#"$match("a-b",/[a\-z]+/)"#, #"{"match":"a-","index":0,"groups":[]}"#),
        (#"$contains("abc", /^abc$/)"#, "true"),
        (#"$contains("a{2}", /a\{2\}/)"#, "true"),
        (#"$contains("A", /[^a]/i)"#, "false"),
        ("$type(/a/)", #""function""#),
    ])
    func withoutInput(_ expression: String, _ result: String) {
        #expect(evaluate(expression) == result)
    }
}
