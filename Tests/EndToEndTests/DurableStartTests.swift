import Foundation
import NIOHTTP1
import RedisTestServer
import StatesLanguage
import Testing
import WaitableRedis

/// Starts that are answered when they are safe: on disk, or on replicas.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct DurableStartTests {
    private static let header = "Waitable-Durability"

    private static let missed =
        "It is started, but not as safe as asked for: 'replicas=1' was asked for, 'none' was reached."
        + " The same request asks again."

    private static let unreachable =
        "Nothing was started, because it could be lost: a start cannot be made as safe as it has to be: "
        + "Redis has 1 of 2 replicas"

    /// Runs an ingest, as its user, on a primary with a replica.
    private func with(
        persistence: RedisTestServer.Persistence = .none,
        _ body: @Sendable (Stack, _ replica: RedisTestServer) async throws -> Void
    ) async throws {
        let users = try RedisUsers(default: RedisUsers.openDefaultLine)
        let options = ["--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"] + users.options
        try await Stack.with(persistence: persistence, options: options, ingestUser: "ingest") { stack in
            let replica = try Self.replica(of: stack.redis)
            defer { replica.kill() }
            try await body(stack, replica)
        }
    }

    private static func replica(of primary: RedisTestServer) throws -> RedisTestServer {
        let replica = try RedisTestServer(options: ["--replicaof", "127.0.0.1", "\(primary.port)"])
        try primary.ask("INFO replication", until: "state=online")
        return replica
    }

    private static func body(_ id: String, more: String = "") -> String {
        #"{"Id":"\#(id)","StartTimestamp":"2036-01-01T00:00:00Z"\#(more)}"#
    }

    @Test("A start is answered with what it has reached; one that reached too little stands, and asks again")
    func replicas() async throws {
        try await with { stack, replica in
            let asking = [(Self.header, "replicas=1")]
            let plain = try await stack.post(Self.body("plain"))
            #expect(plain.status == 200 && plain.headers[Self.header] == [])
            for _ in 0..<2 {
                let answer = try await stack.post(Self.body("a"), headers: asking)
                #expect(answer.status == 200 && answer.headers[Self.header] == ["replicas=1"], "\(answer.json.text)")
            }
            let inBody = try await stack.post(Self.body("b", more: #","durability":"replicas=1""#))
            #expect(inBody.headers[Self.header] == ["replicas=1"])
            let given = try await stack.post(Self.body("c", more: #","durability":"none""#), headers: asking)
            #expect(given.status == 200 && given.headers[Self.header] == [])
            replica.pause()
            for id in ["d", "a"] {
                let missed = try await stack.post(Self.body(id), headers: asking)
                #expect(missed.status == 503 && missed.headers["Retry-After"] == ["1"])
                #expect(missed.headers[Self.header] == ["none"])
                #expect(
                    missed.json.objectValue
                        == [
                            "code": "DurabilityNotReached",
                            "message": .string(Self.missed),
                            "field": "Id", "value": .string(id),
                        ]
                )
                #expect(try await stack.get("/status/\(id)").status == 200)
            }
            #expect(try await stack.post(Self.body("a")).status == 200)
            replica.resume()
            #expect(try await stack.post(Self.body("d"), headers: asking).headers[Self.header] == ["replicas=1"])
            #expect(try await stack.dueCount() == 5)
        }
    }

    @Test("A batch has it for all lines, and each line for itself")
    func batch() async throws {
        try await with { stack, replica in
            let lines = [
                Self.body("a"), Self.body("b", more: #","durability":"none""#),
                Self.body("c", more: #","durability":"replicas=2""#), Self.body("d", more: #","durability":1"#),
                Self.body("e", more: #","durability":"all""#),
            ]
            .joined(separator: "\n")
            let client = BatchClient(stack, headers: [(Self.header, "replicas=1")])
            client.write(lines)
            client.end()
            let answers = try await client.answers(.max)
            #expect(answers.map { $0["durability"] } == ["replicas=1", nil, nil, nil, nil])
            #expect(answers.map { $0["status"]?.integerValue } == [nil, nil, 503, 400, 400])
            #expect(answers[2]["code"] == "DurabilityUnreachable")
            #expect(answers[2]["message"] == .string(Self.unreachable))
            #expect(answers[3]["message"] == "durability: must be a string: '1'")
            #expect(answers[4]["field"] == "durability" && answers[4]["value"] == "all")
            #expect(try await stack.dueCount() == 2)
            replica.pause()
            let missed = try await stack.batch(
                Self.body("f", more: #","durability":"replicas=1""#) + "\n" + Self.body("g")
            )
            #expect(missed.map { $0["code"] } == ["DurabilityNotReached", nil])
            #expect(missed.map { $0["status"]?.integerValue } == [503, nil])
            #expect(try await stack.dueCount() == 4)
        }
    }

    @Test("Step Functions' clients ask by the same header")
    func stepFunctions() async throws {
        try await with { stack, replica in
            let machine = "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction"
            func start(_ name: String, _ durability: String) async throws -> Stack.Answer {
                let input = JSON.string(Self.body(name)).text
                return try await stack.post(
                    #"{"stateMachineArn":"\#(machine)","name":"\#(name)","input":\#(input)}"#,
                    headers: [
                        ("X-Amz-Target", "AWSStepFunctions.StartExecution"),
                        ("Content-Type", "application/x-amz-json-1.0"), (Self.header, durability),
                    ]
                )
            }
            #expect(try await start("a", "replicas=1").headers[Self.header] == ["replicas=1"])
            let few = try await start("b", "replicas=2")
            #expect(few.status == 503 && few.headers["x-amzn-ErrorType"] == ["ServiceUnavailable"])
            #expect(few.headers["Retry-After"] == ["5"])
            let bad = try await start("b", "replicas=9")
            #expect(bad.status == 400 && bad.headers["x-amzn-ErrorType"] == ["ValidationException"])
            #expect(bad.json.text.contains("Value 'replicas=9' at 'Waitable-Durability' failed"))
            replica.pause()
            let missed = try await start("c", "replicas=1")
            #expect(missed.status == 503 && missed.headers["x-amzn-ErrorType"] == ["DurabilityNotReached"])
            #expect(missed.headers[Self.header] == ["none"] && missed.headers["Retry-After"] == ["1"])
            #expect(try await stack.dueCount() == 2)
        }
    }

    @Test("What Redis cannot reach now is refused before a start, and what it never can is the caller's fault")
    func impossible() async throws {
        try await with { stack, _ in
            let few = try await stack.post(Self.body("a"), headers: [(Self.header, "replicas=2")])
            #expect(few.status == 503 && few.headers["Retry-After"] == ["5"])
            let told: JSONObject = ["code": "DurabilityUnreachable", "message": .string(Self.unreachable)]
            #expect(few.json.objectValue == told)
            let hasWait = stack.redis.ask("COMMAND INFO WAITAOF").contains("waitaof")
            for (durability, rule) in [
                hasWait ? ("fsync,", "must be fsync, ") : ("fsync", "must be what Redis can reach, but Redis "),
                ("safe", "must be fsync, replicas=N with N from 1 to 7, both with a comma between them, or none"),
                ("", "must be fsync, replicas=N"),
            ] {
                for path in ["/", "/items"] {
                    let type = path == "/" ? "application/json" : "application/x-ndjson"
                    let answer = try await stack.post(
                        Self.body("a"),
                        to: path,
                        headers: [(Self.header, durability), ("Content-Type", type)]
                    )
                    #expect(answer.status == 400, "\(durability) \(path)")
                    let error = answer.json.objectValue
                    #expect(error?["code"] == "InvalidField" && error?["field"] == .string(Self.header))
                    #expect(error?["message"]?.stringValue?.hasPrefix("\(Self.header): \(rule)") == true)
                    #expect(error?["value"] == .string(durability))
                }
            }
            #expect(try await stack.dueCount() == 0)
        }
    }

    @Test("The setting is for all starts that say nothing; one that can never be reached ends the process with 78")
    func setting() async throws {
        try await with { stack, _ in
            func ingest(_ durability: String) throws -> (Program, Int) {
                let port = try RedisTestServer.freePort()
                let environment = ["WAITABLE_DURABILITY": durability, "WAITABLE_PORT": "\(port)"]
                return (try Program(["ingest"], environment: stack.environment.merging(environment) { $1 }), port)
            }
            let hasWait = stack.redis.ask("COMMAND INFO WAITAOF").contains("waitaof")
            for (durability, reason) in [("fsync, replicas=9", "replicas=9")] + (hasWait ? [] : [("fsync", "Redis ")]) {
                let (program, _) = try ingest(durability)
                #expect(try await program.end() == 78, "\(program.output)")
                let last = program.output.split(separator: "\n").last ?? ""
                #expect(last.hasPrefix("waitable: WAITABLE_DURABILITY (--durability): must be "), "\(program.output)")
                #expect(last.contains(reason), "\(program.output)")
            }
            let (program, port) = try ingest("replicas=1")
            let other = Stack(
                redis: stack.redis,
                ingest: program,
                url: "http://127.0.0.1:\(port)",
                partitions: stack.partitions
            )
            try await eventually("it is ready") { try await other.get("/readyz").status == 200 }
            #expect(try await other.post(Self.body("a")).headers[Self.header] == ["replicas=1"])
            #expect(try await other.post(Self.body("b"), headers: [(Self.header, "none")]).headers[Self.header] == [])
            let environment = stack.environment
            for url in [[], ["--url", other.url]] {
                let words = ["start", "--id", "c", "--at", "2036-01-01T00:00:00Z", "--durability"]
                let json = try Program(words + ["replicas=1", "--json"] + url, environment: environment)
                #expect(try await json.end() == 0)
                #expect(json.output.contains(#""durability":"replicas=1""#), "\(json.output)")
                let few = try Program(words + ["replicas=3"] + url, environment: environment)
                #expect(try await few.end() == 69)
                #expect(few.output.contains("as safe as it has to be: Redis has 1 of 3 replicas"), "\(few.output)")
            }
            program.signal(SIGTERM)
            #expect(try await program.end() == 0)
        }
    }

    @Test("An ingest that starts while a replica is away comes up, is not ready, and recovers when the replica is back")
    func awayReplica() async throws {
        try await with { stack, replica in
            replica.kill()
            try stack.redis.ask("INFO replication", until: "connected_slaves:0")
            let port = try RedisTestServer.freePort()
            let environment = ["WAITABLE_DURABILITY": "replicas=1", "WAITABLE_PORT": "\(port)"]
            let program = try Program(["ingest"], environment: stack.environment.merging(environment) { $1 })
            let url = "http://127.0.0.1:\(port)"
            let other = Stack(redis: stack.redis, ingest: program, url: url, partitions: stack.partitions)
            let reason = "a start cannot be made as safe as it has to be: Redis has 0 of 1 replicas"
            try await eventually("it says why it is not ready") {
                try #require(program.process.isRunning, "\(program.output)")
                let answer = try? await other.get("/readyz")
                return answer?.status == 503 && answer?.json.objectValue?["reason"] == .string(reason)
            }
            let health = try await other.get("/readyz")
            #expect(health.json.objectValue?["code"] == "DurabilityUnreachable")
            #expect(health.headers["Retry-After"] == ["5"])
            let refused = try await other.post(Self.body("a"))
            #expect(refused.status == 503 && refused.headers["Retry-After"] == ["5"])
            #expect(refused.json.objectValue?["code"] == "DurabilityUnreachable")
            let lines = try await other.batch(Self.body("b") + "\n" + Self.body("c", more: #","durability":"none""#))
            #expect(lines.map { $0["code"] } == ["DurabilityUnreachable", nil])
            #expect(try await stack.dueCount() == 1)
            try replica.start()
            try await eventually("it is ready") { try await other.get("/readyz").status == 200 }
            #expect(try await other.post(Self.body("a")).headers[Self.header] == ["replicas=1"])
            program.signal(SIGTERM)
            #expect(try await program.end() == 0)
        }
    }

    @Test("In several partitions of a cluster each start is as safe as its own primary has made it")
    func cluster() async throws {
        let users = try RedisUsers(default: RedisUsers.openDefaultLine)
        try await Stack.with(options: users.options, ingestUser: "ingest", partitions: 8, isCluster: true) { stack in
            let cluster = try #require(stack.cluster)
            let asking = [(Self.header, "replicas=1")]
            let ids = (0..<40).map { "order-\($0)" }
            let lines = ids.map { Self.body($0) }.joined(separator: "\n")
            func batch() async throws -> [JSONObject] {
                let client = BatchClient(stack, headers: asking)
                client.write(lines)
                client.end()
                return try await client.answers(.max)
            }
            let answers = try await batch()
            #expect(answers.count == ids.count)
            #expect(answers.allSatisfy { $0["durability"] == "replicas=1" }, "\(answers)")
            let single = try await stack.post(Self.body("single"), headers: asking)
            #expect(single.headers[Self.header] == ["replicas=1"], "\(single.json.text)")
            let words = ["start", "--id", "command", "--at", "2036-01-01T00:00:00Z", "--json", "--durability"]
            let command = try Program(words + ["replicas=1"], environment: stack.environment)
            #expect(try await command.end() == 0)
            #expect(command.output.contains(#""durability":"replicas=1""#), "\(command.output)")
            let few = try await stack.post(Self.body("few"), headers: [(Self.header, "replicas=2")])
            #expect(few.status == 503)
            #expect(few.json.text.contains(": Redis at 127.0.0.1:"), "\(few.json.text)")
            #expect(few.json.text.contains(" has 1 of 2 replicas"), "\(few.json.text)")

            // The same lines again, while the replica of one primary hangs.
            cluster.nodes[4].pause()
            let missed = try await batch()
            cluster.nodes[4].resume()
            #expect(missed.count == ids.count)
            for (id, answer) in zip(ids, missed) {
                let isMissed =
                    cluster.nodes[1].ask("EXISTS \(stack.store(of: id).keys.prefix)") == ":0\r\n"
                #expect(answer["code"] == (isMissed ? "DurabilityNotReached" : nil), "\(id)")
                #expect(answer["durability"] == (isMissed ? nil : "replicas=1"), "\(id)")
            }
            #expect(missed.contains { $0["code"] != nil } && missed.contains { $0["code"] == nil })
            #expect(try await batch().allSatisfy { $0["durability"] == "replicas=1" })
            #expect(try await stack.dueCount() == ids.count + 2)
        }
    }

    @Test("On disk, where the server has WAITAOF and an append-only file")
    func onDisk() async throws {
        try await with(persistence: .appendOnly) { stack, _ in
            let asking = [(Self.header, "fsync, replicas=1")]
            let answer = try await stack.post(Self.body("a"), headers: asking)
            guard stack.redis.ask("COMMAND INFO WAITAOF").contains("waitaof") else {
                #expect(answer.status == 400 && answer.json.text.contains("has no WAITAOF"))
                return
            }
            #expect(answer.headers[Self.header] == ["fsync, replicas=1"], "\(answer.json.text)")
            stack.redis.ask("CONFIG SET appendonly no")
            let missed = try await stack.post(Self.body("a"), headers: asking)
            #expect(missed.status == 503 && missed.headers[Self.header] == ["replicas=1"])
            #expect(missed.json.text.contains("WAITAOF"), "\(missed.json.text)")
        }
    }
}
