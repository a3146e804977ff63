import Crypto
import Foundation
import RedisClient
import RedisTestServer
import StatesLanguage
import Testing
import Waitable
import WaitableOperations
import WaitableRedis

/// Tasks that are answered from outside: by their tokens, by workers of an activity, by the end of another execution.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct CallbackTests {
    private static func task(_ resource: String, _ fields: String = "") -> String {
        #"{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"\#(resource)",\#(fields)"End":true}}}"#
    }

    private static let activity = "arn:aws:states:us-east-1:000000000000:activity:mail"
    private static let send = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
    private static let message =
        #""Parameters":{"QueueUrl":"https://sqs.local/1/jobs","MessageBody":{"token.$":"$$.Task.Token","in.$":"$"}},"#

    /// The entries of a stream: each one's fields.
    private func entries(_ stack: Stack, _ stream: String) async throws -> [[String: String]] {
        let store = stack.store(of: stream)
        let reply = try await store.client.send(RedisCommand("XRANGE", store.keys.stream(stream), "-", "+"))
        return reply.array?.compactMap { entry in
            guard let words = entry.array?.last?.array?.compactMap(\.string) else { return nil }
            return Dictionary(
                uniqueKeysWithValues: stride(from: 0, to: words.count - 1, by: 2).map { (words[$0], words[$0 + 1]) }
            )
        } ?? []
    }

    private func token(_ stack: Stack, at index: Int) async throws -> JSON {
        try await eventually("the message is there") { try await entries(stack, "jobs").count > index }
        let body = try #require(try await entries(stack, "jobs")[index]["MessageBody"])
        return try #require(try JSON(parsing: body).objectValue?["token"])
    }

    @Test("A task of an activity that does not exist fails at once, also where a worker comes to it, and can be caught")
    func missingActivity() async throws {
        try await Stack.with(workers: 1) { stack in
            let machine = try await stack.create("a", Self.task(Self.activity))
            let execution = try await stack.start(machine)
            let failed = try await stack.closed(execution)
            #expect(failed["error"] == "ActivityDoesNotExist")
            #expect(failed["cause"] == .string("Activity Does Not Exist: '\(Self.activity)'"))
            #expect(
                try await stack.events(execution) == [
                    "ExecutionStarted", "TaskStateEntered", "ActivityScheduled", "ActivityScheduleFailed",
                    "ExecutionFailed",
                ]
            )
            let later = try await stack.create(
                "b",
                #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"Next":"T"},"T":{"Type":"Task","Resource":"#
                    + #""\#(Self.activity)","End":true,"Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}]},"#
                    + #""C":{"Type":"Pass","OutputPath":"$.Error","End":true}}}"#
            )
            #expect(try await stack.closed(try await stack.start(later))["output"] == #""ActivityDoesNotExist""#)
        }
    }

    @Test("Lists and descriptions say which state waits for an answer, and until when, over HTTP and by command")
    func waitsForAnswer() async throws {
        try await Stack.with(workers: 1) { stack in
            let machine = try await stack.create("a", Self.task(Self.send, Self.message + #""HeartbeatSeconds":600,"#))
            let id = try await stack.start(machine).split(separator: ":").last.map(String.init) ?? ""
            _ = try await token(stack, at: 0)
            let list = try await stack.get("/items").json.objectValue?["items"]?.arrayValue ?? []
            let described = try await stack.get("/items/\(id)?stateMachine=a").json.objectValue
            for item in [list.first?.objectValue, described] {
                #expect(item?["status"] == "WAITING")
                let waits = item?["waitsFor"]?.arrayValue?.compactMap(\.objectValue) ?? []
                #expect(waits.map { $0["state"] } == ["T"])
                #expect(waits.map { $0["for"] } == ["ANSWER"])
                #expect(waits.first?["until"] == item?["due"])
            }
            for environment in [stack.environment, ["WAITABLE_URL": stack.url]] {
                let program = try Program(["list"], environment: environment)
                #expect(try await program.end() == 0)
                #expect(program.output.contains("T (ANSWER)"), "\(program.output)")
            }
        }
    }

    @Test("A poller gets an activity's task at once, keeps it alive, and its answer is the task's")
    func activity() async throws {
        try await Stack.with(workers: 1) { stack in
            _ = try await stack.call("CreateActivity", ["name": "mail"])
            let machine = try await stack.create(
                "a",
                Self.task(Self.activity, #""TimeoutSeconds":60,"HeartbeatSeconds":2,"#)
            )
            let poll: JSONObject = ["activityArn": .string(Self.activity), "workerName": "w-1"]
            async let polled = stack.call("GetActivityTask", poll)
            let execution = try await stack.start(machine, #"{"x":1}"#)
            let task = try #require(try await polled.json.objectValue)
            #expect(task["input"] == #"{"x":1}"#)
            let token = try #require(task["taskToken"])
            // Longer than it lives without a sign.
            for _ in 0..<3 {
                try await Task.sleep(for: .seconds(1))
                #expect(try await stack.call("SendTaskHeartbeat", ["taskToken": token]).status == 200)
            }
            let answer: JSONObject = ["taskToken": token, "output": #"{"sent":true}"#]
            #expect(try await stack.call("SendTaskSuccess", answer).status == 200)
            #expect(try await stack.closed(execution)["output"] == #"{"sent":true}"#)
            #expect(
                try await stack.events(execution) == [
                    "ExecutionStarted", "TaskStateEntered", "ActivityScheduled", "ActivityStarted", "ActivitySucceeded",
                    "TaskStateExited", "ExecutionSucceeded",
                ]
            )
            let again = try await stack.call("SendTaskSuccess", answer).json.objectValue
            #expect(again?["__type"] == "TaskTimedOut")
            #expect(again?["message"] == "Task Timed Out: 'Provided task does not exist anymore'")
        }
    }

    @Test("A poll whose client has gone swallows no task", arguments: [true, false])
    func gonePollers(byReset: Bool) async throws {
        try await Stack.with(workers: 1) { stack in
            _ = try await stack.call("CreateActivity", ["name": "mail"])
            let machine = try await stack.create("a", Self.task(Self.activity))
            let body = #"{"activityArn":"\#(Self.activity)"}"#
            let request =
                "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Target: AWSStepFunctions.GetActivityTask\r\n"
                + "Content-Type: application/x-amz-json-1.0\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            let port = try #require(URL(string: stack.url)?.port)
            for number in 0..<10 {
                let client = try await RawClient(port: port, request)
                // Gone before the task comes; every other one while it may have it.
                if number.isMultiple(of: 2) { try await client.leave(byReset: byReset) }
                let execution = try await stack.start(machine)
                if !number.isMultiple(of: 2) {
                    let first = try await stack.call("GetExecutionHistory", ["executionArn": .string(execution)])
                    #expect(first.status == 200)
                    try await client.leave(byReset: byReset)
                    _ = try await stack.call("StopExecution", ["executionArn": .string(execution)])
                    continue
                }
                let task = try await stack.call("GetActivityTask", ["activityArn": .string(Self.activity)]).json
                let token = try #require(task.objectValue?["taskToken"])
                #expect(
                    try await stack.call("SendTaskSuccess", ["taskToken": token, "output": "1"]).status == 200
                )
                #expect(try await stack.closed(execution)["output"] == "1")
            }
        }
    }

    @Test("A task that was taken for a poll whose answer was lost is the next one's")
    func lostTake() async throws {
        try await Stack.with(workers: 1) { stack in
            _ = try await stack.call("CreateActivity", ["name": "mail"])
            let execution = try await stack.start(try await stack.create("a", Self.task(Self.activity)))
            // Nobody confirms it, as when the connection of the ingest that asked was cut.
            try await eventually("the task is taken") { try await stack.store(of: "mail").takeTask(of: "mail") != nil }
            let task = try await stack.call("GetActivityTask", ["activityArn": .string(Self.activity)]).json
            let token = try #require(task.objectValue?["taskToken"])
            _ = try await stack.call("SendTaskSuccess", ["taskToken": token, "output": "1"])
            #expect(try await stack.closed(execution)["output"] == "1")
        }
    }

    @Test("Of a task that gives no sign of life the state fails, and a time-out counts from when it was taken")
    func silence() async throws {
        try await Stack.with(workers: 1) { stack in
            _ = try await stack.call("CreateActivity", ["name": "mail"])
            let silent = try await stack.create("s", Self.task(Self.activity, #""HeartbeatSeconds":1,"#))
            let slow = try await stack.create("t", Self.task(Self.activity, #""TimeoutSeconds":1,"#))
            for machine in [silent, slow] {
                let execution = try await stack.start(machine)
                let before = try await stack.events(execution)
                #expect(before == ["ExecutionStarted", "TaskStateEntered", "ActivityScheduled"])
                let task = try await stack.call("GetActivityTask", ["activityArn": .string(Self.activity)])
                #expect(task.json.objectValue?["taskToken"] != nil)
                #expect(try await stack.closed(execution)["error"] == "States.Timeout")
                #expect(try await stack.events(execution).suffix(2) == ["ActivityTimedOut", "ExecutionFailed"])
            }
            #expect(try await stack.keys("*:inbox:*") == [])
        }
    }

    @Test(
        "A task waits for its token, through kill -9 and a restart; a wrong token, a used one and none are refused",
        .disabled(if: StackRedis.isCluster, "stops its only server")
    )
    func tokens() async throws {
        try await Stack.with(persistence: .appendOnly) { stack in
            let first = try stack.worker()
            let machine = try await stack.create("q", Self.task(Self.send, Self.message))
            let execution = try await stack.start(machine, #"{"a":1}"#)
            let token = try await token(stack, at: 0)
            first.signal(SIGKILL)
            _ = try await first.end()
            stack.redis.stop()
            try stack.redis.start()
            let second = try stack.worker()
            for (token, code) in [
                ("abc", "InvalidToken"), ("", "ValidationException"), ("bTp4CjEKMwplQT09", "InvalidToken"),
            ] {
                let refused = try await stack.call("SendTaskFailure", ["taskToken": .string(token)])
                #expect(refused.json.objectValue?["__type"] == .string(code))
            }
            let broken = try await stack.call("SendTaskSuccess", ["taskToken": token, "output": "{"])
            #expect(broken.json.objectValue?["__type"] == "InvalidOutput")
            try await eventually("the answer is taken") {
                try await stack.call("SendTaskSuccess", ["taskToken": token, "output": "[7]"]).status == 200
            }
            #expect(try await stack.closed(execution)["output"] == "[7]")
            #expect(
                try await stack.events(execution) == [
                    "ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted",
                    "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded",
                ]
            )
            second.signal(SIGTERM)
            #expect(try await second.end() == 0)
        }
    }

    @Test("Who may start may not answer by a token that was made up, however much of the execution is known")
    func forged() async throws {
        let folder = try CredentialFolder()
        let starter = "Bearer " + (try await folder.addToken("starter", rights: "start"))
        let manager = "Bearer " + (try await folder.addToken("manager", rights: "manage"))
        try await Stack.with(environment: folder.environment) { stack in
            func call(_ operation: String, _ body: JSONObject, as token: String) async throws -> JSONObject {
                let headers = [("X-Amz-Target", "AWSStepFunctions.\(operation)"), ("Authorization", token)]
                return try await stack.post(JSON.object(body).text, headers: headers).json.objectValue ?? [:]
            }
            let worker = try stack.worker()
            let definition = Self.task(Self.send, Self.message)
            let made: JSONObject = [
                "name": "approval", "definition": .string(definition), "roleArn": "arn:aws:iam::000000000000:role/any",
            ]
            let machine = try #require(try await call("CreateStateMachine", made, as: manager)["stateMachineArn"])
            let started = try await call("StartExecution", ["stateMachineArn": machine, "name": "x"], as: starter)
            #expect(started["executionArn"] != nil)
            let real = try await token(stack, at: 0)
            let execution = try #require(
                try await stack.store(of: "x").execution(ExecutionKey(machine: "approval", name: "x"))
            )
            let guessed = ["", "x", String(repeating: "\0", count: 32)].map { Data($0.utf8).base64EncodedString() }
            // Before a token is found to be good, nothing is read of what it names: here, what nobody can read.
            _ = try await stack.integer("HSET", stack.store(of: "damaged").keys.executions, "approval:damaged", "{")
            let damaged = Execution(
                key: ExecutionKey(machine: "approval", name: "damaged"),
                revision: "h",
                startDate: execution.startDate,
                input: "{}"
            )
            let madeUp: JSONObject = ["taskToken": .string(TaskToken(task: 0, of: damaged, secret: .make()).text)]
            #expect(try await call("SendTaskHeartbeat", madeUp, as: starter)["__type"] == "InvalidToken")
            for task in 0...20 {
                let made = (0..<2).map { _ in TaskToken(task: task, of: execution, secret: .make()).text }
                let forged = guessed.map { Self.text(task, execution, proof: $0) }
                for text in [Self.unkeyed(task, execution)] + forged + made {
                    for operation in ["SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat"] {
                        let body: JSONObject = ["taskToken": .string(text), "output": #"{"approved":true}"#]
                        let refused = try await call(operation, body, as: starter)
                        #expect(refused["__type"] == "InvalidToken", "\(operation) \(text)")
                    }
                }
            }
            let approved: JSONObject = ["taskToken": real, "output": "[1]"]
            #expect(try await call("SendTaskSuccess", approved, as: starter)["__type"] == nil)
            try await eventually("the real token is good") {
                try await stack.store(of: "x").execution(execution.key)?.status == .succeeded
            }
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
            let secret = try await secret(stack)
            for output in [worker.output, stack.ingest.output] {
                #expect(!output.contains(secret) && !output.contains(real.stringValue ?? ""))
            }
        }
    }

    private func secret(_ stack: Stack) async throws -> String {
        try #require(try await stack.store.client.send(RedisCommand("GET", stack.store.keys.secret)).string)
    }

    private static func text(_ task: Int, _ execution: Execution, proof: String) -> String {
        Data("approval:x\n\(execution.startDate.milliseconds)\n\(task)\n\(proof)".utf8).base64EncodedString()
    }

    /// A token whose proof is a hash without a key, of what a caller knows or can guess.
    private static func unkeyed(_ task: Int, _ execution: Execution) -> String {
        var hash = SHA256()
        for part in [execution.key.member, "\(execution.startDate.milliseconds)", "\(task)"] {
            hash.update(data: Data("\(part.utf8.count):\(part)".utf8))
        }
        return text(task, execution, proof: Data(hash.finalize()).base64EncodedString())
    }

    @Test("Answers that come while a worker holds the execution are not lost: 200 branches, answered at once")
    func manyAnswers() async throws {
        try await Stack.with(workers: 2) { stack in
            let machine = try await stack.create(
                "m",
                #"{"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":40,"End":true,"ItemProcessor":"#
                    + Self.task(Self.send, Self.message) + "}}}"
            )
            let items = JSON.array((0..<200).map { .integer($0) }).text
            let execution = try await stack.start(machine, items)
            var answered: Set<String> = []
            try await eventually("all are answered") {
                for entry in try await entries(stack, "jobs") {
                    let body = try JSON(parsing: try #require(entry["MessageBody"])).objectValue
                    guard let token = body?["token"], let text = token.stringValue, !answered.contains(text) else {
                        continue
                    }
                    let output = (body?["in"] ?? .null).text
                    let told = try await stack.call("SendTaskSuccess", ["taskToken": token, "output": .string(output)])
                    #expect(told.status == 200)
                    answered.insert(text)
                }
                return answered.count == 200
            }
            #expect(try await stack.closed(execution)["output"] == .string(items))
        }
    }

    @Test(
        "An execution starts another one, and waits for its end where it is asked to",
        arguments: ["", ".sync", ".sync:2"]
    )
    func children(pattern: String) async throws {
        try await Stack.with(workers: 2) { stack in
            let child = try await stack.create(
                "child",
                #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"Next":"P"},"P":{"Type":"Pass","Result":7,"End":true}}}"#
            )
            let parent = try await stack.create(
                "parent",
                Self.task(
                    "arn:aws:states:::states:startExecution\(pattern)",
                    #""Parameters":{"StateMachineArn":"\#(child)","Name":"one","Input":{"a":1}},"#
                )
            )
            let description = try await stack.closed(try await stack.start(parent))
            let output = try JSON(parsing: try #require(description["output"]?.stringValue)).objectValue
            #expect(output?["ExecutionArn"] == .string(child.replacing(":stateMachine:", with: ":execution:") + ":one"))
            switch pattern {
            case "": #expect(output?["Status"] == nil)
            case ".sync": #expect(output?["Output"] == "7" && output?["Input"] == #"{"a":1}"#)
            default: #expect(output?["Output"] == .integer(7) && output?["Input"] == .object(["a": .integer(1)]))
            }
            let again = try await stack.closed(try await stack.start(parent))
            #expect(again["error"] == "StepFunctions.ExecutionAlreadyExistsException")
        }
    }

    @Test("A child that fails, or is stopped, fails the task that waits for it")
    func failedChildren() async throws {
        try await Stack.with(workers: 1) { stack in
            let states = [
                ("failing", #"{"Type":"Fail","Error":"E","Cause":"why"}"#),
                ("stopped", #"{"Type":"Wait","Seconds":600,"End":true}"#),
            ]
            for (name, state) in states {
                let child = try await stack.create(name, #"{"StartAt":"S","States":{"S":\#(state)}}"#)
                let parent = try await stack.create(
                    name + "-parent",
                    Self.task(
                        "arn:aws:states:::states:startExecution.sync",
                        #""Parameters":{"StateMachineArn":"\#(child)","Name":"one"},"#
                    )
                )
                let execution = try await stack.start(parent)
                if name == "stopped" {
                    let arn: JSON = .string(child.replacing(":stateMachine:", with: ":execution:") + ":one")
                    try await eventually("the child is there") {
                        try await stack.call("StopExecution", ["executionArn": arn]).status == 200
                    }
                }
                let end = try await stack.closed(execution)
                #expect(end["error"] == "States.TaskFailed")
                let cause = try JSON(parsing: try #require(end["cause"]?.stringValue)).objectValue
                #expect(cause?["Status"] == (name == "stopped" ? "ABORTED" : "FAILED"))
            }
        }
    }

    @Test("Whoever is stopped, or waits no more, takes what it has started with it")
    func stoppedParents() async throws {
        try await Stack.with(workers: 1) { stack in
            let child = try await stack.create(
                "child",
                #"{"StartAt":"S","States":{"S":{"Type":"Wait","Seconds":600,"End":true}}}"#
            )
            let parameters = #""Parameters":{"StateMachineArn":"\#(child)","Name.$":"$$.Execution.Name"},"#
            let resource = "arn:aws:states:::states:startExecution.sync"
            let stopped = try await stack.start(try await stack.create("stopped", Self.task(resource, parameters)))
            let late = try await stack.start(
                try await stack.create("late", Self.task(resource, #""TimeoutSeconds":1,"# + parameters))
            )
            func children() async throws -> [JSON?] {
                let list = try await stack.call("ListExecutions", ["stateMachineArn": .string(child)])
                let executions = list.json.objectValue?["executions"]?.arrayValue ?? []
                return executions.map { $0.objectValue?["status"] }
            }
            try await eventually("both are there") { try await children().count == 2 }
            #expect(try await stack.closed(late)["error"] == "States.Timeout")
            try await stack.settle()
            #expect(Set(try await children().compactMap { $0?.stringValue }) == ["RUNNING", "ABORTED"])
            _ = try await stack.call("StopExecution", ["executionArn": .string(stopped)])
            try await stack.settle()
            #expect(try await children() == ["ABORTED", "ABORTED"])
        }
    }

    @Test("What is published is in the streams, in the commit of its state")
    func publications() async throws {
        try await Stack.with(workers: 1) { stack in
            let machine = try await stack.create(
                "p",
                #"{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::sns:publish","#
                    + #""Parameters":{"TopicArn":"arn:aws:sns:us-east-1:1:news","Message.$":"$.m"},"Next":"B"},"#
                    + #""B":{"Type":"Task","Resource":"arn:aws:states:::events:putEvents","Parameters":{"Entries":["#
                    + #"{"Source":"s","DetailType":"t","Detail":{"a":1}},{"Source":"s","DetailType":"t"}]},"End":true}}}"#
            )
            let execution = try await stack.start(machine, #"{"m":"hello"}"#)
            let end = try await stack.closed(execution)
            #expect(end["error"] == "EventBridge.FailedEntry")
            try await stack.settle()
            #expect(try await entries(stack, "news").map { $0["Message"] } == ["hello"])
            #expect(try await entries(stack, "default").map { $0["Detail"] } == [#"{"a":1}"#])
            let sdk = try await stack.create(
                "sdk",
                Self.task(
                    "arn:aws:states:::aws-sdk:sqs:sendMessage",
                    #""Parameters":{"QueueUrl":"https://q/sdk","MessageBody":"m"},"#
                )
            )
            let output = try await stack.closed(try await stack.start(sdk))["output"]?.stringValue ?? ""
            #expect(try JSON(parsing: output).objectValue?.keys.sorted() == ["MD5OfMessageBody", "MessageId"])
            try await stack.settle()
            #expect(try await entries(stack, "sdk").map { $0["MessageBody"] } == ["m"])
        }
    }

    @Test("Parameters that cannot be fail their task, and not those that are committed with it")
    func badParameters() async throws {
        try await Stack.with(workers: 1) { stack in
            let child = try await stack.create("child", #"{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}"#)
            let long = String(repeating: "x", count: 2_000)
            let entry = #"{"Source":"s","DetailType":"t","Detail":{}}"#
            let entries = Array(repeating: entry, count: 150).joined(separator: ",")
            let fields = (0..<600).map { #""f\#($0)":1"# }.joined(separator: ",")
            let bad = [
                ("states:startExecution.sync", #""StateMachineArn":"\#(child)","Input":"hello""#),
                ("states:startExecution", #""StateMachineArn":"\#(child)\#(long)""#),
                ("sqs:sendMessage", #""QueueUrl":"https://q/\#(long)","MessageBody":"m""#),
                ("sqs:sendMessage", #""QueueUrl":"q","MessageBody":"m",\#(fields)"#),
                ("events:putEvents", #""Entries":[\#(entries)]"#),
            ]
            for (index, (resource, parameters)) in bad.enumerated() {
                let task = Self.task("arn:aws:states:::\(resource)", #""Parameters":{\#(parameters)},"#)
                let machine = try await stack.create("bad-\(index)", task)
                let end = try await stack.closed(try await stack.start(machine))
                #expect(end["error"] == "States.Runtime", "\(resource)")
            }
            #expect(try await stack.keys("*:stream:*") == [])
        }
    }

    @Test("A step may do as much as the states that it enters ask for")
    func manyEffects() async throws {
        try await Stack.with(workers: 1) { stack in
            let put =
                #"{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","End":true,"Parameters":{"TableName":"t","#
                + #""Item":{"Id":{"S.$":"States.Format('{}', $)"}}}}"#
            let machine = try await stack.create(
                "puts",
                #"{"StartAt":"M","States":{"M":{"Type":"Map","ResultPath":null,"End":true,"ItemProcessor":{"#
                    + #""StartAt":"P","States":{"P":\#(put)}}}}}"#
            )
            let execution = try await stack.start(machine, JSON.array((0..<1_200).map { .integer($0) }).text)
            #expect(try await stack.closed(execution)["status"] == "SUCCEEDED")
            #expect(try await stack.keys("*:item:t:*").count == 1_200)
        }
    }

    @Test("EXPRESS machines run to their end in one call, leave no history, and cannot wait for others")
    func express() async throws {
        try await Stack.with(workers: 1) { stack in
            let machine = try await stack.create(
                "e",
                #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"Next":"P"},"P":{"Type":"Pass","Result":7,"End":true}}}"#,
                type: "EXPRESS"
            )
            let body: JSONObject = ["stateMachineArn": .string(machine), "name": "one", "input": #"{"a": 1}"#]
            for _ in 0..<2 {
                let answer = try #require(try await stack.call("StartSyncExecution", body).json.objectValue)
                #expect(answer["status"] == "SUCCEEDED" && answer["output"] == "7" && answer["name"] == "one")
                #expect(answer["executionArn"]?.stringValue?.contains(":express:e:one:") ?? false)
                let billed = answer["billingDetails"]?.objectValue?["billedDurationInMilliseconds"]?.integerValue
                #expect((1_000...2_000).contains(billed ?? 0))
            }
            var keys: [ExecutionKey] = []
            for store in stack.partitions.stores {
                let names = try await store.client.send(RedisCommand("HKEYS", store.keys.executions)).array ?? []
                keys += names.compactMap(\.string).compactMap(ExecutionKey.init(member:)).filter { $0.machine == "e" }
            }
            #expect(keys.count == 2)
            for key in keys { #expect(try await stack.store(of: key.name).execution(key)?.journal == nil) }
            let listed = try await stack.call("ListExecutions", ["stateMachineArn": .string(machine)])
            #expect(listed.json.objectValue?["__type"] == "StateMachineTypeNotSupported")
            let refused = try await stack.call(
                "CreateStateMachine",
                [
                    "name": "f", "definition": .string(Self.task(Self.send, Self.message)), "roleArn": "r",
                    "type": "EXPRESS",
                ]
            )
            let reason =
                "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Express state machine does not support "
                + "'.waitForTaskToken' service integration  at /States/T/Resource'"
            #expect(refused.json.objectValue?["message"] == .string(reason))
        }
    }
}
