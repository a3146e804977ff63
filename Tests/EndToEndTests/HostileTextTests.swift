import Foundation
import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableRedis

@testable import WaitableCommand

/// What callers, workers and servers say is shown to an operator, and does nothing to his terminal.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct HostileTextTests {
    /// Sets a title, clears the screen in two ways, forges a line, turns the direction of reading.
    private static let hostile =
        "\u{1B}]0;owned\u{7}\u{1B}[2J\u{9B}1;1H\r\nforged: all is well\u{2028}forged"
        + "\u{202E}gnorw\u{2066}\u{200F}\u{7F}"
    /// An Id may have some of it.
    private static let id = "order\u{202E}24\u{2066}"

    private func expectHarmless(_ text: String, _ words: [String]) {
        let controls = text.unicodeScalars.filter { $0.isControl && $0 != "\n" }
        #expect(controls.isEmpty, "\(words): \(controls.map { String($0.value, radix: 16) }): \(text.escapingControls)")
        let lines = text.split(separator: "\n")
        #expect(!lines.contains { $0.hasPrefix("forged") }, "\(words): \(text.escapingControls)")
    }

    /// Puts hostile text wherever somebody else than the operator can.
    private func plant(_ stack: Stack) async throws {
        let state = "Break\u{1B}[1;1H\u{202E}"
        let fail: JSONObject = ["Type": "Fail", "Error": .string(Self.hostile), "Cause": .string(Self.hostile)]
        let definition: JSONObject = ["StartAt": .string(state), "States": .object([state: .object(fail)])]
        let machine = try await stack.create("a", JSON.object(definition).text)
        _ = try await stack.start(machine, JSON.object(["x": .string(Self.hostile)]).text, name: Self.id)
        try await eventually("it has failed") {
            let key = ExecutionKey(machine: "a", name: Self.id)
            return try await stack.store.execution(key)?.status == .failed
        }
        let keys = stack.store.keys
        let item = keys.item(ItemKey(table: "items", id: Self.id))
        for words in [
            ["HSET", item, "Id", Self.id, "ProcessStatus", Self.hostile, Self.hostile, Self.hostile],
            ["ZADD", keys.due, "5", Self.hostile, "6", "a:\(Self.hostile)"],
        ] {
            var command = RedisCommand(name: words[0])
            for word in words.dropFirst() { command.append(word) }
            _ = try await stack.store.client.send(command)
        }
        let report = WorkerReport(name: Self.hostile, startedAt: try await stack.now())
        try await stack.store.report(report, life: 600_000)
    }

    @Test("Commands that show what is stored show it escaped, over Redis and by an ingest, to people and in JSON")
    func commands() async throws {
        try await Stack.with { stack in
            try await plant(stack)
            let lists = [
                ["describe", Self.id, "--machine", "a"], ["list"], ["list", "--status", "FAILED"], ["status", Self.id],
                ["status"], ["watch", "--once"], ["state-machines"], ["redrive", Self.id, "--machine", "a"],
                ["describe", Self.hostile], ["pause", Self.hostile],
            ]
            for words in lists {
                for more in [[], ["--url", stack.url]] {
                    for columns in [nil, "60"] {
                        var environment = stack.environment
                        environment["COLUMNS"] = columns
                        let program = try Program(words + more, environment: environment)
                        _ = try await program.end()
                        #expect(!program.output.isEmpty)
                        expectHarmless(program.output, words + more)
                    }
                    let program = try Program(words + ["--json"] + more, environment: stack.environment)
                    if try await program.end() == 0 { _ = try JSON(parsing: program.output) }
                    expectHarmless(program.output, words + more + ["--json"])
                }
            }
        }
    }

    @Test("What is escaped is still told: in a table by \\u{…}, in JSON as JSON does it")
    func told() async throws {
        try await Stack.with { stack in
            try await plant(stack)
            let words = ["describe", Self.id, "--machine", "a"]
            let table = try Program(words, environment: stack.environment)
            #expect(try await table.end() == 0)
            #expect(table.output.contains(Self.hostile.escapingControls))
            #expect(table.output.contains(#"order\u{202e}24\u{2066}"#))
            let json = try Program(words + ["--json"], environment: stack.environment)
            #expect(try await json.end() == 0)
            #expect(json.output.unicodeScalars.allSatisfy { $0.isASCII })
            let view = try JSON(parsing: json.output).objectValue
            #expect(view?["Id"] == .string(Self.id))
            #expect(view?["cause"] == .string(Self.hostile))
        }
    }

    @Test("So do the doctor, and what cannot be read as a command")
    func others() async throws {
        try await Stack.with { stack in
            try await plant(stack)
            for words in [["doctor"], ["doctor", "--json"]] {
                let program = try Program(words, environment: stack.environment)
                #expect(try await program.end() == 1)
                #expect(program.output.contains("owned"))
                expectHarmless(program.output, words)
            }
            for words in [["watch", "--\u{1B}[2J"], ["status", "x", "\u{9B}2J"], ["list", "--limit", "\u{1B}c"]] {
                let program = try Program(words, environment: stack.environment)
                #expect(try await program.end() == 64)
                #expect(program.output.contains("Usage: waitable"))
                expectHarmless(program.output, words)
            }
        }
    }

    @Test("So do the answers of a server that is no ingest", arguments: [200, 400, 409, 500])
    func foreignServer(status: Int) async throws {
        let text = JSON.string(Self.hostile).text
        let names = ["Id", "code", "status", "message"].map { #""\#($0)":\#(text),"# }.joined()
        let item = #"{\#(names)"events":[{"worker":\#(text)}]}"#
        let body = item.dropLast() + #","items":[\#(item)],"stateMachines":[{"name":\#(text)}],"nextToken":\#(text)}"#
        let server = try await FunctionServer(always: status, String(body))
        let url = "http://127.0.0.1:\(server.port)"
        for words in [
            ["describe", "x"], ["list", "--limit", "1"], ["status", "x"], ["status"], ["watch", "--once"],
            ["state-machines"], ["cancel", "x"], ["pause", "x"], ["start", "--at", "2036-01-01T00:00:00Z"],
        ] {
            let program = try Program(words + ["--url", url])
            _ = try await program.end()
            #expect(!program.output.isEmpty)
            expectHarmless(program.output, words)
        }
    }

    @Test("Also what redraws a screen moves nothing but itself")
    func screen() {
        var table = Table(header: ["A", "B"])
        table.rows = [[Self.hostile, Self.hostile], ["b", "c"]]
        for columns in [nil, 40] {
            let text = table.text(columns: columns)
            expectHarmless(text, ["table"])
        }
        #expect(table.text(columns: nil).split(separator: "\n").count == 3)
    }
}
