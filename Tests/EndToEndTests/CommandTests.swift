import Foundation
import RedisTestServer
import StatesLanguage
import Testing

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

    @Test("dev that is killed takes all of its stack with it")
    func killedDev() async throws {
        let port = try RedisTestServer.freePort()
        let dev = try Program(["dev", "--workers", "2", "--port", "\(port)"])
        try await eventually("it runs") {
            try #require(dev.process.isRunning, "\(dev.output)")
            return dev.output.contains("Ctrl-C ends all of it.")
        }
        let ports = dev.output.matches(of: /(?:127\.0\.0\.1:|redis-cli -p )(\d+)/).compactMap { Int($0.1) }
        let all = Set(ports)
        #expect(all.count == 4 && all.contains(port))
        for port in all { #expect(try RedisTestServer.isTaken(port)) }
        dev.signal(SIGKILL)
        _ = try await dev.end()
        for port in all { try await eventually("\(port) is free") { try !RedisTestServer.isTaken(port) } }
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
