import Foundation
import NIOCore
import Testing

@testable import WaitableHTTP

/// The page's files: who gets them, and what a browser is told with them.
@Suite(.timeLimit(.minutes(1)))
struct PageTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Sources/WaitableHTTP/Page/Files").standardized

    private func answer(_ path: String, _ headers: String = "", port: Int) async throws -> String {
        let connection = try await RawConnection(
            port: port,
            "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(headers)\r\n"
        )
        defer { Task { try? await connection.close() } }
        return await connection.takeAll()
    }

    @Test("Every file of the folder is served, as it stands there")
    func files() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter { !$0.hasPrefix(".") }
        #expect(names.count > 10)
        for name in names {
            let file = try #require(name == "page.html" ? PageFile.page : PageFile.loaded[.init(name)], "\(name)")
            #expect(
                Array(buffer: file.body) == Array(try Data(contentsOf: Self.folder.appending(path: name))),
                "\(name)"
            )
        }
        #expect(PageFile.loaded.count == names.count - 1)
    }

    @Test("The page brings nothing inline, and first paint takes less than 100 KB")
    func size() throws {
        let page = String(buffer: PageFile.page.body)
        #expect(!page.contains("<style") && !page.contains(" style=") && !page.contains(#/ on[a-z]+ *=/#))
        #expect(page.ranges(of: "<script").count == page.ranges(of: "<script type=\"module\" src=").count)
        let first = ["app.js", "dom.js", "api.js", "events.js", "time.js", "overview.js", "charts.js", "icon.svg"]
        let styles = ["base.css", "components.css", "views.css"]
        let sizes = try (first + styles).map { try #require(PageFile.loaded[.init($0)]).body.readableBytes }
        #expect(sizes.reduce(PageFile.page.body.readableBytes, +) < 100_000)
    }

    @Test("Text becomes markup nowhere: no file has a way to do it")
    func sinks() throws {
        let sinks = ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "eval(", "srcdoc"]
        for (name, file) in PageFile.loaded {
            let text = String(buffer: file.body)
            for sink in sinks { #expect(!text.contains(sink), "\(name.text) has \(sink)") }
        }
    }

    @Test("A browser gets the page at /, with a strict policy; other clients get what they got before")
    func root() async throws {
        try await TestServer.with { port in
            let browser = "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\n"
            let page = try await answer("/", browser, port: port)
            #expect(page.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(page.contains("<!doctype html>"))
            #expect(page.contains("Vary: Accept\r\n"))
            #expect(page.contains("Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "))
            #expect(page.contains("frame-ancestors 'none'") && page.contains("require-trusted-types-for 'script'"))
            #expect(page.contains("X-Content-Type-Options: nosniff\r\n") && page.contains("X-Frame-Options: DENY\r\n"))
            #expect(!page.contains("Set-Cookie"))
            for accept in ["", "Accept: */*\r\n", "Accept: application/json\r\n", "Accept: text/html;q=0, */*\r\n"] {
                let other = try await answer("/", accept, port: port)
                #expect(
                    other.contains("Content-Type: application/json\r\n") && !other.contains("<!doctype"),
                    "\(accept)"
                )
            }
            for path in ["/ui", "/ui/items", "/ui/items/a%2Fb", "/ui/no-such-view"] {
                let reply = try await answer(path, port: port)
                #expect(reply.contains("<!doctype html>"), "\(path)")
            }
        }
    }

    @Test("What the browser has already is not sent again, and what is no file is not found")
    func assets() async throws {
        try await TestServer.with { port in
            let file = try await answer("/assets/app.js", port: port)
            #expect(file.contains("Content-Type: text/javascript; charset=utf-8\r\n"))
            let line = try #require(file.split(separator: "\n").first { $0.hasPrefix("ETag: ") })
            let tag = String(line.unicodeScalars.dropFirst(6).filter { $0 != "\r" })
            let again = try await answer("/assets/app.js", "If-None-Match: \"x\", \(tag)\r\n", port: port)
            #expect(again.hasPrefix("HTTP/1.1 304 Not Modified\r\n") && again.hasSuffix("\r\n\r\n"))
            for path in ["/assets/nothing.js", "/assets/page.html", "/assets/..%2Fopenapi.json"] {
                let reply = try await answer(path, port: port)
                #expect(reply.hasPrefix("HTTP/1.1 404 Not Found\r\n"), "\(path)")
            }
        }
    }

    @Test("With the page off, only the page is gone")
    func off() async throws {
        try await TestServer.with(TestServer.ingest(hasPage: false).routes()) { port in
            do {
                let reply = try await answer("/", "Accept: text/html\r\n", port: port)
                #expect(reply.contains("application/json"))
            }
            for path in ["/ui", "/ui/items", "/assets/app.js"] {
                let reply = try await answer(path, port: port)
                #expect(reply.hasPrefix("HTTP/1.1 404 Not Found\r\n"), "\(path)")
            }
            do {
                let reply = try await answer("/access", port: port)
                #expect(reply.contains(#""rights":["start","read","manage"]"#))
            }
        }
    }

    @Test("So many streams of events may be open, and a place is free again when its stream has ended")
    func places() {
        let places = EventPlaces(most: 2)
        var first = places.take()
        let second = places.take()
        #expect(first != nil && second != nil && places.take() == nil)
        first = nil
        #expect(places.take() != nil)
        withExtendedLifetime(second) {}
    }

    @Test("A reading is shared by those who ask within its interval, errors too")
    func sharedReading() async throws {
        struct Failure: Error {}
        let count = Counter()
        let reading = SharedReading(every: .seconds(60)) { () async throws -> Int in
            count.add()
            return 7
        }
        let values = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 { group.addTask { try await reading.value() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(values == Array(repeating: 7, count: 50))
        #expect(count.value == 1)
        let failing = SharedReading(every: .seconds(60)) { () async throws -> Int in
            count.add()
            throw Failure()
        }
        for _ in 0..<2 { await #expect(throws: Failure.self) { try await failing.value() } }
        #expect(count.value == 2)
    }

    @Test("A reading without an interval is shared by those who asked before it began, and no other")
    func sharedTurn() async throws {
        let (counts, count) = (Counter(), Counter())
        let (begins, begin) = AsyncStream<Void>.makeStream()
        let (ends, end) = AsyncStream<Void>.makeStream()
        let reading = SharedReading(every: .zero) { () async throws -> Int in
            counts.add()
            begin.yield()
            for await _ in ends { break }
            return counts.value
        }
        let first = Task { try await reading.value() }
        for await _ in begins { break }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<300 {
                group.addTask {
                    count.add()
                    return try await reading.value()
                }
            }
            while count.value < 300 { await Task.yield() }
            end.yield()
            #expect(try await first.value == 1)
            end.finish()
            // Some may have asked when the second one had begun.
            for try await value in group { #expect((2...4).contains(value)) }
        }
        let before = counts.value
        #expect(try await reading.value() == before + 1)
    }
}
