import Foundation
import RedisClient
import StatesLanguage
import Testing
import WaitableRedis

/// Many items by one command, and the view of what becomes of them.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct BulkCommandTests {
    @Test("start --file starts what is good, says what is not by its line, and may be run again")
    func startFile() async throws {
        try await Stack.with { stack in
            let file = FileManager.default.temporaryDirectory.appending(path: "waitable-\(UUID().uuidString).ndjson")
            defer { try? FileManager.default.removeItem(at: file) }
            var lines = (1...2_500).map { #"{"Id":"file-\#($0)","StartTimestamp":"2036-05-01T12:00:00Z"}"# }
            lines[1_200] = #"{"Id":"file-1201","StartTimestamp":"soon"}"#
            lines[2_000] = ""
            try lines.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
            for _ in 1...2 {
                let (code, output) = try await Program.run("start", "--file", file.path, environment: stack.environment)
                #expect(code == 65)
                #expect(output.hasSuffix("started 2498, failed 1\n"))
                let refusal = try JSON(parsing: String(output.prefix { $0 != "\n" })).objectValue
                #expect(refusal?["line"] == .integer(1_201))
                #expect(refusal?["code"] == "InvalidField")
                #expect(try await stack.dueCount() == 2_498)
            }
        }
    }

    @Test(
        "start --file goes on after a bad line: each line has an answer, and the counts are right",
        arguments: [false, true]
    )
    func badLines(isRemote: Bool) async throws {
        try await Stack.with { stack in
            let file = FileManager.default.temporaryDirectory.appending(path: "waitable-\(UUID().uuidString).ndjson")
            defer { try? FileManager.default.removeItem(at: file) }
            let environment = isRemote ? ["WAITABLE_URL": stack.url] : stack.environment
            var lines = (1...5_100).map { #"{"Id":"file-\#($0)","StartTimestamp":"2036-05-01T12:00:00Z"}"# }
            let bad = [
                0: "[1]", 1: "{", 999: "\u{FEFF}{}", 1_000: String(repeating: "x", count: 65_537),
                1_001: String(repeating: "[", count: 10_000_000), 3_000: #"{"StartTimestamp":"soon"}"#,
                5_000: #"{"Id":"a"}{"Id":"b"}"#, 5_099: "\0",
            ]
            for (index, line) in bad { lines[index] = line }
            try lines.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
            let (code, output) = try await Program.run("start", "--file", file.path, "--json", environment: environment)
            #expect(code == 65)
            #expect(output.contains("waitable: started \(5_100 - bad.count), failed \(bad.count)\n"))
            let answers = try output.split(separator: "\n").filter { !$0.hasPrefix("waitable: ") }.map {
                try #require(try JSON(parsing: String($0)).objectValue)
            }
            #expect(answers.map { $0["line"] } == (1...5_100).map { .integer($0) })
            for (index, answer) in answers.enumerated() {
                #expect(answer["code"] == (bad[index] == nil ? nil : "InvalidField"), "\(answer)")
            }
            #expect(answers[0]["message"] == "line 1: must be a JSON object: '[1]'")
            #expect(answers[1_000]["message"] == "line 1001: must have at most 65536 bytes")
            #expect(try await stack.dueCount() == 5_100 - bad.count)
            // Nothing but bad lines, the last of them without an end.
            try "{}}\n[".write(to: file, atomically: true, encoding: .utf8)
            let all = try await Program.run("start", "--file", file.path, environment: environment)
            #expect(all.0 == 65)
            #expect(all.1.hasSuffix("\nstarted 0, failed 2\n"))
            let text = #"{"Id":"file-3","StartTimestamp":"2036-05-01T12:00:01Z"}"#
            try text.write(to: file, atomically: true, encoding: .utf8)
            let conflict = try await Program.run("start", "--file", file.path, environment: environment)
            #expect(conflict.0 == 1)
            #expect(conflict.1.hasSuffix("\nstarted 0, failed 1\n"))
        }
    }

    @Test("start --file answers each line alike, on Redis directly and by an ingest")
    func alike() async throws {
        try await Stack.with { stack in
            let file = FileManager.default.temporaryDirectory.appending(path: "waitable-\(UUID().uuidString).ndjson")
            defer { try? FileManager.default.removeItem(at: file) }
            let far = #""StartTimestamp":"2036-05-01T12:00:00Z""#
            let lines = [
                #"{"Id":"a",\#(far)}"#, #"{"Id":"a","StartTimestamp":"2036-05-01T12:00:01Z"}"#,
                #"{"Id":"b",\#(far),"stateMachine":5}"#, #"{"Id":"b",\#(far),"stateMachine":"nowhere"}"#,
                #"{"Id":"b",\#(far),"stateMachine":"no where"}"#, #"{"Id":"b",\#(far),"color":"red"}"#,
                #"{"Id":7,\#(far)}"#, #"{"Id":"b"}"#, #"{"Id":"b","StartTimestamp":"2999-01-01T00:00:00Z"}"#, "[1]",
                "{",
                "\u{FEFF}{}",
            ]
            var bytes = Data(lines.joined(separator: "\n").utf8)
            bytes.append(contentsOf: [0x0A, 0x7B, 0x22, 0xFF, 0x22, 0x7D])
            try bytes.write(to: file)
            var answers: [[JSONObject]] = []
            for environment in [stack.environment, ["WAITABLE_URL": stack.url]] {
                let words = ["start", "--file", file.path, "--json"]
                let program = try Program(words, environment: environment)
                #expect(try await program.end() == 65, "\(program.output)")
                let lines = program.output.split(separator: "\n").filter { $0.hasPrefix("{") }
                answers.append(try lines.map { try #require(try JSON(parsing: String($0)).objectValue) })
            }
            #expect(answers[0].count == lines.count + 1)
            let texts = answers.map { $0.dropFirst().map { JSON.object($0).text } }
            #expect(texts[0] == texts[1])
            #expect(
                answers[0].map { $0["code"]?.stringValue ?? "" }.prefix(5) == [
                    "", "ItemExists", "InvalidField", "StateMachineNotFound", "InvalidField",
                ]
            )
            #expect(answers[0].last?["message"]?.stringValue?.contains("UTF-8") == true, "\(answers[0].last ?? [:])")
            #expect(try await stack.dueCount() == 1)
        }
    }

    @Test(
        "A start for which Redis has no room says so and what to change; in a file, each line is answered",
        arguments: [("maxmemory", "1"), ("maxmemory-policy", "allkeys-lru")]
    )
    func noRoom(setting: String, value: String) async throws {
        try await Stack.with { stack in
            let file = FileManager.default.temporaryDirectory.appending(path: "waitable-\(UUID().uuidString).ndjson")
            defer { try? FileManager.default.removeItem(at: file) }
            let lines = [
                #"{"Id":"a","StartTimestamp":"2036-05-01T12:00:00Z"}"#, #"{"Id":"b","StartTimestamp":"soon"}"#,
                #"{"Id":"c","StartTimestamp":"2036-05-01T12:00:00Z"}"#,
            ]
            try lines.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
            _ = try await stack.store.client.send(RedisCommand("CONFIG", "SET", setting, value))
            try await eventually("ingest knows it") { try await stack.get("/readyz").status == 503 }
            var outputs: [[String]] = []
            for environment in [stack.environment, ["WAITABLE_URL": stack.url]] {
                let (code, output) = try await Program.run("start", "--file", file.path, environment: environment)
                #expect(code == 65, "\(output)")
                #expect(output.hasSuffix("\nstarted 0, failed 3\n"), "\(output)")
                let single = try await Program.run("start", "--at", "2036-05-01T12:00:00Z", environment: environment)
                #expect(single.0 == 69, "\(single.1)")
                #expect(single.1.split(separator: "\n").count == 1, "\(single.1)")
                let advice =
                    setting == "maxmemory"
                    ? "; raise maxmemory, or keep closed items for less long (WAITABLE_RETENTION_AGE)\n"
                    : "it must be noeviction (WAITABLE_ALLOW_EVICTION=true takes the risk)\n"
                #expect(single.1.hasSuffix(advice), "\(single.1)")
                outputs.append(output.split(separator: "\n").map(String.init) + [single.1])
            }
            #expect(outputs[0] == outputs[1])
            _ = try await stack.store.client.send(RedisCommand("CONFIG", "SET", "maxmemory", "0"))
            _ = try await stack.store.client.send(RedisCommand("CONFIG", "SET", "maxmemory-policy", "noeviction"))
            #expect(try await stack.dueCount() == 0)
        }
    }

    @Test("start --file that is broken off says how far it came")
    func brokenOff() async throws {
        let credentials = try CredentialFolder()
        let token = try await credentials.addToken("shop", rights: "start")
        try await Stack.with(environment: credentials.environment) { stack in
            let file = credentials.path("items.ndjson").path
            _ = try await ConsoleSession.shell("mkfifo '\(file)'", environment: [:])
            let start = try Program(
                ["start", "--file", file],
                environment: ["WAITABLE_URL": stack.url, "WAITABLE_TOKEN": token]
            )
            // More than a pipe holds, so that the first thousand lines are read before the file ends.
            let lines = (1...1_500).map { #"{"Id":"file-\#($0)","StartTimestamp":"2036-05-01T12:00:00Z"}"# }
            let writer = try FileHandle(forWritingTo: URL(filePath: file))
            try writer.write(contentsOf: Data(("[]\n" + lines.joined(separator: "\n")).utf8))
            try await eventually("the first thousand are answered") { try await stack.dueCount() == 999 }
            try credentials.write("", to: credentials.tokens, mode: 0o644)
            try await eventually("the token is refused") {
                try await stack.post("{}", headers: [("Authorization", "Bearer \(token)")]).status == 401
            }
            try writer.close()
            #expect(try await start.end() == 77)
            let end = "\nstarted 999, failed 1\nwaitable: line 1001 and all after it were not answered\nwaitable: "
            #expect(start.output.contains(end), "\(start.output)")
            #expect(try await stack.dueCount() == 999)
        }
    }

    @Test("watch --once leaves a terminal as it is")
    func terminal() async throws {
        try await Stack.with { stack in
            let pty = "python3 -c 'import pty, sys; pty.spawn(sys.argv[1:])' '\(Program.path)' watch"
            let once = try await ConsoleSession.shell("\(pty) --once", environment: stack.environment)
            #expect(once.contains("WAITING"), "\(once)")
            #expect(!once.contains("\u{1B}"), "\(once)")
        }
    }

    @Test("watch shows what waits and who works; a worker that stops is gone from it")
    func watch() async throws {
        try await Stack.with { stack in
            try await stack.startItems(3, at: Instant(milliseconds: 2_000_000_000_000))
            let worker = try stack.worker(["WAITABLE_WORKER_NAME": "night-shift"])
            let overview = { @Sendable in
                let (code, output) = try await Program.run("watch", "--once", "--json", environment: stack.environment)
                #expect(code == 0)
                return try JSON(parsing: output).objectValue ?? [:]
            }
            try await eventually("the worker has reported itself") {
                try await overview()["workers"]?.arrayValue?.first?.objectValue?["name"] == "night-shift"
            }
            #expect(try await overview()["waiting"] == .integer(3))
            #expect(try await stack.get("/overview").json.objectValue?["waiting"] == .integer(3))
            let text = try await Program.run(
                "watch",
                "--once",
                "--url",
                stack.url,
                environment: ["WAITABLE_REDIS_URL": "redis://127.0.0.1:1"]
            )
            #expect(text.0 == 0)
            #expect(text.1.contains("night-shift"))
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
            #expect(try await overview()["workers"] == .array([]))
        }
        let away = try await Program.run("watch", "--once", "--url", "http://127.0.0.1:1")
        #expect(away.0 == 69)
        #expect(away.1.hasPrefix("waitable: http://127.0.0.1:1 cannot be reached"))
        let bad = try await Program.run("watch", "--once", "--url", "ftp://x")
        #expect(bad.0 == 78)
        #expect(bad.1.contains("WAITABLE_URL (--url): must be http://host:port or https://host:port: 'ftp://x'"))
    }
}
