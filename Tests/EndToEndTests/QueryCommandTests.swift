import Foundation
import Testing

/// `waitable query`: what it prints, and its exit codes.
@Suite(.timeLimit(.minutes(1)))
struct QueryCommandTests {
    /// A file with a text, while a test needs it.
    private static func with(_ text: String, _ body: (String) async throws -> Void) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "waitable-\(UUID().uuidString).json")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try await body(file.path)
    }

    @Test func anExpressionOfEachLanguage() async throws {
        try await Self.with(#"{"orders": [{"price": 2}, {"price": 3.5}]}"#) { file in
            #expect(try await Program.run("query", "$sum(orders.price)", "--input", file) == (0, "5.5\n"))
            #expect(try await Program.run("query", "orders[price > 9]", "--input", file) == (0, ""))
            let path = try await Program.run("query", "$.orders[*].price", "--input", file, "--language", "jsonpath")
            #expect(path == (0, "[2,3.5]\n"))
            #expect(try await Program.run("query", "1 + 1") == (0, "2\n"))
        }
    }

    @Test func whatIsWrong() async throws {
        let type = "waitable: T2002: The right side of the \"+\" operator must evaluate to a number\n"
        #expect(try await Program.run("query", "1 + 'a'") == (65, type))
        let miss = try await Program.run("query", "$.a", "--language", "jsonpath")
        #expect(miss.0 == 65)
        #expect(miss.1.contains("No results for path: $['a']"))
        #expect(try await Program.run("query", "1", "--input", "/nowhere").0 == 65)
        #expect(try await Program.run("query").0 == 64)
        #expect(try await Program.run("query", "1", "--ndjson").0 == 64)
    }

    @Test func lines() async throws {
        let lines = """
            {"expression": "a + $b", "input": {"a": 1}, "bindings": {"b": 2}}
            {"expression": "nothing"}
            {"expression": "1 +"}
            {"expression": "$a", "bindings": {"a": "\\u001b[31m\\n"}}
            {"expression": "($f := function(){ $f() }; $f())"}
            no JSON
            """
        try await Self.with(lines) { file in
            let process = Process()
            process.executableURL = URL(filePath: Program.path)
            process.arguments = ["query", "--ndjson"]
            process.standardInput = FileHandle(forReadingAtPath: file)
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let data = try #require(try output.fileHandleForReading.readToEnd())
            process.waitUntilExit()
            let answers = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
            #expect(answers.count == 6)
            #expect(answers[0] == #"{"result":3}"#)
            #expect(answers[1] == "{}")
            #expect(answers[2].contains(#""code":"S0207""#))
            #expect(answers[3] == #"{"result":"\u001B[31m\n"}"#)
            #expect(answers[4].contains(#""code":"U1001""#))
            #expect(answers[5].contains(#""code":"input""#))
        }
    }
}
