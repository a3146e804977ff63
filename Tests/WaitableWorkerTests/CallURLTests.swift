import Testing
import Waitable

@testable import WaitableWorker

/// What tasks may call, and that nothing else is called under its name.
@Suite("URLs of calls", .timeLimit(.minutes(1)))
struct CallURLTests {
    @Test("a URL is read into its parts and made from them")
    func parts() throws {
        for (text, expected) in [
            ("http://Example.COM", "http://example.com/"),
            ("HTTPS://a-1.b:8443/x?y=%20z", "https://a-1.b:8443/x?y=%20z"),
            ("http://127.0.0.1:80?a", "http://127.0.0.1:80/?a"), ("http://[::1]:8080/a", "http://[::1]:8080/a"),
            ("http://[0:0:0:0:0:0:0:1]/", "http://[::1]/"),
            ("http://a/b c\r\nd\\é%zz", "http://a/b%20c%0D%0Ad%5C%C3%A9%25zz"),
            ("http://a/{x}|\"<>", "http://a/%7Bx%7D%7C%22%3C%3E"), ("http://a/b@c:d", "http://a/b@c:d"),
        ] {
            #expect(CallURL(text)?.text == expected, "\(text)")
        }
        var url = try #require(CallURL("http://a/b?c=1"))
        url.addParameter("d&e", "f=g #\r\n")
        #expect(url.text == "http://a/b?c=1&d%26e=f%3Dg%20%23%0D%0A")
    }

    @Test(
        "what is not a plain host in a plain URL is refused",
        arguments: [
            "", "nothing", "http:", "http://", "http:///x", "ftp://a/", "http+unix://a/", "//a/", "http:a",
            " http://a/",
            "http://127.0.0.2%00.example.com:1/", "http://127.0.0.2%2eexample.com/", "http://127.0.0.2\0.example.com/",
            "http://evil@a.example.com/", "http://a.example.com@evil/", "http://a:b@c/", "http://evil\\.example.com/",
            "http://evil/#.example.com", "http://evil#@a.example.com/", "http://a.example.com./",
            "http://.example.com/",
            "http://a..example.com/", "http://-a.example.com/", "http://a-.example.com/", "http://a_b.example.com/",
            "http://a b/", "http://a\r\nHost: b/", "http://é.example.com/", "http://ａ.example.com/",
            "http://a。example.com/",
            "http://a:/", "http://a:0/", "http://a:65536/", "http://a:+80/", "http://a:80:80/", "http://a:8o/",
            "http://a:٣/",
            "http://2130706433/", "http://0x7f.1/", "http://0x7f000001/", "http://127.1/", "http://0177.0.0.1/",
            "http://127.0.0.256/", "http://1.2.3.4.5/", "http://a.example.1/", "http://[::1/", "http://::1/",
            "http://[::1%25lo]/",
            "http://[::1%lo]/", "http://[fe80::1%1]/", "http://[::1]a/", "http://[]/", "http://[127.0.0.1]/",
            "http://[::1]]/",
            "http://\(String(repeating: "a", count: 64))/", "http://\(String(repeating: "a.", count: 127))ab/",
        ]
    )
    func refused(text: String) {
        #expect(CallURL(text) == nil)
    }

    @Test(
        "a pattern allows its host or what is below it, at its port, whatever the case, and nothing that only looks so"
    )
    func patterns() throws {
        func allows(_ pattern: String, _ url: String) throws -> Bool {
            CallConfiguration(hosts: [try #require(HostPattern(pattern))]).allows(try #require(CallURL(url)))
        }
        for (pattern, url, isAllowed) in [
            ("api.example.com", "https://API.example.com/", true),
            ("api.example.com", "https://api.example.com:1/", true),
            ("api.example.com", "https://xapi.example.com/", false),
            ("api.example.com", "https://a.api.example.com/", false),
            ("*.Example.com", "http://a.example.com/", true), ("*.example.com", "http://a.b.example.com/", true),
            ("*.example.com", "http://example.com/", false), ("*.example.com", "http://evilexample.com/", false),
            ("*.example.com", "http://a.example.com.evil/", false), ("a:443", "https://a/", true),
            ("a:443", "http://a/", false),
            ("a:81", "http://a:81/", true), ("a:81", "http://a:82/", false), ("[::1]:80", "http://[0::1]/", true),
            ("127.0.0.1", "http://127.0.0.1:5/", true), ("127.0.0.1", "http://[::ffff:127.0.0.1]/", false),
        ] {
            #expect(try allows(pattern, url) == isAllowed, "\(pattern) \(url)")
        }
        for pattern in ["", "*", "*.", "http://a", "a/b", "a b", "*.127.0.0.1", "*.*.a", "a.*", "a:b", "a%00", "u@a"] {
            #expect(HostPattern(pattern) == nil, "\(pattern)")
        }
    }

    @Test("a function's name goes into its URL, and makes no other one of it")
    func functions() throws {
        func url(_ template: String, _ reference: String) throws -> String? {
            let functions: FunctionURL = try #require(FunctionURL(template))
            return CallConfiguration(otherFunctions: functions).url(ofFunction: reference)?.text
        }
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:"
        for reference in ["f-1", "f-1:7", "f-1:$LATEST", "000000000000:function:f-1", "\(arn)f-1", "\(arn)f-1:live"] {
            #expect(try url("http://{name}.fn.internal:1/x", reference) == "http://f-1.fn.internal:1/x", "\(reference)")
            #expect(try url("http://fn/{name}?n={name}", reference) == "http://fn/f-1?n=f-1", "\(reference)")
        }
        for reference in [
            "", ":", "127.0.0.2/…?", "127.0.0.2/x?", "127.0.0.2", "a.b", "a@b", "a/b", "../x", "a%2fb", "a#", "a\r\nb",
            "é", "a b",
            "x:y:f-1", "arn:aws:s3:::function:f-1", "\(arn)", "\(arn)a/b", "\(arn)a:b:c",
            String(repeating: "a", count: 65),
        ] {
            #expect(try url("http://{name}.fn.internal/", reference) == nil, "\(reference)")
            #expect(try url("http://fn/{name}", reference) == nil, "\(reference)")
        }
        for reference in ["2130706433", "0x7f000001", "localhost", "LocalHost", "a_b", "-a"] {
            #expect(try url("http://{name}:8080/", reference) == nil, "\(reference)")
            #expect(try url("http://fn/{name}", reference) != nil, "\(reference)")
        }
        for template in [
            "", "fn/{name}", "{name}://a/", "http://a:{name}/", "http://u:{name}@a/", "http://{name}%00.a/",
        ] {
            #expect(FunctionURL(template) == nil, "\(template)")
        }
    }

    @Test("headers that say who is called or where a request ends, and those that hold a line end, are refused")
    func headers() throws {
        #expect(try RequestHeader("X-Trace", "a\tb é").value == "a\tb é")
        #expect(try RequestHeader("Authorization", "Bearer x").name == "Authorization")
        for name in [
            "Host", "hOST", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Upgrade", "TE",
            "Trailer", "Expect",
            "Proxy-Authorization", "proxy-x", "HTTP2-Settings", "", "a b", "a:b", ":authority", "a\r\nHost", "é",
            "Host ",
        ] {
            #expect(throws: FieldError.self, "\(name)") { try RequestHeader(name, "a") }
        }
        for value in ["a\r\nHost: b", "a\n", "a\rb", "\0", "\u{7F}", "\u{1B}[0m"] {
            #expect(throws: FieldError.self, "\(value.debugDescription)") { try RequestHeader("X-A", value) }
        }
    }
}
