import Foundation
import NIOCore
import RedisClient
import StatesLanguage
import Testing
import WaitableRedis

/// Services that are not run here, by an adapter.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct AdapterTests {
    private static func task(_ resource: String, _ fields: String = "") -> String {
        #"{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:\#(resource)"\#(fields),"End":true}}}"#
    }

    private static func environment(
        _ server: FunctionServer,
        _ prefix: String = "arn:aws:states:::"
    ) -> [String: String] {
        ["WAITABLE_INTEGRATIONS": "\(prefix)=http://127.0.0.1:\(server.port)/adapter"]
    }

    private func run(_ stack: Stack, _ definition: String, _ input: String = "{}") async throws -> JSONObject {
        let name = "m-\(UUID().uuidString.lowercased())"
        return try await stack.closed(try await stack.start(try await stack.create(name, definition), input))
    }

    private static func body(_ call: FunctionServer.Call) -> JSONObject {
        (try? JSON(parsing: call.body))?.objectValue ?? [:]
    }

    /// How often a call asks after its task; 0 for the one that begins it.
    private static func poll(_ call: FunctionServer.Call) -> Int64 {
        body(call)["poll"]?.objectValue?["number"]?.integerValue ?? 0
    }

    @Test(
        "A task that goes on is asked after with what was said, under a key of each request, and holds no lease meanwhile"
    )
    func followed() async throws {
        let server = try await FunctionServer { call in
            let number = Self.poll(call)
            if number == 3 { return (200, #"{"Done":true}"#) }
            return (202, #"{"retryAfterSeconds":0.5,"state":{"n":\#(number),"é":"\""},"output":{"Job":"j"}}"#)
        }
        try await Stack.with(workers: 2, environment: Self.environment(server)) { stack in
            let machine = try await stack.create(
                "follow",
                Self.task(
                    "eu-west-1:123456789012:ecs:runTask.sync",
                    #","Parameters":{"a.$":"$.a"},"TimeoutSeconds":60,"Credentials":{"RoleArn":"arn:aws:iam::1:role/r"}"#
                )
            )
            let execution = try await stack.start(machine, #"{"a":[1]}"#)
            try await eventually("it is followed") { server.calls.count == 1 }
            try await eventually("it rests") { try await stack.areResting(1) }
            #expect(try await stack.closed(execution)["output"] == #"{"Done":true}"#)
            let calls = server.calls
            #expect(calls.map(\.path) == Array(repeating: "/adapter", count: 4))
            #expect(calls.map(\.key) == ["", ":1", ":2", ":3"].map { execution + ":3" + $0 })
            let bodies = calls.map(Self.body)
            let parts = execution.split(separator: ":")
            #expect(
                bodies[0] == [
                    "resource": "arn:aws:states:eu-west-1:123456789012:ecs:runTask.sync", "service": "ecs",
                    "action": "runTask", "pattern": "sync", "region": "eu-west-1", "account": "123456789012",
                    "execution": .object([
                        "arn": .string(execution), "name": .string(String(parts[7])), "stateMachine": .string(machine),
                    ]),
                    "state": "T", "attempt": .integer(0), "idempotencyKey": .string(execution + ":3"),
                    "timeoutSeconds": .integer(60),
                    "credentials": .object(["RoleArn": "arn:aws:iam::1:role/r"]),
                    "parameters": .object(["a": .array([.integer(1)])]),
                ]
            )
            for (number, body) in bodies.enumerated().dropFirst() {
                #expect(body["parameters"] == nil)
                #expect(body["idempotencyKey"] == .string("\(execution):3:\(number)"))
                #expect(
                    body["poll"]
                        == .object([
                            "number": .integer(Int64(number)),
                            "state": .object(["n": .integer(Int64(number - 1)), "é": "\""]),
                        ])
                )
            }
            let history = try await stack.call("GetExecutionHistory", ["executionArn": .string(execution)]).json
            let events = try #require(history.objectValue?["events"]?.arrayValue).compactMap(\.objectValue)
            #expect(
                events.map { $0["type"] } == [
                    "ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted",
                    "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded",
                ]
            )
            let scheduled = events[2]["taskScheduledEventDetails"]?.objectValue
            #expect(scheduled?["resourceType"] == "ecs")
            #expect(scheduled?["resource"] == "runTask.sync")
            #expect(events[4]["taskSubmittedEventDetails"]?.objectValue?["output"] == #"{"Job":"j"}"#)
        }
    }

    /// Answers, and the errors that they lead to.
    private static let lies: [(status: Int, body: String, error: String, cause: String)] = [
        (0, "", "Waitable.IntegrationUnavailable", "no answer"),
        (1, "", "States.Timeout", ""),
        (200, "nope", "Waitable.IntegrationInvalidResponse", "no JSON: 200 'nope'"),
        (200, #"{"a":1"#, "Waitable.IntegrationInvalidResponse", "no JSON"),
        (200, String(repeating: "[", count: 50_000), "Waitable.IntegrationInvalidResponse", "no JSON"),
        (
            200, String(repeating: "[", count: 250) + String(repeating: "]", count: 250), "States.DataLimitExceeded",
            "nested deeper"
        ),
        (200, "\"" + String(repeating: "a", count: 270_000) + "\"", "States.DataLimitExceeded", "size exceeding"),
        (200, "\"" + String(repeating: "a", count: 300_000) + "\"", "States.DataLimitExceeded", "size exceeding"),
        (202, "", "Waitable.IntegrationInvalidResponse", "no JSON object"),
        (202, "[]", "Waitable.IntegrationInvalidResponse", "no JSON object"),
        (202, #"{"state":1}"#, "Waitable.IntegrationInvalidResponse", "no number from 0.1 to 86400: null"),
        (202, #"{"retryAfterSeconds":-1}"#, "Waitable.IntegrationInvalidResponse", "86400: -1"),
        (202, #"{"retryAfterSeconds":1e300}"#, "Waitable.IntegrationInvalidResponse", "86400: "),
        (202, #"{"retryAfterSeconds":"5"}"#, "Waitable.IntegrationInvalidResponse", #"86400: "5""#),
        (
            202, #"{"retryAfterSeconds":1,"state":"\#(String(repeating: "a", count: 9_000))"}"#,
            "Waitable.IntegrationInvalidResponse", "'state' of 9002 bytes"
        ),
        (206, "{}", "Waitable.IntegrationInvalidResponse", "206"),
        (302, "{}", "Waitable.IntegrationInvalidResponse", "redirects are not followed"),
        (400, #"{"error":"Ecs.NoSuch","cause":"there is none"}"#, "Ecs.NoSuch", "there is none"),
        (500, #"{"error":"E","cause":{"a":1}}"#, "E", #"{"a":1}"#),
        (400, #"{"error":""}"#, "Waitable.IntegrationInvalidResponse", "without an 'error'"),
        (404, "<html>", "Waitable.IntegrationInvalidResponse", "404 '<html>'"),
        (429, "", "Waitable.IntegrationUnavailable", "429"),
        (503, #"{"error":7}"#, "Waitable.IntegrationUnavailable", "503"),
    ]

    @Test("An adapter that hangs, dies or lies fails its task with a clear cause, and nothing else")
    func lies() async throws {
        let server = try await FunctionServer { call in
            let index = Self.body(call)["parameters"]?.objectValue?["i"]?.integerValue ?? 0
            let lie = Self.lies[Int(index)]
            return (lie.status, lie.body)
        }
        try await Stack.with(workers: 1, environment: Self.environment(server)) { stack in
            let machine = try await stack.create("lies", Self.task("::x-1:do", #","TimeoutSecondsPath":"$.t""#))
            var executions: [String] = []
            for (index, lie) in Self.lies.enumerated() {
                let seconds = lie.status == 1 ? 1 : 60
                executions.append(try await stack.start(machine, #"{"i":\#(index),"t":\#(seconds)}"#))
            }
            for (execution, lie) in zip(executions, Self.lies) {
                let end = try await stack.closed(execution)
                #expect(end["error"] == .string(lie.error), "\(lie.status) \(lie.body.prefix(40)): \(end)")
                let cause = end["cause"]?.stringValue ?? ""
                #expect(lie.cause.isEmpty || cause.contains(lie.cause), "\(lie.status) \(lie.body.prefix(40)): \(end)")
            }
            #expect(server.calls.count == Self.lies.count)
        }
    }

    @Test(
        "Without an adapter the task fails, and says what names one; of several the longest prefix counts, and one answer"
    )
    func prefixes() async throws {
        let near = try await FunctionServer(always: 200, "1")
        let far = try await FunctionServer(always: 200, "2")
        let twice = try await FunctionServer { call in
            (2, "\(Self.body(call)["parameters"]?.objectValue?["n"]?.integerValue ?? 0)")
        }
        let environment = [
            "WAITABLE_INTEGRATIONS":
                "arn:aws:states:::aws-sdk:=http://127.0.0.1:\(far.port),arn:aws:states:::aws-sdk:s3:get=http://127.0.0.1:\(near.port)/,"
                + "arn:aws:states:::x:=http://127.0.0.1:\(twice.port)"
        ]
        try await Stack.with(workers: 1, environment: environment) { stack in
            let missing = try await run(stack, Self.task("::glue:startJobRun.sync"))
            #expect(missing["error"] == "Waitable.ResourceNotSupported")
            #expect(missing["cause"]?.stringValue?.contains("WAITABLE_INTEGRATIONS") == true)
            #expect(try await run(stack, Self.task("::aws-sdk:s3:getObject"))["output"] == "1")
            #expect(try await run(stack, Self.task("us-east-1:1:aws-sdk:s3:getObject"))["output"] == "1")
            #expect(try await run(stack, Self.task("::aws-sdk:s3:putObject"))["output"] == "2")
            #expect(near.calls.count + far.calls.count == 3)
            // Of two answers to one request the second is nobody's.
            for number in 1...3 {
                let end = try await run(stack, Self.task("::x:y"), #"{"n":\#(number)}"#)
                #expect(end["output"] == .string("\(number)"), "\(end)")
            }
            #expect(twice.calls.count == 3)
        }
    }

    @Test("A task that waits for its token goes on until somebody uses it")
    func token() async throws {
        let server = try await FunctionServer(always: 200, #"{"Sent":1}"#)
        try await Stack.with(workers: 1, environment: Self.environment(server)) { stack in
            let machine = try await stack.create(
                "token",
                Self.task("::ecs:runTask.waitForTaskToken", #","HeartbeatSeconds":50"#)
            )
            let execution = try await stack.start(machine)
            try await eventually("it is submitted") {
                try await stack.events(execution).contains("TaskSubmitted")
            }
            let body = Self.body(try #require(server.calls.first))
            #expect(body["heartbeatSeconds"] == .integer(50))
            let token = try #require(body["taskToken"])
            let answer = try await stack.call("SendTaskSuccess", ["taskToken": token, "output": "[7]"])
            #expect(answer.status == 200)
            #expect(try await stack.closed(execution)["output"] == "[7]")
        }
    }

    @Test("While it goes on, an adapter that is down or hangs is asked again; a time-out and a stop count")
    func downMeanwhile() async throws {
        let faults = Counter()
        let server = try await FunctionServer { call in
            guard Self.poll(call) > 0 else {
                let pause = Self.body(call)["parameters"]?.objectValue?["pause"]?.text ?? "0.1"
                return (202, #"{"retryAfterSeconds":\#(pause),"state":"s"}"#)
            }
            switch faults.next() {
            case 1: return (0, "")
            case 2: return (503, "")
            default: return (200, Self.body(call)["poll"]?.text ?? "")
            }
        }
        try await Stack.with(workers: 1, environment: Self.environment(server)) { stack in
            let machine = try await stack.create("down", Self.task("::batch:submitJob.sync", #","TimeoutSeconds":20"#))
            let execution = try await stack.start(machine)
            let stopped = try await stack.start(machine, #"{"pause":3600}"#)
            #expect(try await stack.closed(execution)["output"] == #"{"number":3,"state":"s"}"#)
            #expect(server.calls.map(Self.poll).sorted() == [0, 0, 1, 2, 3])
            #expect(try await stack.call("StopExecution", ["executionArn": .string(stopped)]).status == 200)
            #expect(try await stack.closed(stopped)["status"] == "ABORTED")
            let late = try await run(stack, Self.task("::x:y.sync", #","TimeoutSeconds":1"#), #"{"pause":3600}"#)
            #expect(late["error"] == "States.Timeout")
            #expect(server.calls.filter { Self.body($0)["cancel"] == nil }.count == 6)
            #expect(try await stack.dueCount() == 0)
        }
    }

    @Test(
        "A job that nobody waits for any more is stopped, whatever ended the wait, and though nobody was there to do it"
    )
    func givenUp() async throws {
        let cancelled = Counter()
        let server = try await FunctionServer { call in
            let body = Self.body(call)
            let isShort = body["parameters"]?.objectValue?["kind"] == "short"
            // One that cannot be told is told again.
            if body["cancel"] != nil { return cancelled.next() == 1 ? (503, "") : (200, "{}") }
            if Self.poll(call) > 0 { return (200, "{}") }
            return (
                202,
                #"{"retryAfterSeconds":\#(isShort ? "0.1" : "3600"),"state":\#((body["parameters"] ?? .null).text)}"#
            )
        }
        let job = Self.task("::ecs:runTask.sync")
        let failing =
            #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":2,"Next":"F"},"F":{"Type":"Fail","Error":"E"}}}"#
        let both = #"{"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[\#(job),\#(failing)],"End":true}}}"#
        try await Stack.with { stack in
            let first = try stack.worker(Self.environment(server))
            let plain = try await stack.create("plain", job)
            let parent = try await stack.create(
                "parent",
                Self.task(
                    "::states:startExecution.sync:2",
                    #","Parameters":{"StateMachineArn":"\#(plain)","Input":{"kind":"child"}}"#
                )
            )
            let timed = try await stack.create("timed", Self.task("::ecs:runTask.sync", #","TimeoutSeconds":2"#))
            let stopped = try await stack.start(plain, #"{"kind":"stopped"}"#)
            let short = try await stack.start(plain, #"{"kind":"short"}"#)
            let family = try await stack.start(parent)
            #expect(try await stack.closed(stack.start(timed, #"{"kind":"timed"}"#))["error"] == "States.Timeout")
            let parallel = try await stack.start(try await stack.create("both", both), #"{"kind":"branch"}"#)
            #expect(try await stack.closed(parallel)["error"] == "E")
            #expect(try await stack.closed(short)["status"] == "SUCCEEDED")
            try await eventually("the others are followed") {
                try await stack.keys("*:children:plain:*").count == 2
            }
            first.signal(SIGKILL)
            _ = try await first.end()
            for execution in [stopped, family] {
                #expect(try await stack.call("StopExecution", ["executionArn": .string(execution)]).status == 200)
            }
            let second = try stack.worker(Self.environment(server))
            func cancellations() -> [FunctionServer.Call] {
                server.calls.filter { Self.body($0)["cancel"] == .bool(true) }
            }
            func kinds() -> [String] {
                let states = cancellations().map { Self.body($0)["poll"]?.objectValue?["state"]?.objectValue }
                return Set(states.map { Spelling($0?["kind"]?.stringValue ?? "none") }).map(\.text).sorted()
            }
            try await eventually("all are stopped") { kinds().count >= 4 }
            #expect(kinds() == ["branch", "child", "stopped", "timed"])
            #expect(Set(cancellations().map(\.key)).count == 4)
            #expect(cancellations().contains { $0.key == stopped + ":3:cancel" })
            try await eventually("nothing is left") {
                let left = try await stack.keys("*:children:*") + stack.keys("*:jobs")
                return left.isEmpty
            }
            second.signal(SIGTERM)
            #expect(try await second.end() == 0)
            let audit = try Program(["audit"], environment: stack.environment)
            #expect(try await audit.end() == 0, "\(audit.output)")
        }
    }

    @Test("A job that is known only after its task was given up is stopped as well")
    func lateJob() async throws {
        let server = try await FunctionServer(
            answers: { call in
                let state = Self.body(call)["parameters"] ?? .null
                let isNew = Self.body(call)["cancel"] == nil
                return isNew ? (202, #"{"retryAfterSeconds":3600,"state":\#(state.text)}"#) : (200, "{}")
            },
            pause: { Self.body($0)["cancel"] == nil ? .milliseconds(2_500) : .zero }
        )
        try await Stack.with(workers: 1, environment: Self.environment(server)) { stack in
            let plain = try await stack.create("plain", Self.task("::ecs:runTask.sync"))
            let timed = try await stack.create("timed", Self.task("::ecs:runTask.sync", #","TimeoutSeconds":2"#))
            let late = try await stack.start(timed, #"{"kind":"timed"}"#)
            let stopped = try await stack.start(plain, #"{"kind":"stopped"}"#)
            try await eventually("both are begun") { server.calls.count == 2 }
            #expect(try await stack.call("StopExecution", ["executionArn": .string(stopped)]).status == 200)
            #expect(try await stack.closed(late)["error"] == "States.Timeout")
            func keys() -> Set<Spelling> {
                Set(server.calls.filter { Self.body($0)["cancel"] != nil }.map { Spelling($0.key ?? "") })
            }
            try await eventually("both are stopped") { keys().count == 2 }
            #expect(keys() == [Spelling(late + ":3:cancel"), Spelling(stopped + ":3:cancel")])
        }
    }

    @Test("An adapter that does not answer holds up the cancellations of no other one")
    func hangingCancellation() async throws {
        func server(_ cancelled: Int) async throws -> FunctionServer {
            try await FunctionServer { call in
                Self.body(call)["cancel"] == nil ? (202, #"{"retryAfterSeconds":3600}"#) : (cancelled, "{}")
            }
        }
        let (hanging, good) = (try await server(1), try await server(200))
        let environment = [
            "WAITABLE_INTEGRATIONS": "arn:aws:states:::hanging:=http://127.0.0.1:\(hanging.port),"
                + "arn:aws:states:::good:=http://127.0.0.1:\(good.port)"
        ]
        @Sendable func cancellations(_ server: FunctionServer) -> Int {
            server.calls.filter { Self.body($0)["cancel"] != nil }.count
        }
        try await Stack.with(workers: 1, environment: environment) { stack in
            let items = "[\((0..<40).map(String.init).joined(separator: ","))]"
            let many = try await stack.create(
                "many",
                #"{"StartAt":"M","States":{"M":{"Type":"Map","ItemProcessor":\#(Self.task("::hanging:run.sync")),"End":true}}}"#
            )
            let first = try await stack.start(many, items, name: "first")
            let second = try await stack.start(
                try await stack.create("one", Self.task("::good:run.sync")),
                name: "second"
            )
            try await eventually("all are followed") {
                let prefix = stack.store(of: "first").keys.prefix
                let other = stack.store(of: "second").keys.prefix
                let counts = (
                    try await stack.integer("HLEN", prefix + ":children:many:first"),
                    try await stack.integer("HLEN", other + ":children:one:second")
                )
                return counts == (40, 1)
            }
            #expect(try await stack.call("StopExecution", ["executionArn": .string(first)]).status == 200)
            try await eventually("the adapter is told") { cancellations(hanging) > 0 }
            #expect(try await stack.call("StopExecution", ["executionArn": .string(second)]).status == 200)
            let start = ContinuousClock.now
            try await eventually("the other one is told") { cancellations(good) > 0 }
            // The first one is given a minute for each.
            #expect(ContinuousClock.now - start < .seconds(30))
        }
    }

    @Test("Tasks are followed to their ends though a worker is killed, and each is begun once")
    func killed() async throws {
        let server = try await FunctionServer { call in
            let number = Self.poll(call)
            if number == 4 { return (200, Self.body(call)["poll"]?.objectValue?["state"]?.text ?? "") }
            let state = Self.body(call)["execution"]?.text ?? "7"
            return (202, #"{"retryAfterSeconds":\#(number == 2 ? "4" : "0.1"),"state":\#(state)}"#)
        }
        try await Stack.with { stack in
            let first = try stack.worker(Self.environment(server))
            let machine = try await stack.create("follow", Self.task("::ecs:runTask.sync"))
            var executions: [String] = []
            for _ in 0..<10 { executions.append(try await stack.start(machine)) }
            try await eventually("all are followed") { server.calls.filter { Self.poll($0) == 2 }.count == 10 }
            try await eventually("all rest") { try await stack.areResting(10) }
            let second = try stack.worker(Self.environment(server))
            first.signal(SIGKILL)
            _ = try await first.end()
            for execution in executions {
                let output = try #require(try await stack.closed(execution)["output"]?.stringValue)
                #expect(try JSON(parsing: output).objectValue?["arn"] == .string(execution))
            }
            #expect(server.calls.filter { Self.poll($0) == 0 }.count == 10)
            second.signal(SIGTERM)
            #expect(try await second.end() == 0)
        }
    }

    @Test(
        "aws-sdk:sfn runs inside the worker: starts, answers, lists, with names and errors as Step Functions has them"
    )
    func stepFunctions() async throws {
        try await Stack.with(workers: 1) { stack in
            let child = try await stack.create("child", #"{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}"#)
            func call(_ action: String, _ parameters: JSONObject) -> String {
                Self.task("::aws-sdk:sfn:\(action)", #","Parameters":\#(JSON.object(parameters).text)"#)
            }
            let start = call(
                "startExecution",
                ["StateMachineArn": .string(child), "Input": .object(["a": .integer(1)])]
            )
            let started = try await run(stack, start)
            let output = try JSON(parsing: try #require(started["output"]?.stringValue, "\(started)")).objectValue
            let arn = try #require(output?["ExecutionArn"]?.stringValue)
            #expect(output?["StartDate"]?.stringValue?.hasSuffix("Z") == true)
            #expect(try await stack.closed(arn)["input"] == #"{"a":1}"#)
            let described = try await run(stack, call("describeExecution", ["ExecutionArn": .string(arn)]))
            let description = try JSON(parsing: try #require(described["output"]?.stringValue)).objectValue
            #expect(description?["Status"] == "SUCCEEDED")
            #expect(description?["Output"] == #"{"a":1}"#)
            let listed = try await run(stack, call("listExecutions", ["StateMachineArn": .string(child)]))
            let list = try JSON(parsing: try #require(listed["output"]?.stringValue)).objectValue
            #expect(list?["Executions"]?.arrayValue?.map { $0.objectValue?["ExecutionArn"] } == [.string(arn)])

            let waiting = try await stack.create(
                "waiting",
                Self.task(
                    "::sqs:sendMessage.waitForTaskToken",
                    #","Parameters":{"QueueUrl":"q","MessageBody.$":"$$.Task.Token"}"#
                )
            )
            let waits = try await stack.start(waiting)
            var fields: [RedisValue] = []
            try await eventually("the token is there") {
                let command = RedisCommand("XREVRANGE", "waitable:{0}:stream:q", "+", "-", "COUNT", "1")
                fields = try await stack.store.client.send(command).array?.first?.array?[1].array ?? []
                return !fields.isEmpty
            }
            let token = try #require(fields.last?.string)
            let answer = try await run(
                stack,
                call("sendTaskSuccess", ["TaskToken": .string(token), "Output": .object(["b": .integer(2)])])
            )
            #expect(answer["output"] == "{}", "\(answer)")
            #expect(try await stack.closed(waits)["output"] == #"{"b":2}"#)

            let missing = try await run(stack, call("describeExecution", ["ExecutionArn": .string(arn + "x")]))
            #expect(missing["error"] == "Sfn.ExecutionDoesNotExistException")
            #expect(missing["cause"]?.stringValue?.contains("(Service: Sfn, Status Code: 400") == true)
            let wrong = try await run(stack, call("makeCoffee", [:]))
            #expect(wrong["error"] == "Sfn.UnknownOperationException")
            let poll = try await run(stack, call("getActivityTask", ["ActivityArn": "a"]))
            #expect(poll["error"] == "Waitable.ResourceNotSupported")
        }
    }
}

extension Stack {
    /// Whether so many executions are open, and all wait for an instant within ten seconds: a lease is a fraction of a score, and a
    /// call has thirty seconds.
    fileprivate func areResting(_ count: Int) async throws -> Bool {
        let now = try await now().milliseconds
        var scores: [Int64?] = []
        for store in partitions.stores {
            let reply = try await store.client.send(RedisCommand("ZRANGE", store.keys.due, "0", "-1", "WITHSCORES"))
            scores += reply.pairs.map { $0.1.string.flatMap { Int64($0) } }
        }
        return scores.count == count && scores.allSatisfy { $0.map((now...now + 10_000).contains) ?? false }
    }
}
