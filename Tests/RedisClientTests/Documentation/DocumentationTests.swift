import Foundation
import Logging
import RedisClient
import RedisTestServer
import Testing

@Suite("The documentation of RedisClient", .timeLimit(.minutes(1)))
struct DocumentationTests {
    @Test("Its code is that of Greeting.swift")
    func code() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let page = "../../../Sources/RedisClient/RedisClient.docc/RedisClient.md"
        let text = try String(contentsOf: folder.appending(path: page), encoding: .utf8)
        let code = try String(contentsOf: folder.appending(path: "Greeting.swift"), encoding: .utf8)
        #expect(text.matches(of: /```swift\n((?:.|\n)*?)```/).map { String($0.1) }.joined(separator: "\n") == code)
    }

    @Test("Its code does what it says")
    func greetings() async throws {
        let server = try RedisTestServer()
        defer { server.kill() }
        #expect(try await greeting(from: server.url) == "Hello, visitor 1!")
        #expect(try await greeting(from: server.url) == "Hello, visitor 2!")
        let client = RedisClient(try RedisConfiguration(url: server.url), logger: Logger(label: "test"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            #expect(await visit(client) == "visit 3")
            _ = try await client.send(RedisCommand("SET", "visits", "many"))
            #expect(await visit(client).hasPrefix("refused: ERR value is not an integer"))
            group.cancelAll()
        }
        #expect(await visit(client) == "not counted: safe to repeat")
    }
}
