import StatesLanguage
import Testing

@testable import WaitableHTTP

@Suite("The queries of URLs", .timeLimit(.minutes(1)))
struct QueryTests {
    @Test(
        "a value that is no percent-encoded UTF-8 is refused by its name, on every route that reads a query",
        arguments: [
            ("GET", "/status?ProcessStatus="), ("GET", "/items?error="), ("GET", "/items?limit=1&stateMachine="),
            ("GET", "/items/a?stateMachine="), ("GET", "/items/a/timeline?stateMachine="),
            ("POST", "/items/a/cancel?stateMachine="), ("POST", "/items?stateMachine="), ("GET", "/failures?status="),
            ("GET", "/schedule?from="), ("GET", "/events?Id="), ("GET", "/events?areas="), ("GET", "/events?feed="),
            ("GET", "/events?feed=all&stateMachine="), ("GET", "/state-machines/m/graph.svg?Id="),
        ],
        ["%ff", "a%c3%28", "%ed%a0%80", "%", "%zz", "caf%C3"]
    )
    func undecodable(_ route: (method: String, target: String), value: String) async throws {
        try await TestServer.with { port in
            let connection = try await RawConnection(
                port: port,
                "\(route.method) \(route.target)\(value) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n"
                    + "Content-Type: application/x-ndjson\r\nConnection: close\r\n\r\n"
            )
            let text = await connection.takeAll()
            #expect(text.hasPrefix("HTTP/1.1 400 "), "\(text)")
            let body = try #require(text.split(separator: "\r\n\r\n", maxSplits: 1).last)
            let answer = try #require(try JSON(parsing: String(body)).objectValue)
            let name = try #require(route.target.split { "?&=".contains($0) }.last)
            #expect(answer["code"] == .string("InvalidField") && answer["field"] == .string(String(name)), "\(answer)")
            #expect(answer["value"]?.stringValue == value)
            #expect(answer["message"]?.stringValue?.contains("must be percent-encoded UTF-8") == true, "\(answer)")
        }
    }
}
