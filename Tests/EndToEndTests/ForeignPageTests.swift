import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import StatesLanguage
import Testing
import WaitableRedis

/// Without credentials a browser on this machine may reach ingest; pages of other sites may not do so through it.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ForeignPageTests {
    private struct Reply: Equatable {
        var status: UInt
        var body: JSONObject?
    }

    private func ask(
        _ stack: Stack,
        _ method: HTTPMethod,
        _ path: String,
        _ headers: [(String, String)],
        body: String = ""
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: stack.url + path)
        request.method = method
        request.headers = HTTPHeaders(headers)
        if method == .POST { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let bytes = Array(buffer: try await response.body.collect(upTo: 1 << 20))
        return Reply(status: response.status.code, body: (try? JSON(parsing: bytes))?.objectValue)
    }

    private static let item = #"{"Id":"x","StartTimestamp":"2036-01-01T00:00:00Z"}"#
    private static let routes: [(HTTPMethod, String)] = [
        (.POST, "/"), (.POST, "/items"), (.POST, "/items/x/cancel"), (.POST, "/items/x/run-now"),
        (.POST, "/items/x/redrive"), (.POST, "/items/x/reschedule"),
        (.POST, "/state-machines/waitable-stepfunction/pause"), (.POST, "/state-machines/waitable-stepfunction/resume"),
        (.GET, "/status"), (.GET, "/status/x"), (.GET, "/items"), (.GET, "/items/x"), (.GET, "/items/x/timeline"),
        (.GET, "/overview"), (.GET, "/throughput"), (.GET, "/schedule"), (.GET, "/failures"), (.GET, "/activities"),
        (.GET, "/events"), (.GET, "/access"), (.GET, "/state-machines"),
        (.GET, "/state-machines/waitable-stepfunction/graph.svg"), (.GET, "/metrics"), (.GET, "/no/such/route"),
        (.DELETE, "/status"),
    ]

    @Test("A page of another site, or one that rebinds its name, can neither change nor read anything")
    func refused() async throws {
        try await Stack.with { stack async throws in
            let pages = [
                ("Host", "evil.example:8080", [("Host", "evil.example:8080")]),
                ("Host", "ingest:8080", [("Host", "ingest:8080")]),
                (
                    "Origin", "https://evil.example",
                    [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")]
                ),
                ("Origin", "null", [("Origin", "null")]),
                ("Sec-Fetch-Site", "cross-site", [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors")]),
            ]
            for (header, value, headers) in pages {
                let sent = headers + [("Content-Type", "text/plain")]
                for (method, path) in Self.routes {
                    let reply = try await ask(stack, method, path, sent, body: Self.item)
                    let error = try #require(reply.body, "\(method) \(path) \(value)")
                    #expect(reply.status == 403 && error["code"] == "ForeignRequest", "\(method) \(path): \(error)")
                    #expect(error["field"] == .string(header) && error["value"] == .string(value))
                    let message = error["message"]?.stringValue ?? ""
                    #expect(message.hasPrefix("\(header): must be ") && message.hasSuffix(": '\(value)'"), "\(message)")
                }
                for operation in ["StartExecution", "ListStateMachines", "Unheard"] {
                    let target = ("X-Amz-Target", "AWSStepFunctions.\(operation)")
                    let reply = try await ask(stack, .POST, "/", sent + [target], body: "{}")
                    #expect(reply.status == 403)
                    #expect(reply.body?["__type"] == "AccessDeniedException")
                    #expect(reply.body?["message"]?.stringValue?.hasSuffix(": '\(value)'") == true)
                }
                // What says nothing of the data is for whoever probes it.
                #expect(try await ask(stack, .GET, "/healthz", headers).status == 200)
            }
            #expect(try await stack.dueCount() == 0)
            #expect(try await stack.integer("EXISTS", stack.store.keys.paused) == 0)
            #expect(stack.ingest.output.contains("foreign request refused"))
        }
    }

    @Test("curl, AWS's clients and ingest's own pages go on working")
    func allowed() async throws {
        try await Stack.with { stack async throws in
            let here = String(stack.url.dropFirst("http://".count))
            let own = [("Origin", stack.url), ("Sec-Fetch-Site", "same-origin")]
            #expect(try await ask(stack, .POST, "/", own, body: Self.item).status == 200)
            #expect(try await ask(stack, .GET, "/status", [("Sec-Fetch-Site", "none")]).status == 200)
            #expect(try await ask(stack, .GET, "/status", [("Host", "localhost:8080")]).status == 200)
            #expect(try await ask(stack, .GET, "/status", [("Host", "[::1]:8080")]).status == 200)
            let curl = try await ConsoleSession.shell(
                #"curl -s \#(stack.url)/ -d '{"Id":"y","StartTimestamp":"2036-01-01T00:00:00Z"}'"#
                    + #" && curl -s http://localhost:\#(here.split(separator: ":")[1])/status/y"#,
                environment: [:]
            )
            #expect(curl.contains(#""Id":"y""#), "\(curl)")
            #expect(try await stack.call("ListStateMachines", [:]).status == 200)
            #expect(try await stack.dueCount() == 2)
        }
    }

    @Test("Names in WAITABLE_ALLOWED_HOSTS are trusted, and within a network of containers those without a dot")
    func names() async throws {
        let named = ["WAITABLE_ALLOWED_HOSTS": "waitable.internal,other.internal"]
        try await Stack.with(environment: named) { stack async throws in
            #expect(try await ask(stack, .GET, "/status", [("Host", "waitable.internal")]).status == 200)
            let page = [("Origin", "https://other.internal"), ("Sec-Fetch-Site", "cross-site")]
            #expect(try await ask(stack, .POST, "/", page, body: Self.item).status == 200)
            #expect(try await ask(stack, .GET, "/status", [("Host", "evil.internal")]).status == 403)
        }
        let words = ["WAITABLE_HOST": "0.0.0.0", "WAITABLE_INSECURE": "anyone-may-start-and-stop"]
        try await Stack.with(environment: words) { stack async throws in
            #expect(try await ask(stack, .POST, "/", [("Host", "ingest:8080")], body: Self.item).status == 200)
            #expect(try await ask(stack, .GET, "/status", [("Host", "127.0.0.1:8080")]).status == 200)
            #expect(try await ask(stack, .GET, "/status", [("Host", "evil.example")]).status == 403)
            #expect(
                try await ask(stack, .POST, "/", [("Origin", "http://evil.example")], body: Self.item).status == 403
            )
        }
        let (code, output) = try await Program.run("ingest", environment: ["WAITABLE_ALLOWED_HOSTS": "a,http://b"])
        #expect(code == 78)
        #expect(
            output == """
                waitable: WAITABLE_ALLOWED_HOSTS (--allowed-hosts): must be names with commas between them, without ports: \
                'http://b'

                """
        )
    }

    @Test("With credentials a page can do nothing by its browser's reach alone, and names do not matter")
    func credentials() async throws {
        let folder = try CredentialFolder()
        let token = "Bearer " + (try await folder.addToken("reader", rights: "read"))
        try await Stack.with(environment: folder.environment) { stack async throws in
            let headers = [("Host", "waitable.example"), ("Origin", "https://waitable.example")]
            #expect(try await ask(stack, .GET, "/status", headers).status == 401)
            #expect(try await ask(stack, .GET, "/status", headers + [("Authorization", token)]).status == 200)
        }
    }
}
