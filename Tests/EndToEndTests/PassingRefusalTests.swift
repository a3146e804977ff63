import Foundation
import NIOCore
import NIOHTTP1
import RedisClient
import RedisTestServer
import StatesLanguage
import Synchronization
import Testing
import WaitableOperations
import WaitableRedis

/// What Redis refuses for a reason that passes is a 503 that says when to come back.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct PassingRefusalTests {
    private static let start = #"{"Id":"one","StartTimestamp":"2036-01-01T00:00:00Z"}"#

    @Test("Too few replicas: a start, a batch's line and StartExecution are 503, and are taken once they are there")
    func tooFewReplicas() async throws {
        try await Stack.with { stack in
            try await stack.set("min-replicas-to-write", "1")
            let answer = try await stack.post(Self.start)
            #expect(answer.status == 503)
            #expect(answer.headers["Retry-After"] == ["1"])
            #expect(answer.json.objectValue?["code"] == "RedisNotReady")
            #expect(answer.json.objectValue?["message"]?.stringValue?.contains("NOREPLICAS") == true)
            let line = try #require(try await stack.batch(Self.start + "\n").first)
            #expect(line["status"] == .integer(503))
            #expect(line["code"] == "RedisNotReady")
            let call = try await stack.call(
                "StartExecution",
                ["stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction"]
            )
            #expect(call.status == 503)
            #expect(call.headers["Retry-After"] == ["1"])
            #expect(call.json.objectValue?["__type"] == "ServiceUnavailable")
            let cancel = try await stack.post("", to: "/items/one/cancel")
            #expect(cancel.status == 503)
            #expect(cancel.headers["Retry-After"] == ["1"])

            try await stack.set("min-replicas-to-write", "0")
            #expect(try await stack.post(Self.start).status == 200)
        }
    }

    @Test("A Redis that became a replica, or cannot save: a start, a line, StartExecution and a cancel are 503")
    func readOnlyAndMisconfigured() async throws {
        try await Stack.with { stack in
            _ = try await stack.store.client.send(RedisCommand("REPLICAOF", "127.0.0.1", "1"))
            try await stack.expectRefusals(saying: "READONLY")
            _ = try await stack.store.client.send(RedisCommand("REPLICAOF", "NO", "ONE"))
            #expect(try await stack.post(Self.start).status == 200)

            try await stack.set("save", "3600 1")
            // The snapshot cannot be written where its name is a folder's.
            let name = stack.redis.folder.appending(path: "dump.rdb")
            try FileManager.default.createDirectory(at: name, withIntermediateDirectories: true)
            try Data("x".utf8).write(to: name.appending(path: "file"))
            _ = try await stack.store.client.send(RedisCommand("BGSAVE"))
            try await eventually("the snapshot fails") {
                try await stack.store.client.send(RedisCommand("INFO", "persistence")).string?
                    .contains("rdb_last_bgsave_status:err") == true
            }
            try await stack.expectRefusals(saying: "MISCONF")
            try await stack.set("save", "")
            #expect(try await stack.post(Self.start).status == 200)
        }
    }

    @Test(
        "boto3 and the AWS CLI repeat a start that Redis refuses for now, until it is taken",
        arguments: [
            "aws stepfunctions start-execution --state-machine-arn $M --name n --query executionArn --output text",
            "python3 -c 'import boto3; c=boto3.client(\"stepfunctions\"); "
                + "print(c.start_execution(stateMachineArn=\"'$M'\", name=\"n\")[\"executionArn\"])'",
        ],
        ["legacy", "standard"]
    )
    func repeated(command: String, mode: String) async throws {
        try await Stack.with { stack in
            try await stack.set("min-replicas-to-write", "1")
            let machine = "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction"
            async let output = ConsoleSession.shell(
                command,
                environment: [
                    "AWS_ENDPOINT_URL": stack.url, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
                    "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_PAGER": "", "M": machine,
                    // So that the pauses are long enough for the change below, however slow the machine is.
                    "AWS_RETRY_MODE": mode, "AWS_MAX_ATTEMPTS": "10",
                ]
            )
            try await eventually("a start is refused") { stack.ingest.output.contains("start refused") }
            try await stack.set("min-replicas-to-write", "0")
            #expect(try await output.hasSuffix("execution:waitable-stepfunction:n"))
        }
    }

    @Test("The log names a refused start as MACHINE:ID, whether or not it names the machine")
    func log() async throws {
        try await Stack.with { stack in
            // Seen before it is known which machine is meant.
            try await stack.set("maxmemory-policy", "allkeys-lru")
            let due = #""StartTimestamp":"2036-01-01T00:00:00Z""#
            try await eventually("starts are refused") {
                let answer = try await stack.post(#"{"Id":"single",\#(due)}"#)
                return answer.json.objectValue?["code"] == "EvictionPolicy"
            }
            let lines = #"{"Id":"line",\#(due)}"# + "\n" + #"{"Id":"named",\#(due),"stateMachine":"orders"}"#
            #expect(try await stack.batch(lines).map { $0["status"] } == [.integer(503), .integer(503)])
            for name in ["waitable-stepfunction:single", "waitable-stepfunction:line", "orders:named"] {
                try await eventually("\(name) is logged") { stack.ingest.output.contains("execution=\(name)") }
            }
        }
    }

    @Test("A Redis that does not answer is told apart: it may have been done, and the Id to repeat it with is there")
    func unknown() async throws {
        try await Stack.with { stack in
            // What is known beforehand need not be asked.
            #expect(try await stack.post(Self.start).status == 200)
            stack.redis.pause()
            async let started = stack.post(#"{"StartTimestamp":"2036-01-01T00:00:00Z"}"#)
            async let called = stack.call(
                "StartExecution",
                ["stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction"]
            )
            let (answer, call) = try await (started, called)
            stack.redis.resume()
            #expect(answer.status == 503 && call.status == 503)
            #expect(answer.json.objectValue?["code"] == "OutcomeUnknown")
            #expect(answer.json.objectValue?["field"] == "Id" && answer.json.objectValue?["value"] != nil)
            #expect(call.json.objectValue?["__type"] == "OutcomeUnknown")
        }
    }

    @Test("Of a batch that needs a second call, and whose second call is refused, what the first one started is told")
    func secondCall() async throws {
        try await Stack.with { stack in
            _ = try await stack.create(
                "other",
                #"{"StartAt":"W","States":{"W":{"Type":"Wait","TimestampPath":"$.StartTimestamp","End":true}}}"#
            )
            let pause = try await stack.post("", to: "/state-machines/waitable-stepfunction/pause")
            #expect(pause.status == 200)
            // The first call answers 3 for the start of a paused machine: then nothing more can be written.
            let isArmed = Mutex(false)
            let redis = stack.redis
            let proxy = try await SlowReplies(to: redis.port) { reply in
                guard String(buffer: reply).contains("\r\n:3\r\n") else { return }
                isArmed.withLock { isArmed in
                    if isArmed { redis.ask("CONFIG SET min-replicas-to-write 1") }
                    isArmed = false
                }
            }
            let other = try await stack.ingest(behind: proxy.port)
            isArmed.withLock { $0 = true }
            let started = Self.start.replacing(#""one","#, with: #""two","stateMachine":"other","#)
            let answers = try await other.batch(Self.start + "\n" + started + "\n")
            let isStillArmed = isArmed.withLock { $0 }
            #expect(!isStillArmed)
            #expect(answers.map { $0["status"] } == [.integer(503), nil])
            #expect(answers[0]["code"] == "RedisNotReady")
            #expect(answers[1]["executionArn"]?.stringValue?.hasSuffix(":other:two") == true)
            let names = try await stack.store.client.send(RedisCommand("HKEYS", stack.store.keys.executions))
            #expect(names.array?.compactMap(\.string) == ["other:two"])
            try await stack.set("min-replicas-to-write", "0")
            other.ingest.signal(SIGTERM)
            #expect(try await other.ingest.end() == 0)
            try await proxy.close()
        }
    }

    @Test("A script that keeps Redis busy: a start is 503 meanwhile")
    func busy() async throws {
        try await Stack.with { stack in
            try await stack.set("lua-time-limit", "1")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    _ = try? await stack.store.client.send(RedisCommand("EVAL", "while true do end", "0"))
                }
                defer { group.cancelAll() }
                // Before the script runs, starts are taken; before its time is over, none has an answer.
                var answer = try await stack.post(Self.start)
                while answer.status == 200 { answer = try await stack.post(Self.start) }
                #expect(answer.status == 503)
                #expect(answer.headers["Retry-After"] == ["1"])
                #expect(answer.json.objectValue?["code"] == "RedisNotReady")
                #expect(answer.json.objectValue?["message"]?.stringValue?.contains("BUSY") == true)
                stack.redis.ask("SCRIPT KILL")
            }
            // On a busy machine a start's own function may take longer than a millisecond, and others are told so.
            try await stack.set("lua-time-limit", "5000")
            #expect(try await stack.post(Self.start).status == 200)
        }
    }

    @Test(
        "These refusals pass, those do not",
        arguments: [
            ("BUSY", true), ("LOADING", true), ("MISCONF", true), ("NOREPLICAS", true), ("READONLY", true),
            ("OOM", true), ("MASTERDOWN", true), ("CLUSTERDOWN", true), ("TRYAGAIN", true),
            ("WRONGTYPE", false), ("NOPERM", false), ("ERR", false), ("VALIDATION", false), ("BUSYKEY", false),
        ]
    )
    func classification(code: String, passes: Bool) {
        #expect(RedisServerError(line: "\(code) because").isPassing == passes)
        #expect(RedisServerError(line: code).isPassing == passes)
        #expect(StoreError.refused(RedisRefusal(RedisServerError(line: "\(code) because"))).isPassing == passes)
        #expect(!StoreError.refused(RedisRefusal(RedisServerError(line: "\(code) because"))).isWorthRepeating)
    }
}

