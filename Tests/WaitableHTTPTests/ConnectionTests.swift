import HTTPTypes
import Hummingbird
import Logging
import StatesLanguage
import Testing

@testable import WaitableHTTP

/// What HTTP/1 asks of a server, seen byte by byte.
@Suite(.timeLimit(.minutes(1)))
struct ConnectionTests {
    /// A start that is refused for what it says, which shows that it was read.
    private static let start = #"{"Id":"one"}"#

    /// The head of a `POST` with `Content-Length`.
    private static func head(_ path: String, length: Int, _ fields: String...) -> String {
        let fields = ["Host: 127.0.0.1", "Content-Length: \(length)"] + fields
        return "POST \(path) HTTP/1.1\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    /// The status and the JSON of an answer behind which the connection ends.
    private static func last(_ connection: RawConnection) async throws -> (status: Int?, JSONObject) {
        let text = await connection.takeAll()
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
        try #require(parts.count == 2, "\(text)")
        #expect(parts[0].lowercased().contains("connection: close"), "\(text)")
        let status = parts[0].split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return (status, try #require(try JSON(parsing: String(parts[1])).objectValue))
    }

    @Test("A client that waits for 100 Continue gets it, and none where the answer is known without the body")
    func expectation() async throws {
        try await TestServer.with { port in
            let length = Self.start.utf8.count
            let connection = try await RawConnection(
                port: port,
                Self.head("/", length: length, "Expect: 100-Continue")
            )
            #expect(await connection.take(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await connection.send(Self.start)
            #expect(await connection.take(through: "\r\n").hasPrefix("HTTP/1.1 400 "))
            #expect(await connection.take(through: "}").contains("InvalidField"))

            let batch = try await RawConnection(
                port: port,
                Self.head("/items", length: 4, "Expect: 100-continue", "Content-Type: application/x-ndjson")
            )
            #expect(await batch.take(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            #expect(await batch.take(through: "\r\n").hasPrefix("HTTP/1.1 200 "))

            for (path, length, type, status) in [
                ("/", 16_385, "application/json", 413), ("/items", 4, "text/plain", 415), ("/nowhere", 4, "a/b", 404),
            ] {
                let refused = try await RawConnection(
                    port: port,
                    Self.head(path, length: length, "Expect: 100-continue", "Content-Type: \(type)")
                )
                #expect(try await Self.last(refused).status == status)
            }
            let unknown = try await RawConnection(port: port, Self.head("/", length: 4, "Expect: tea"))
            #expect(try await Self.last(unknown).status == 417)
        }
    }

    @Test("HTTP/1.0 ends with its answer unless asked not to, and has no chunks")
    func old() async throws {
        try await TestServer.with { port in
            let plain = try await RawConnection(port: port, "GET /healthz HTTP/1.0\r\n\r\n")
            let text = await plain.takeAll()
            #expect(text.hasPrefix("HTTP/1.0 200 OK\r\n") && text.hasSuffix(#"{"status":"ok"}"#))

            let kept = try await RawConnection(
                port: port,
                "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /healthz HTTP/1.0\r\n\r\n"
            )
            let both = await kept.takeAll()
            #expect(both.split(separator: "HTTP/1.0 200 OK").count == 2 && both.contains("keep-alive"), "\(both)")

            let batch = try await RawConnection(
                port: port,
                "POST /items HTTP/1.0\r\nConnection: keep-alive\r\nContent-Type: application/x-ndjson\r\n"
                    + "Content-Length: 4\r\n\r\n[]\n1"
            )
            let answers = await batch.takeAll()
            let parts = answers.split(separator: "\r\n\r\n", maxSplits: 1)
            #expect(parts.first?.lowercased().contains("chunked") == false, "\(answers)")
            let lines = parts.last?.split(separator: "\n") ?? []
            #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") }, "\(answers)")
        }
    }

    @Test("Connection: close in any spelling ends the connection, and what follows is not done")
    func close() async throws {
        try await TestServer.with { port in
            let request = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, Close\r\n\r\n"
            let connection = try await RawConnection(port: port, request + request)
            let text = await connection.takeAll()
            #expect(text.split(separator: "HTTP/1.1 200 OK").count == 1, "\(text)")
        }
    }

    @Test(
        "A request to go on in another protocol is answered, and ends the connection",
        arguments: [
            "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
            "CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        ]
    )
    func upgrades(request: String) async throws {
        try await TestServer.with { port in
            let get = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            let text = await (try await RawConnection(port: port, request + get)).takeAll()
            #expect(text.split(separator: "HTTP/1.1 ").count == 1 && text.contains("Connection: close"), "\(text)")
            let ignored = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: h2c\r\n\r\n"
            let last = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
            let both = await (try await RawConnection(port: port, ignored + last)).takeAll()
            #expect(both.split(separator: "HTTP/1.1 200").count == 2, "\(both)")
        }
    }

    @Test("A request needs one Host, and what cannot be parsed is told by its rule")
    func heads() async throws {
        try await TestServer.with { port in
            for (request, status, field) in [
                ("GET /healthz HTTP/1.1\r\n\r\n", 400, "Host"),
                ("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nhost: a\r\n\r\n", 400, "Host"),
                ("GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\nHost: b\r\n\r\n", 400, "Host"),
                ("GET /healthz HTTP/1.1\r\nHost: a, b\r\n\r\n", 400, "Host"),
                ("GET /healthz HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "Host"),
                ("GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n", 400, "header"),
                ("GET /healthz HTTP/3.1\r\nHost: 127.0.0.1\r\n\r\n", 505, "version"),
                ("GET /a b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400, nil),
                ("TEA /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400, nil),
                ("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: x\r\n\r\n", 400, "Content-Length"),
                (
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400,
                    "Content-Length"
                ),
                (
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                    400, nil
                ),
                ("GET /\(String(repeating: "x", count: 90_000)) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 431, "header"),
                ("GET /\(String(repeating: "x", count: 17_000))", 431, "header"),
                // What the parser keeps, and does not count.
                ("GET /healthz HTTP/1.1\r\nX:\(String(repeating: " ", count: 17_000))", 431, "header"),
                (String(repeating: "\r\n", count: 9_000), 431, "header"),
                ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", 400, nil),
            ] {
                let connection = try await RawConnection(port: port, request)
                let (answered, error) = try await Self.last(connection)
                #expect(answered == status, "\(request.prefix(60)): \(error)")
                #expect(error["code"] == .string("BadRequest") && error["message"] != nil)
                if let field { #expect(error["field"] == .string(field), "\(request.prefix(60)): \(error)") }
            }
            let half = try await RawConnection(port: port, "GET /healthz HTTP/1.1\r\nHo")
            try await half.endSending()
            #expect(try await Self.last(half).status == 400)
        }
    }

    @Test("A bad request behind good ones is answered in its turn")
    func pipelined() async throws {
        try await TestServer.with { port in
            let good = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            let connection = try await RawConnection(port: port, good + good + "GET /healthz HTTP/1.1\r\n\r\n" + good)
            let text = await connection.takeAll()
            let statuses = text.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
            #expect(statuses == ["200", "200", "400"], "\(text)")
        }
    }

    @Test(
        "Requests that were sent ahead are answered in their order, also where the client sends no more",
        arguments: [false, true]
    )
    func sentAhead(ends: Bool) async throws {
        try await TestServer.with { port in
            let get = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            let post = Self.head("/", length: Self.start.utf8.count) + Self.start
            let chunked = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
            let chunks = chunked + "4\r\n\r\n\r\n\r\n0\r\n\r\n"
            let batch = Self.head("/items", length: 8, "Content-Type: application/x-ndjson") + "1\r\n\r\n2\r\n"
            let all = String(repeating: get + post + chunks + batch, count: 200)
            let connection = try await RawConnection(port: port, all)
            if ends {
                try await connection.endSending()
            } else {
                try await connection.send("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            }
            let text = await connection.takeAll()
            let statuses = text.split(separator: "HTTP/1.1 ").map { Int($0.prefix(3)) }
            let expected = Array(repeating: [200, 400, 400, 200], count: 200).flatMap { $0 } + (ends ? [] : [200])
            #expect(statuses == expected)
        }
    }

    @Test("Half a body and a broken chunk are 400 and say so, too much is 413", arguments: [false, true])
    func bodies(isAmazon: Bool) async throws {
        try await TestServer.with { port in
            let paths = isAmazon ? ["/"] : ["/", "/items/a/cancel"]
            let target = isAmazon ? "X-Amz-Target: AWSStepFunctions.ValidateStateMachineDefinition\r\n" : ""
            for path in paths {
                let head = "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(target)"
                for (rest, status) in [
                    ("Content-Length: 50\r\n\r\n{\"Id\":", 400), ("Transfer-Encoding: chunked\r\n\r\n5\r\n{\"Id", 400),
                    ("Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", 400),
                    ("Transfer-Encoding: chunked\r\n\r\n2\r\n{}zz0\r\n\r\n", 400),
                    ("Content-Length: 9999999\r\n\r\n", 413),
                ] {
                    let connection = try await RawConnection(port: port, head + rest)
                    if status == 400 { try await connection.endSending() }
                    let (answered, error) = try await Self.last(connection)
                    #expect(answered == status, "\(path) \(rest): \(error)")
                    let (code, member) = isAmazon ? ("SerializationException", "__type") : ("BodyBroken", "code")
                    if status == 400 { #expect(error[member] == .string(code), "\(error)") }
                    #expect(error["message"]?.stringValue?.contains("must") == true)
                }
            }
        }
    }

    @Test("Too much in chunks is 413, and the client can read it while it still sends")
    func tooMuch() async throws {
        try await TestServer.with { port in
            let connection = try await RawConnection(
                port: port,
                "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            let chunk = "1000\r\n" + String(repeating: "x", count: 4_096) + "\r\n"
            for _ in 0..<200 { try? await connection.send(chunk) }
            #expect(try await Self.last(connection).status == 413)
        }
    }

    @Test("A body that drips is given up with 408, and one that comes fast enough is not")
    func drip() async throws {
        var limits = ConnectionLimits()
        limits.bodyTime = .milliseconds(300)
        limits.bodyRate = 1_000
        try await TestServer.with(limits: limits) { port in
            for target in ["", "X-Amz-Target: AWSStepFunctions.ValidateStateMachineDefinition\r\n"] {
                let connection = try await RawConnection(
                    port: port,
                    "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\(target)Content-Length: 1000\r\n\r\n"
                )
                let started = ContinuousClock.now
                let (status, error) = try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try? await connection.drip(every: .milliseconds(20)) }
                    defer { group.cancelAll() }
                    return try await Self.last(connection)
                }
                #expect(status == 408, "\(error)")
                #expect(ContinuousClock.now - started >= .milliseconds(300))
            }
            // 4,096 bytes have 4 s more.
            let connection = try await RawConnection(
                port: port,
                "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\n"
                    + String(repeating: " ", count: 4_096)
            )
            try await Task.sleep(for: .milliseconds(900))
            try await connection.send(String(repeating: " ", count: 904))
            #expect(await connection.take(through: "\r\n").hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test("A head that drips or stops is given up with 408, also behind an answer; one that waits for its turn is not")
    func slowHead() async throws {
        var limits = ConnectionLimits()
        limits.headTime = .milliseconds(300)
        let (begins, begin) = AsyncStream<Void>.makeStream()
        let (ends, end) = AsyncStream<Void>.makeStream()
        let routes = TestServer.ingest().routes()
        routes.get("/wait", .open) { _, _ in
            begin.yield()
            for await _ in ends { break }
            return Response(status: .ok)
        }
        try await TestServer.with(routes, limits: limits) { port in
            let good = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            for (before, half) in [
                ("", "GET /healthz HTTP/1.1\r\nX: "), ("", "G"), (good, "GET /healthz HTTP/1.1\r\nHost"),
            ] {
                let connection = try await RawConnection(port: port, before)
                if !before.isEmpty { #expect(await connection.take(through: "}").hasPrefix("HTTP/1.1 200 ")) }
                let started = ContinuousClock.now
                try await connection.send(half)
                let (status, error) = try await withThrowingTaskGroup(of: Void.self) { group in
                    if half.hasSuffix(" ") { group.addTask { try? await connection.drip(every: .milliseconds(20)) } }
                    defer { group.cancelAll() }
                    return try await Self.last(connection)
                }
                #expect(status == 408 && error["code"] == .string("HeadTooSlow"), "\(error)")
                #expect(ContinuousClock.now - started >= .milliseconds(300))
            }
            let waiting = try await RawConnection(port: port, "GET /wait HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            for await _ in begins { break }
            try await waiting.send(String(good.prefix(20)))
            try await Task.sleep(for: .milliseconds(700))
            try await waiting.send(String(good.dropFirst(20)))
            end.yield()
            #expect(await waiting.take(through: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
            #expect(await waiting.take(through: "}").hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("Where all connections are taken, probes are answered, others come again, and the idlest one goes")
    func places() async throws {
        var limits = ConnectionLimits()
        limits.connections = 2
        try await TestServer.with(limits: limits) { port in
            func request(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" }
            let idle = try await RawConnection(port: port, request("/healthz"))
            #expect(await idle.take(through: "}").hasPrefix("HTTP/1.1 200 "))
            let half = try await RawConnection(port: port, request("/healthz"))
            #expect(await half.take(through: "}").hasPrefix("HTTP/1.1 200 "))
            try await half.send("GET /hea")
            for path in ["/healthz", "/healthz?a=1"] {
                let probe = try await RawConnection(port: port, request(path))
                #expect(try await Self.last(probe).status == 200)
            }
            let refused = try await RawConnection(port: port, request("/openapi.json"))
            let refusal = await refused.takeAll()
            #expect(refusal.hasPrefix("HTTP/1.1 503 ") && refusal.contains("Retry-After: 1\r\n"), "\(refusal)")
            #expect(refusal.contains("TooManyConnections"), "\(refusal)")
            var text = ""
            while !text.hasPrefix("HTTP/1.1 200 ") {
                let next = try await RawConnection(port: port, request("/openapi.json"))
                text = await next.take(through: "\r\n\r\n")
                try? await next.close()
            }
            #expect(await idle.takeAll() == "")
            // It sent a little, which does not count.
            try await half.send("lthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            #expect(await half.take(through: "}").hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("Large bodies share their room: what finds none is 503, small ones go on, and room comes back")
    func room() async throws {
        let ingest = TestServer.ingest(bodies: BodyRoom(bytes: 2_000_000))
        try await TestServer.with(ingest.routes()) { port in
            func request(_ size: Int, sent: Int) -> String {
                "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Target: AWSStepFunctions.ValidateStateMachineDefinition\r\n"
                    + "Content-Length: \(size)\r\n\r\n{" + String(repeating: " ", count: sent - 1)
            }
            var open: [RawConnection] = []
            for _ in 0..<4 { open.append(try await RawConnection(port: port, request(500_000, sent: 400_000))) }
            // Alone it would fit. It is refused once the others' bytes have been read.
            var text = ""
            while !text.contains("TooManyBodies"), !text.contains("ServiceUnavailable") {
                let large = try await RawConnection(port: port, request(900_000, sent: 899_999) + "}")
                text = await large.take(through: "}")
                try? await large.close()
            }
            #expect(text.hasPrefix("HTTP/1.1 503 ") && text.contains("Retry-After: 1\r\n"), "\(text)")
            let small = try await RawConnection(port: port, Self.head("/", length: Self.start.utf8.count) + Self.start)
            #expect(await small.take(through: "}").contains("InvalidField"))
            var taken = 0
            for connection in open {
                // One may have come behind a large one.
                try? await connection.send(String(repeating: " ", count: 99_999) + "}")
                let text = await connection.take(through: "}")
                #expect(text.contains("ValidationException") || text.contains("ServiceUnavailable"), "\(text)")
                if text.contains("ValidationException") { taken += 1 }
            }
            #expect(taken >= 3)
            let last = try await RawConnection(port: port, request(1_900_000, sent: 1_899_999) + "}")
            #expect(await last.take(through: "}").contains("ValidationException"))
            // More than the whole room is refused before its last bytes have come, which nobody reads.
            let endless = try await RawConnection(port: port, request(3_000_000, sent: 2_500_000))
            let refusal = await endless.take(through: "}")
            #expect(refusal.hasPrefix("HTTP/1.1 503 "), "\(refusal)")
            #expect(refusal.lowercased().contains("connection: close"), "\(refusal)")
        }
    }

    @Test(
        "A request is cancelled when its client has gone, by a FIN or a reset, and not before, whatever it sent ahead",
        arguments: [0, 1, 1_000]
    )
    func gone(ahead: Int) async throws {
        let (ends, end) = AsyncStream<String>.makeStream()
        let (begins, begin) = AsyncStream<Void>.makeStream()
        let routes = Routes(access: TestServer.ingest().access, logger: Logger(label: "test"))
        routes.get("/wait", .open) { _, context in
            try await context.whileConnected {
                begin.yield()
                do {
                    try await Task.sleep(for: .seconds(60))
                } catch {
                    end.yield("cancelled")
                    throw error
                }
                return Response(status: .ok)
            }
        }
        try await TestServer.with(routes) { port in
            for byClose in [false, true] {
                let connection = try await RawConnection(port: port, "GET /wait HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                for await _ in begins { break }
                let more = "GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
                try await connection.send(String(repeating: more, count: ahead))
                if byClose { try await connection.close() } else { try await connection.endSending() }
                for await what in ends {
                    #expect(what == "cancelled")
                    break
                }
            }
        }
    }

    @Test("What this is, for a browser")
    func root() async throws {
        try await TestServer.with { port in
            let connection = try await RawConnection(
                port: port,
                "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
            )
            let (status, answer) = try await Self.last(connection)
            #expect(status == 200 && answer["api"] == .string("/openapi.json") && answer["description"] != nil)
        }
    }
}
