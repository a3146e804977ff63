import HTTPTypes
import Testing
import Waitable

@testable import WaitableHTTP

@Suite("Hosts and pages that are trusted without credentials", .timeLimit(.minutes(1)))
struct TrustedHostsTests {
    /// The header that a request is refused for; `nil` where it passes.
    private func refusal(
        _ host: String?,
        origin: String? = nil,
        site: String? = nil,
        by hosts: TrustedHosts = TrustedHosts()
    ) -> String? {
        var request = HTTPRequest(method: .post, scheme: "http", authority: host, path: "/")
        if let origin { request.headerFields[.origin] = origin }
        if let site { request.headerFields[.init("Sec-Fetch-Site")!] = site }
        do throws(FieldError) {
            try hosts.check(request)
            return nil
        } catch {
            return error.field
        }
    }

    @Test("addresses and localhost are trusted; other names, by which pages rebind, are not")
    func hosts() {
        for host in [
            "127.0.0.1:8080", "127.1.2.3", "[::1]:8080", "[::1]", "localhost", "LOCALHOST:80", "10.0.0.7:8080", nil,
        ] {
            #expect(refusal(host) == nil, "\(host ?? "-")")
        }
        for host in [
            "evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "localhost.",
            "127.0.0.1.",
            "ingest:8080", "a@127.0.0.1", "127.0.0.1:8080:1", "127.0.0.1, evil", "", "2130706433", "[::1]evil",
        ] {
            #expect(refusal(host) == "Host", "\(host)")
        }
    }

    @Test("names that are configured are trusted, and their pages; names without a dot where it was said so")
    func configured() throws {
        let named = TrustedHosts([try #require(URLHost("waitable.internal"))])
        #expect(refusal("Waitable.internal:8080", by: named) == nil)
        #expect(refusal("a.waitable.internal", by: named) == "Host")
        #expect(
            refusal("waitable.internal", origin: "https://waitable.internal", site: "same-origin", by: named) == nil
        )
        #expect(refusal("127.0.0.1:1", origin: "https://waitable.internal", site: "cross-site", by: named) == nil)
        #expect(refusal("127.0.0.1:1", origin: "https://evil.example", site: "cross-site", by: named) == "Origin")
        // Its own name is no reason to let in what another server has at it.
        let own = TrustedHosts(ownName: URLHost("waitable.internal"))
        #expect(refusal("waitable.internal:8080", by: own) == nil)
        #expect(refusal("waitable.internal:8080", origin: "http://waitable.internal:8080", by: own) == nil)
        #expect(refusal("waitable.internal:8080", origin: "http://waitable.internal:3000", by: own) == "Origin")
        #expect(refusal("waitable.internal:8080", site: "same-site", by: own) == "Sec-Fetch-Site")

        let bare = TrustedHosts(trustsBareNames: true)
        #expect(refusal("ingest:8080", by: bare) == nil)
        #expect(refusal("evil.example", by: bare) == "Host")
        #expect(refusal("ingest:8080", origin: "http://other:8080", by: bare) == "Origin")
    }

    @Test("a page is one of this very host and port, whatever its browser says of it")
    func pages() {
        let host = "127.0.0.1:8080"
        #expect(refusal(host, origin: "http://127.0.0.1:8080", site: "same-origin") == nil)
        #expect(refusal(host, site: "none") == nil)
        for origin in [
            "https://evil.example", "null", "", "http://127.0.0.1:3000", "http://127.0.0.1", "http://localhost:8080",
            "file://",
            "127.0.0.1:8080", "http://127.0.0.1:8080@evil.example", "http://127.0.0.1:8080/",
            "chrome-extension://127.0.0.1:8080",
        ] {
            #expect(refusal(host, origin: origin) == "Origin", "\(origin)")
        }
        for site in ["cross-site", "same-site", "", "none, same-origin"] {
            #expect(refusal(host, site: site) == "Sec-Fetch-Site", "\(site)")
        }
        #expect(refusal(nil, origin: "http://127.0.0.1:8080") == "Origin")
    }

    @Test("every one of repeated headers counts")
    func repeated() {
        var request = HTTPRequest(method: .post, scheme: "http", authority: "a.b", path: "/")
        request.authority = "127.0.0.1"
        request.headerFields.append(HTTPField(name: .origin, value: "http://127.0.0.1"))
        request.headerFields.append(HTTPField(name: .origin, value: "http://evil.example"))
        #expect(throws: FieldError.self) { try TrustedHosts().check(request) }
    }
}
