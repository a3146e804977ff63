import Foundation
import RedisClient
import RedisTestServer
import StatesLanguage
import Testing
import WaitableRedis

/// The command's own behaviour: output, exit codes, and that `dev` leaves nothing behind.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct CommandTests {
    @Test("dev runs a whole stack; Ctrl-C ends all of it and leaves nothing behind")
    func dev() async throws {
        let temporary = FileManager.default.temporaryDirectory.appending(path: "waitable-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: temporary) }
        let port = try RedisTestServer.freePort()
        let dev = try Program(
            ["dev", "--workers", "3", "--port", "\(port)", "--first-item"],
            environment: ["TMPDIR": temporary.path]
        )
        try await eventually("the first item is through") {
            try #require(dev.process.isRunning, "\(dev.output)")
            return dev.output.contains(#""ProcessStatus":"COMPLETED""#)
        }
        #expect(dev.output.contains("http://127.0.0.1:\(port)"))
        #expect(dev.output.contains(#""ProcessStatus":"STARTED""#))
        let children = dev.output.matches(of: /pid (\d+)/).compactMap { Int32($0.1) }
        #expect(children.count == 5)
        #expect(children.allSatisfy { kill($0, 0) == 0 })
        dev.signal(SIGINT)
        #expect(try await dev.end() == 0)
        #expect(children.allSatisfy { kill($0, 0) != 0 })
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty)
    }

    @Test("start and status work on Redis directly, for people and for programs")
    func startAndStatus() async throws {
        try await Stack.with { stack in
            let environment = stack.environment
            let instant = "2036-05-01T12:00:00Z"
            let started = try await Program.run("start", "--id", "cli-1", "--at", instant, environment: environment)
            #expect(started == (0, "started cli-1, due at \(instant)\n"))
            let worker = try stack.worker()
            try await eventually("its first states are run") {
                try await stack.get("/status/cli-1").status == 200
            }
            let shown = try await Program.run("status", "cli-1", "--json", environment: environment)
            #expect(shown.0 == 0)
            let item = try JSON(parsing: shown.1).objectValue
            #expect(item?["ProcessStatus"] == "STARTED")
            #expect(item?["StartActionAt"] == .string(instant))
            let table = try await Program.run("status", environment: environment)
            #expect(table.1.hasPrefix("ID     START AT              STATUS   LAST UPDATED\ncli-1  \(instant)  STARTED"))
            #expect(try await Program.run("status", "none", environment: environment).0 == 2)
            let conflict = try await Program.run(
                "start",
                "--id",
                "cli-1",
                "--at",
                "2036-05-01T12:00:01Z",
                environment: environment
            )
            #expect(conflict.0 == 3)
            let bad = try await Program.run("start", "--at", "tomorrow", environment: environment)
            #expect(bad.0 == 65)
            #expect(bad.1.contains("StartTimestamp"))
            worker.signal(SIGTERM)
        }
    }

    @Test("validate names the problem, and deploy makes a machine usable")
    func validateAndDeploy() async throws {
        let file = "statemachine/waitable-stepfunction.asl.json"
        #expect(try await Program.run("validate", file, "--substitute", "DDBTable=t") == (0, "\(file): valid\n"))
        #expect(try await Program.run("validate", file) == (0, "\(file): valid\n"))
        let missing = try await Program.run("validate", file, environment: ["WAITABLE_SUBSTITUTIONS": "Other=1"])
        #expect(missing.0 == 65)
        #expect(missing.1.contains("The substitution '${DDBTable}' has no value"))
        #expect(missing.1.hasSuffix("give it one by --substitute Name=value, or in WAITABLE_SUBSTITUTIONS\n"))
        try await Stack.with { stack in
            let deployed = try await Program.run(
                "deploy",
                file,
                "--name",
                "other",
                "--substitute",
                "DDBTable=t",
                environment: stack.environment
            )
            #expect(deployed.0 == 0)
            let byDefault = try await Program.run("deploy", file, "--name", "third", environment: stack.environment)
            #expect(byDefault.0 == 0, "\(byDefault.1)")
            #expect(
                deployed.1.hasPrefix("deployed arn:aws:states:us-east-1:000000000000:stateMachine:other, revision ")
            )
            let described = try await stack.call(
                "DescribeStateMachine",
                ["stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:other"]
            )
            #expect(described.status == 200)
        }
    }

    @Test(
        "A bad setting is named, and the exit code says configuration",
        arguments: [
            (["worker", "--batch", "0"], "WAITABLE_BATCH (--batch): must be a whole number from 1 to 1000: '0'"),
            (
                ["worker", "--lease-ms", "x"],
                "WAITABLE_LEASE_MS (--lease-ms): must be a whole number from 100 to 3600000: 'x'"
            ),
            (
                ["worker", "--redis-url", "http://secret@h"],
                "WAITABLE_REDIS_URL (--redis-url): the URL must begin with"
            ),
            (["ingest", "--port", "70000"], "WAITABLE_PORT (--port): must be a whole number from 0 to 65535: '70000'"),
            (["ingest", "--statemachines", "/none"], "WAITABLE_STATEMACHINES (--statemachines): must be a folder"),
            (["ingest", "--namespace", "a b"], "WAITABLE_NAMESPACE (--namespace): must be 1 to 64"),
            (
                ["ingest", "--allow-eviction", "yes"],
                "WAITABLE_ALLOW_EVICTION (--allow-eviction): must be true or false: 'yes'"
            ),
            (
                ["ingest", "--memory-high-water", "101"],
                "WAITABLE_MEMORY_HIGH_WATER (--memory-high-water): must be a whole number from 1 to 100: '101'"
            ),
            (
                ["worker", "--retention-age", "90"],
                "WAITABLE_RETENTION_AGE (--retention-age): must be a whole number with s, m, h or d, at most 36500d"
            ),
            (
                ["worker", "--retention-age", "36501d"],
                "WAITABLE_RETENTION_AGE (--retention-age): must be a whole number"
            ),
            (
                ["worker", "--retention-count", "many"],
                "WAITABLE_RETENTION_COUNT (--retention-count): must be a whole number from 0 to 1000000000: 'many'"
            ),
            (
                ["worker", "--retention-items", "1"],
                "WAITABLE_RETENTION_ITEMS (--retention-items): must be true or false"
            ),
            (["ingest", "--log-level", "loud"], "WAITABLE_LOG_LEVEL (--log-level): must be one of"),
            (
                ["ingest", "--config", "/none.json"],
                "WAITABLE_CONFIG (--config): must be a readable JSON file: '/none.json'"
            ),
        ]
    )
    func badSettings(arguments: [String], message: String) async throws {
        let program = try Program(arguments)
        #expect(try await program.end() == 78)
        #expect(program.output.contains(message))
        #expect(!program.output.contains("secret"))
    }

    @Test("graph draws a definition from a file or standard input; README shows what it prints")
    func graph() async throws {
        let sample = "statemachine/waitable-stepfunction.asl.json"
        let picture = try await ConsoleSession.shell(#""$W" graph \#(sample)"#, environment: ["W": Program.path])
        let shown = try String(contentsOf: Program.root.appending(path: "docs/waitable-pattern.svg"), encoding: .utf8)
        #expect(picture == shown.trimmingCharacters(in: .newlines))
        let mermaid = try await ConsoleSession.shell(
            #""$W" graph - --format mermaid < \#(sample)"#,
            environment: ["W": Program.path]
        )
        #expect(mermaid.hasPrefix("flowchart TD") && mermaid.contains("WaitUntil"))
        for file in ["/nonexistent", "README.md"] {
            #expect(try await Program.run("graph", file).0 == 65, "\(file)")
        }
    }

    @Test(
        "dev on a port that somebody else has says that alone, and starts nothing",
        arguments: [[], ["--first-item"]]
    )
    func devOnABusyPort(more: [String]) async throws {
        try await Stack.with { stack in
            let port = try #require(stack.url.split(separator: ":").last.map(String.init))
            let dev = try Program(["dev", "--port", port] + more)
            #expect(try await dev.end() == 78)
            let rule = "must be a port of 127.0.0.1 that nothing else listens on"
            #expect(dev.output == "waitable: WAITABLE_PORT (--port): \(rule): '\(port)'\n")
            let ingest = try Program(["ingest", "--port", port], environment: ["WAITABLE_REDIS_URL": stack.redis.url])
            #expect(try await ingest.end() == 78)
            #expect(ingest.output == dev.output)
        }
    }

    @Test("A command whose messages nobody reads ends with its exit code all the same")
    func closedOutput() async throws {
        let code = try await ConsoleSession.shell(
            #""$W" validate /nonexistent 2>&- >&-; echo $?"#,
            environment: ["W": Program.path]
        )
        #expect(code == "65")
    }

    @Test("Settings come from the file, under the environment, under flags")
    func precedence() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "waitable-\(UUID().uuidString).json")
        try #"{"batch": 0, "lease": {"ms": 50}}"#.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let fromFile = try await Program.run("worker", "--config", file.path, "--batch", "10")
        #expect(fromFile.1.contains("lease.ms in \(file.path): must be a whole number from 100 to 3600000: '50'"))
        let fromEnvironment = try await Program.run(
            "worker",
            "--config",
            file.path,
            "--batch",
            "10",
            environment: ["WAITABLE_LEASE_MS": "60"]
        )
        #expect(fromEnvironment.1.contains("'60'"))
        let fromFlag = try await Program.run(
            "worker",
            "--config",
            file.path,
            "--batch",
            "10",
            "--lease-ms",
            "70",
            environment: ["WAITABLE_LEASE_MS": "60"]
        )
        #expect(fromFlag.1.contains("'70'"))
    }
}

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
