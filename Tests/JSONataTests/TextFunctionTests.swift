import Testing

/// The functions of texts.
struct TextFunctionTests {
    @Test(arguments: [
        ("$string([1,2,[3]])", #""[1,2,[3]]""#),
        (#"$string({"a":null,"b":[]})"#, #""{\"a\":null,\"b\":[]}""#),
        ("$string([], true)", #""[]""#),
        ("$string({}, true)", #""{}""#),
        (
            #"$string({"a":[1,{"b":2}],"c":{}}, true)"#,
            #""{\n  \"a\": [\n    1,\n    {\n      \"b\": 2\n    }\n  ],\n  \"c\": {}\n}""#
        ),
        ("$string(0.1+0.2)", #""0.3""#),
        ("$string(1e-7)", #""1e-7""#),
        ("$string(123456789012345680)", #""123456789012346000""#),
        ("$string(1.0)", #""1""#),
        ("$string(-0)", #""0""#),
        (#"$string("é\u0001\u001f\"\\")"#, #""é\u0001\u001F\"\\""#),
        (#"$string(["é\u0001\u001f\"\\/\n"])"#, #""[\"é\\u0001\\u001f\\\"\\\\/\\n\"]""#),
        (#"$substring("hello",1)"#, #""ello""#),
        (#"$substring("hello",1,2)"#, #""el""#),
        (#"$substring("hello",-3,2)"#, #""ll""#),
        (#"$substring("hello",10)"#, #""""#),
        (#"$substring("hello",-10,3)"#, #""hel""#),
        (#"$substring("hello",1.5,2)"#, #""el""#),
        (#"$substring("hello",0,1.5)"#, #""h""#),
        (#"$substringBefore("hello","l")"#, #""he""#),
        (#"$substringBefore("hello","z")"#, #""hello""#),
        (#"$substringAfter("hello","l")"#, #""lo""#),
        (#"$substringAfter("hello","")"#, #""hello""#),
        (#"$substringBefore("hello","")"#, #""""#),
        (#"$uppercase("straße é")"#, #""STRASSE É""#),
        (#"$lowercase("ÀÉ")"#, #""àé""#),
        (#"$length("aé😀")"#, "3"),
        (#"$trim("  a \n b\t c ")"#, #""a b c""#),
        (#"$trim("")"#, #""""#),
        (#"$pad("foo",6,"abc")"#, #""fooabc""#),
        (#"$pad("foo",-6,"abc")"#, #""abcfoo""#),
        (#"$pad("foo",2)"#, #""foo""#),
        (#"$contains("abc","b")"#, "true"),
        (#"$split("a,b,c",",")"#, #"["a","b","c"]"#),
        (#"$split("a,b,c",",",2)"#, #"["a","b"]"#),
        (#"$split("","x")"#, #"[""]"#),
        (
            #"$split("too much, punctuation. hard; to read", /[ ,.;]+/)"#,
            #"["too","much","punctuation","hard","to","read"]"#
        ),
        (#"$join(["a","b"],"-")"#, #""a-b""#),
        (#"$join(["a","b"])"#, #""ab""#),
        (#"$join("a","-")"#, #""a""#),
        (#"$join([],"-")"#, #""""#),
        (#"$join([1,2],"-")"#, "T0412"),
        (#"$replace("abc","b","$0")"#, #""a$0c""#),
        (#"$replace("aaa","a","b",2)"#, #""bba""#),
        (#"$replace("hello","","x")"#, "D3010"),
        (#"$replace("price 10 cost 20",/(?<=cost )\d+/,"X")"#, #""price 10 cost X""#),
        (#"$base64encode("hello:world")"#, #""aGVsbG86d29ybGQ=""#),
        (#"$base64decode("aGVsbG86d29ybGQ=")"#, #""hello:world""#),
        (#"$base64encode("")"#, #""""#),
        (#"$encodeUrlComponent("?x=test 1&é")"#, #""%3Fx%3Dtest%201%26%C3%A9""#),
        (
            #"$encodeUrl("https://mozilla.org/?x=шеллы&a b#c")"#,
            #""https://mozilla.org/?x=%D1%88%D0%B5%D0%BB%D0%BB%D1%8B&a%20b#c""#
        ),
        (#"$decodeUrlComponent("%3Fx%3Dtest")"#, #""?x=test""#),
        (
            #"$decodeUrl("https://mozilla.org/?x=%D1%88%D0%B5%D0%BB%D0%BB%D1%8B%20%26")"#,
            #""https://mozilla.org/?x=шеллы %26""#
        ),
        (#"$map("a",$uppercase)"#, #""A""#),
        (#"$map(["a","b"],$uppercase)"#, #"["A","B"]"#),
        (#"($s:=$substring(?,0,3); $s("hello"))"#, #""hel""#),
        (#""hello" ~> $uppercase"#, #""HELLO""#),
        (#""hello" ~> $substring(0,2) ~> $uppercase"#, #""HE""#),
        (#"($up:=$trim ~> $uppercase; $up("  hi "))"#, #""HI""#),
        (#""abc".$length()"#, "undefined"),
        ("$substring(1,2)", "undefined"),
        ("$uppercase(1)", "T0410"),
        ("$uppercase()", "undefined"),
        (#""x".$uppercase()"#, "undefined"),
        ("$string(function(){1})", #""""#),
        (#"$string({"f":function(){1}})"#, #""{\"f\":\"\"}""#),
        (#"$length("\uD83D\uDE00")"#, "1"),
        ("[1,2,3].$string()", #"["1","2","3"]"#),
        ("$string(5.0)", #""5""#),
        ("$string(true)", #""true""#),
    ])
    func withoutInput(_ expression: String, _ result: String) {
        #expect(evaluate(expression) == result)
    }
}
