import Foundation
import StatesLanguage
import Testing
import WaitableRedis

@testable import WaitableCommand

/// What people read fits a terminal of 80 columns; what programs read has one row a line.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct WidthTests {
    private func expectNarrow(_ text: String, _ what: String) {
        for line in text.split(separator: "\n") where line.count > 80 {
            Issue.record("\(what): \(line.count): \(line)")
        }
    }

    @Test("Help")
    func help() async throws {
        let overview = try await Program.run("--help", environment: ["COLUMNS": "80"]).1
        let lists = overview.components(separatedBy: "SUBCOMMANDS:").dropFirst().joined()
        let names = lists.split(separator: "\n").compactMap { line in
            line.wholeMatch(of: /\s\s([a-z-]+) .*/).map { String($0.1) }
        }
        #expect(names.count > 20)
        for words in [[], ["token", "create"], ["access-key", "create"]] + names.map({ [$0] }) {
            let program = try Program(words + ["--help"], environment: ["COLUMNS": "80"])
            #expect(try await program.end() == 0)
            expectNarrow(program.output, words.joined(separator: " "))
            // A line that was broken by the terminal's width, and not by us, begins where nothing begins.
            let broken = program.output.matches(of: /\n      .{60,}\n[a-z]/)
            #expect(broken.isEmpty, "\(program.output)")
            // An example is copied, so that its lines are those that we wrote: all are indented.
            for match in program.output.matches(of: /\n *Examples?:\n((?:.+\n)+)/) {
                for line in match.1.split(separator: "\n") {
                    #expect(line.hasPrefix("  "), "\(words): \(line)")
                }
            }
        }
    }

    @Test("Lists, one item, what is going on, and what the doctor finds")
    func lists() async throws {
        try await Stack.with { stack in
            let wide = stack.environment
            let environment = stack.environment.merging(["COLUMNS": "80"]) { $1 }
            let worker = try stack.worker(["WAITABLE_WORKER_NAME": String(repeating: "w", count: 60)])
            try await stack.startItems(3, at: Instant(milliseconds: 2_000_000_000_000), prefix: UUID().uuidString)
            let id = UUID().uuidString.lowercased()
            #expect(try await stack.post(#"{"Id":"\#(id)","StartTimestamp":"2020-01-01T00:00:00Z"}"#).status == 200)
            try await eventually("the worker has reported itself") {
                try await stack.get("/overview").json.objectValue?["workers"]?.arrayValue?.isEmpty == false
            }
            for words in [
                ["list"], ["list", "--limit", "2"], ["status", "--limit", "2"], ["describe", id], ["status", id],
                ["state-machines"], ["watch", "--once"], ["doctor"],
            ] {
                let program = try Program(words, environment: environment)
                _ = try await program.end()
                // A token is copied, so it is in one piece, alone in its line.
                let text = program.output.replacing(/\n[dc]\.[0-9a-z]+\.\S+/, with: "")
                expectNarrow(text, words.joined(separator: " "))
            }
            let rows = try await Program.run("list", environment: wide).1.split(separator: "\n")
            #expect(rows.count == 5)
            #expect(rows.allSatisfy { $0.count > 80 })
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    @Test("A list's page is full where there is enough, however few of the closed ones are asked for")
    func fullPage() async throws {
        try await Stack.with { stack in
            let keys = stack.store.keys
            // 12,000 closed executions, of which the three oldest failed.
            let script = """
                for n = 1, 12000 do
                    local status = n <= 3 and 'F' or 'S'
                    redis.call('HSET', KEYS[1], 'm:' .. n, '{"s":"' .. status .. '","ended":' .. n .. ',"d":"h","b":1,"input":{}}')
                    redis.call('ZADD', KEYS[2], n, 'm:' .. n)
                    if status == 'F' then redis.call('ZADD', KEYS[3], n, 'm:' .. n) end
                end
                """
            _ = try await stack.integer("EVAL", script, "3", keys.executions, keys.closed, keys.failed)
            for url in [[], ["--url", stack.url]] {
                let program = try Program(
                    ["list", "--status", "FAILED", "--json"] + url,
                    environment: stack.environment
                )
                #expect(try await program.end() == 0)
                let page = try JSON(parsing: program.output).objectValue
                let ids = page?["items"]?.arrayValue?.compactMap { $0.objectValue?["Id"]?.stringValue }
                #expect(ids == ["3", "2", "1"])
                #expect(page?["nextToken"] == nil)
            }
        }
    }
}
