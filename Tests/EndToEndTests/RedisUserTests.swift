import Foundation
import Logging
import RedisClient
import RedisTestServer
import StatesLanguage
import Testing
import WaitableRedis

/// The Redis users of deploy/redis/users.acl: each suffices for its process, and for nothing else.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct RedisUserTests {
    /// Runs a test with an ingest, and all that is started in it, as users of the file.
    private func with(
        ingestUser: String = "ingest",
        _ body: @Sendable (Stack) async throws -> Void
    ) async throws {
        let users = try RedisUsers(default: RedisUsers.openDefaultLine)
        try await Stack.with(
            options: users.options,
            // So that a password that is logged anywhere is seen.
            environment: ["WAITABLE_LOG_LEVEL": "trace"],
            ingestUser: ingestUser,
            body
        )
    }

    private func url(_ stack: Stack, _ name: String) -> String {
        stack.redis.url.replacing("redis://", with: "redis://\(RedisUsers.login(name))")
    }

    @Test("Ingest and workers do all of their work as their users")
    func suffices() async throws {
        try await with { stack in
            let worker = try stack.worker([
                "WAITABLE_REDIS_URL": url(stack, "worker"), "WAITABLE_LEASE_MS": "500", "WAITABLE_RETENTION_COUNT": "3",
                "WAITABLE_RETENTION_INTERVAL_MS": "100", "WAITABLE_METRICS_PORT": "0", "WAITABLE_LOG_LEVEL": "trace",
            ])
            let due = try await stack.now().adding(milliseconds: 1_500).iso8601
            let lines = (0..<20).map { #"{"Id":"batch-\#($0)","StartTimestamp":"\#(due)"}"# }.joined(separator: "\n")
            let started = try await stack.batch(lines)
            #expect(started.count == 20)
            #expect(started.allSatisfy { $0["code"] == nil })
            let far = #"{"Id":"far","StartTimestamp":"2036-01-01T00:00:00Z"}"#
            #expect(try await stack.post(far).status == 200)
            for path in [
                "/status", "/status/far", "/items", "/items/far", "/items/far/timeline", "/overview", "/state-machines",
            ] {
                #expect(try await stack.get(path).status == 200, "\(path)")
            }
            for path in [
                "/items/far/cancel", "/items/far/redrive", "/state-machines/waitable-stepfunction/pause",
                "/state-machines/waitable-stepfunction/resume",
            ] {
                #expect(try await stack.post("", to: path).status == 200, "\(path)")
            }
            let later = #"{"StartTimestamp":"2037-01-01T00:00:00Z"}"#
            try await eventually("it can be rescheduled") {
                try await stack.post(later, to: "/items/far/reschedule").status == 200
            }
            let machine = try await stack.call(
                "CreateStateMachine",
                [
                    "name": "made", "roleArn": "arn:aws:iam::000000000000:role/any", "publish": .bool(true),
                    "definition": #"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#,
                    "tags": .array([.object(["key": "k", "value": "v"])]),
                ]
            )
            let arn = try #require(machine.json.objectValue?["stateMachineArn"])
            #expect(try await stack.call("StartExecution", ["stateMachineArn": arn]).status == 200)
            #expect(try await stack.call("ListExecutions", ["stateMachineArn": arn]).status == 200)
            #expect(try await stack.call("DeleteStateMachine", ["stateMachineArn": arn]).status == 200)
            // All but the three that retention leaves are gone, and the one that waits is not touched.
            try await eventually("retention has swept") {
                let (closed, due) = (try await stack.closedCount(), try await stack.dueCount())
                return due == 1 && closed == 3
            }
            let scrape = try await Scrape(stack.url + "/metrics")
            #expect(scrape["waitable_redis_memory_used_bytes"] ?? 0 > 0)
            let commandLines = try [worker, stack.ingest].map {
                try String(contentsOfFile: "/proc/\($0.process.processIdentifier)/cmdline", encoding: .utf8)
            }
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
            for output in [worker.output, stack.ingest.output, scrape.text] + commandLines {
                #expect(!output.contains("NOPERM"), "\(output)")
                #expect(!output.contains(RedisUsers.password))
            }
        }
    }

    @Test("An operator's commands do all of their work on Redis as their user")
    func operates() async throws {
        try await with { stack in
            #expect(try await stack.post(#"{"Id":"far","StartTimestamp":"2036-01-01T00:00:00Z"}"#).status == 200)
            let worker = try stack.worker(["WAITABLE_REDIS_URL": url(stack, "worker")])
            let environment = ["WAITABLE_REDIS_URL": url(stack, "operator")]
            _ = try await stack.integer("ZREM", stack.store.keys.due, "waitable-stepfunction:far")
            for (words, code, text) in [
                ("doctor --repair --json", 1, #""code":"open-not-due""#), ("list", 0, "far"),
                ("describe far", 0, "WAITING"), ("reschedule far --at 2037-01-01T00:00:00Z", 0, "2037"),
                ("cancel far", 0, "ABORTED"), ("redrive far", 0, "far"), ("pause waitable-stepfunction", 0, "paused"),
                ("resume waitable-stepfunction", 0, "false"),
                ("start --id b --at 2036-01-01T00:00:00Z", 0, "started b"),
                ("state-machines", 0, "waitable-stepfunction"),
            ] as [(String, Int32, String)] {
                let program = try Program(words.split(separator: " ").map(String.init), environment: environment)
                #expect(try await program.end() == code, "\(words): \(program.output)")
                #expect(program.output.contains(text), "\(words): \(program.output)")
            }
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    @Test("Who may redrive may do it with a token", arguments: ["ingest", "operator"])
    func redriveByToken(user: String) async throws {
        try await with(ingestUser: user) { stack in
            let machine = try await stack.create(
                "far",
                #"{"StartAt":"W","States":{"W":{"Type":"Wait","Timestamp":"2036-01-01T00:00:00Z","End":true}}}"#
            )
            let execution: JSONObject = ["executionArn": .string(try await stack.start(machine))]
            #expect(try await stack.call("StopExecution", execution).status == 200)
            var redrive = execution
            redrive["clientToken"] = "once"
            for _ in 0..<2 { #expect(try await stack.call("RedriveExecution", redrive).status == 200) }
        }
    }

    @Test("A process or command whose user or namespace is wrong says so by one line, and ends with 77")
    func wrongUser() async throws {
        let cases: [(words: String, user: String, namespace: String)] = [
            ("worker", "ingest", "waitable"), ("worker", "operator", "waitable"), ("worker", "consumer", "waitable"),
            ("worker", "worker", "other"), ("ingest --port 0", "worker", "waitable"),
            ("ingest --port 0", "backup", "waitable"), ("ingest --port 0", "ingest", "other"),
            ("list", "consumer", "waitable"), ("list", "operator", "other"), ("list", "backup", "waitable"),
            ("deploy statemachine/waitable-stepfunction.asl.json", "worker", "waitable"),
            ("start --at 2036-01-01T00:00:00Z", "consumer", "waitable"), ("watch --once", "consumer", "waitable"),
        ]
        try await with { stack in
            for (words, user, namespace) in cases {
                let program = try Program(
                    words.split(separator: " ").map(String.init),
                    environment: [
                        "WAITABLE_REDIS_URL": url(stack, user), "WAITABLE_NAMESPACE": namespace,
                        "WAITABLE_LOG_LEVEL": "info",
                    ]
                )
                #expect(try await program.end() == 77, "\(words): \(program.output)")
                let lines = program.output.split(separator: "\n")
                let last = lines.last ?? ""
                #expect(last.hasPrefix("waitable: NOPERM "), "\(words): \(program.output)")
                #expect(last.contains("the Redis user 'waitable-\(user)' "), "\(words): \(program.output)")
                #expect(last.contains(" in the namespace '\(namespace)': use "), "\(words): \(program.output)")
                #expect(last.hasSuffix(" in WAITABLE_REDIS_URL, or correct WAITABLE_NAMESPACE"))
                #expect(lines.count { $0.contains("NOPERM") } == 1, "\(words): \(program.output)")
                #expect(!program.output.contains(RedisUsers.password))
            }
        }
    }

    @Test("All users work in the database that the URL names, and in no other")
    func database() async throws {
        let users = try RedisUsers(default: RedisUsers.openDefaultLine)
        let redis = try RedisTestServer(options: users.options)
        let ask = { @Sendable (words: String) in
            try await ConsoleSession.shell("redis-cli -p \(redis.port) \(words)", environment: [:])
        }
        let environment = { @Sendable (name: String) in
            let address = redis.url.replacing("redis://", with: "redis://\(RedisUsers.login(name))")
            return ["WAITABLE_REDIS_URL": address + "/5", "WAITABLE_PORT": "0", "WAITABLE_LOG_LEVEL": "info"]
        }
        let processes = try ["ingest", "worker"].map { try Program([$0], environment: environment($0)) }
        let id = ["start", "--id", "five", "--at", "2026-01-01T00:00:00Z"]
        try await eventually("an item is started") {
            let start = try Program(id, environment: environment("operator"))
            return try await start.end() == 0
        }
        try await eventually("it is carried out") {
            try await ask("-n 5 HGET waitable:{0}:item:items:five ProcessStatus") == "COMPLETED"
        }
        #expect(try await ask("-n 0 DBSIZE") == "0")
        for process in processes {
            process.signal(SIGTERM)
            #expect(try await process.end() == 0)
        }

        for name in ["ingest", "worker", "operator"] {
            #expect(try await ask("ACL SETUSER waitable-\(name) -select") == "OK")
        }
        for (name, words) in [("ingest", ["ingest"]), ("worker", ["worker"]), ("operator", ["list"]), ("operator", id)]
        {
            let program = try Program(words, environment: environment(name))
            #expect(try await program.end() == 78, "\(words)")
            #expect(program.output.contains("the database 5 is refused: NOPERM"), "\(program.output)")
            #expect(program.output.contains("the user must have the right +select"), "\(program.output)")
            #expect(!program.output.contains(RedisUsers.password))
        }
        #expect(try await ask("-n 0 DBSIZE") == "0")
    }

    @Test("Each user is refused for anything else", arguments: ["ingest", "worker", "operator", "backup", "consumer"])
    func refused(name: String) async throws {
        let prefix = "waitable:{0}"
        var forbidden = [
            "FLUSHALL", "FLUSHDB", "KEYS *", "CONFIG SET maxmemory 1", "SHUTDOWN NOSAVE", "ACL LIST",
            "SCRIPT FLUSH", "EVAL x 0", "MONITOR", "CLIENT KILL ID 1", "FUNCTION FLUSH",
            "FUNCTION DELETE waitable",
            "REPLICAOF NO ONE", "SAVE", "SWAPDB 0 1", "MIGRATE h 1 k 0 1", "RENAME \(prefix):due other",
            "GET other", "SET other 1", "GET \(prefix):other", "HSET \(prefix)x 1 1", "PUBLISH other 1",
            "EXPIRE \(prefix):due 1", "COPY \(prefix):due other", "DUMP \(prefix):due",
        ]
        switch name {
        case "ingest":
            forbidden += ["CONFIG GET *", "SET \(prefix):sweeper x", "SCAN 0", "SUBSCRIBE other"]
        case "worker":
            forbidden += [
                "FCALL waitable_deploy 1 \(prefix) m put h {} {}", "FUNCTION LOAD x",
                "FCALL waitable_register 1 \(prefix) '' '' activities a '' {}",
                "HSET \(prefix):machines :default x", "SET \(prefix):machine:h x", "CONFIG GET *", "SCAN 0",
                "SUBSCRIBE other",
            ]
        case "backup", "consumer":
            forbidden += [
                "GET \(prefix):secret", "HGETALL \(prefix):machines", "FCALL waitable_start 1 \(prefix) {}", "SCAN 0",
                "XADD \(prefix):stream:s * a b", "XTRIM \(prefix):stream:s MAXLEN 0", "DEL \(prefix):stream:s",
                "XREAD STREAMS \(prefix):due 0", "CONFIG GET *", "CONFIG SET appendonly no", "SUBSCRIBE \(prefix):wake",
                "XRANGE \(prefix):\(name == "backup" ? "stream:s" : "activity:s") - +",
            ]
        default:
            forbidden += ["SUBSCRIBE \(prefix):wake"]
        }
        if name != "backup" { forbidden.append("BGREWRITEAOF") }
        if name != "worker" {
            forbidden += [
                "FCALL waitable_claim 1 \(prefix) 1 1000 w", "FCALL waitable_renew 1 \(prefix) 1.5 1000 m:held",
                "FCALL waitable_release 1 \(prefix) 1.5 0 m:held",
                #"FCALL waitable_commit 1 \#(prefix) 1.5 '' 1 m:held '' {"s":"S","d":"h","b":1,"input":{}} '' 0"#,
                "FCALL waitable_report 1 \(prefix) w 1000 {}",
                "FCALL waitable_sweep 1 \(prefix) 9 1000 '' '' sweeper",
                "ZADD \(prefix):leases 1 1.5", "ZADD \(prefix):workers 1 x", "HSET \(prefix):reports x {}",
            ]
        }
        let commands = forbidden
        try await with { stack in
            // Something that is due, something that is held, and the number that a refused claim takes.
            _ = try await stack.integer("ZADD", "\(prefix):due", "0", "m:due", "1.5", "m:held")
            _ = try await stack.integer("INCR", "\(prefix):sequence")
            let look = RedisCommand("ZRANGE", "\(prefix):due", "0", "-1", "WITHSCORES")
            let due = try await stack.store.client.send(look)
            let before = try await stack.integer("DBSIZE")
            var configuration = try RedisConfiguration(url: url(stack, name))
            configuration.backoff = .milliseconds(10) ... .milliseconds(50)
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let client = RedisClient(configuration, logger: logger)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await client.run() }
                defer { group.cancelAll() }
                for line in commands {
                    let words = line.split(separator: " ").map(String.init)
                    var command = RedisCommand(name: words[0])
                    for word in words.dropFirst() { command.append(word == "''" ? "" : word) }
                    do throws(RedisError) {
                        let reply = try await client.send(command)
                        Issue.record("\(line): \(reply)")
                    } catch {
                        // A function's own commands are refused with these words, by Redis 7.0 and by later ones.
                        let isInFunction = ["The user executing the script can't", "ACL failure in script"].contains {
                            error.message.contains($0)
                        }
                        #expect(error.server?.prefix == "NOPERM" || isInFunction, "\(line): \(error)")
                    }
                }
            }
            #expect(try await stack.integer("DBSIZE") == before)
            #expect(try await stack.store.client.send(look) == due)
        }
    }

    @Test("A consumer may use the streams of every partition, and no key that only ends or goes on as theirs do")
    func consumersKeys() async throws {
        let streams = [
            "{0}:events", "{9}:stream:s", "{42}:stream:a:b", "{127}:events", "{1023}:stream:s", "{1023}:events",
        ]
        let others = [
            "{1}:item:items:k1}:events", "{1}:item:items:k}:stream:s", "{1}:inbox:m:a}:events", "{x}:events",
            "{1}:record:t:a:b}:stream:s", "{10000}:events", "{}:stream:s", "{1}:events2",
        ]
        try await with { stack in
            for (keys, isAllowed) in [(streams, true), (others, false)] {
                for key in keys {
                    for words in [["XLEN"], ["XACK"], ["XREADGROUP", "GROUP", "g", "c", "STREAMS"]] {
                        var command = RedisCommand("ACL", "DRYRUN", "waitable-consumer")
                        for word in words + ["waitable:" + key] { command.append(word) }
                        if words != ["XLEN"] { command.append(words == ["XACK"] ? "g" : ">") }
                        if words == ["XACK"] { command.append("0-1") }
                        let reply = try await stack.store.client.send(command)
                        #expect((reply.string == "OK") == isAllowed, "\(words[0]) \(key): \(reply)")
                    }
                }
            }
        }
    }

    @Test("No rule of a user is one that Redis deprecates: a first argument of a command without subcommands")
    func currentRules() throws {
        let text = try String(contentsOf: Program.root.appending(path: "deploy/redis/users.acl"), encoding: .utf8)
        let withSubcommands = ["acl", "client", "cluster", "config", "function", "memory", "xgroup", "xinfo"]
        for rule in text.split(whereSeparator: \.isWhitespace) where rule.hasPrefix("+") && rule.contains("|") {
            #expect(withSubcommands.contains(rule.dropFirst().prefix { $0 != "|" }.lowercased()), "\(rule)")
        }
    }
}