extension Stack {
    /// Checks that whatever writes is refused for a reason of Redis's that passes.
    fileprivate func expectRefusals(saying reason: String) async throws {
        let start = #"{"Id":"refused","StartTimestamp":"2036-01-01T00:00:00Z"}"#
        var answers = [try await post(start), try await post("", to: "/items/one/cancel")]
        answers.append(try await post("", to: "/state-machines/waitable-stepfunction/pause"))
        for answer in answers {
            #expect(answer.status == 503 && answer.headers["Retry-After"].first != nil, "\(answer)")
            #expect(answer.json.objectValue?["message"]?.stringValue?.contains(reason) == true, "\(answer)")
        }
        let lines = try await batch(start + "\n" + start + "\n")
        #expect(lines.count == 2 && lines.allSatisfy { $0["status"] == .integer(503) }, "\(lines)")
        let machine = "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction"
        let calls = [
            try await call("StartExecution", ["stateMachineArn": .string(machine)]),
            try await call("CreateActivity", ["name": "refused"]),
        ]
        for answer in calls {
            #expect(answer.status == 503 && answer.headers["Retry-After"].first != nil, "\(answer)")
            #expect(answer.json.objectValue?["__type"] == "ServiceUnavailable", "\(answer)")
        }
    }

    /// Sets a parameter of Redis.
    func set(_ parameter: String, _ value: String) async throws {
        _ = try await store.client.send(RedisCommand("CONFIG", "SET", parameter, value))
    }
}
