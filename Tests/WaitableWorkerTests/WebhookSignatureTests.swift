import Testing

@testable import WaitableWorker

@Suite("The webhook's signature and pauses", .timeLimit(.minutes(1)))
struct WebhookSignatureTests {
    /// As `printf %s '1764242400.{"id":"0-1-0"}' | openssl dgst -sha256 -hmac 0123456789abcdef` has it.
    @Test("The signature is the HMAC-SHA-256 of the time and the body")
    func signature() {
        let signature = WebhookSignature(secret: Array("0123456789abcdef".utf8))
        #expect(
            signature.header(for: #"{"id":"0-1-0"}"#, at: 1_764_242_400)
                == "t=1764242400,v1=649829df2335f9a3b8de3b65ee089a5e9ce661d1b84345281045818a8e61e368"
        )
    }

    @Test("Pauses double up to the longest, and none is shorter than a call may take")
    func pauses() {
        let timing = WebhookTiming()
        #expect((1...4).map { timing.pause(after: $0) } == [1_000, 2_000, 4_000, 8_000])
        #expect(timing.pause(after: 1_000) == 300_000)
        #expect(timing.pause(after: 0) == 1_000)
        #expect((1...1_000).allSatisfy { timing.rest(after: $0) >= timing.lease })
    }

    @Test("A URL that is none is refused, and so is a host that tasks may not call")
    func hosts() throws {
        for text in ["", "ftp://a/", "http://u:p@a/", "http://a/#f", "http://[::1/"] {
            #expect(WebhookConfiguration(url: text, secret: "s", tries: 1) == nil, "\(text)")
        }
        let calls = CallConfiguration(hosts: [try #require(HostPattern("*.example.com"))])
        for (url, isAllowed) in [
            ("https://a.example.com/hook", true), ("https://example.com/", false), ("http://127.0.0.1/", false),
            ("https://a.example.com.evil.org/", false),
        ] {
            let webhook = try #require(WebhookConfiguration(url: url, secret: "s", tries: 1))
            #expect(webhook.isAllowed(by: calls) == isAllowed, "\(url)")
        }
    }
}
