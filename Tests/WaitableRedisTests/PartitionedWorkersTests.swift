import Foundation
import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableItems

@testable import WaitableRedis

/// Executions whose tasks reach into other partitions, with workers: what they come to is what they come to in one.
@Suite("Workers on several partitions", .redisServer, .timeLimit(.minutes(2)))
struct PartitionedWorkersTests {
    private static let arn = "arn:aws:states:us-east-1:000000000000"

    private static func task(_ resource: String, _ parameters: String, _ more: String) -> String {
        #"{"Type":"Task","Resource":"arn:aws:states:::\#(resource)","Parameters":\#(parameters),\#(more)}"#
    }

    private static func child(_ machine: String, _ pattern: String, _ name: String, _ more: String) -> String {
        task(
            "states:startExecution\(pattern)",
            #"{"StateMachineArn":"\#(arn):stateMachine:\#(machine)","Input":{"n.$":"$.n","kid.$":"$.kid"},"Name.$":"\#(name)"}"#,
            more
        )
    }

    private static func item(_ operation: String, _ fields: String, _ more: String) -> String {
        task("dynamodb:\(operation)", #"{"TableName":"other",\#(fields)}"#, more)
    }

    /// Everything that a task can do to an item of another Id, a child, or a stream.
    private static let all: String = {
        let key = #""Key":{"Id":{"S.$":"$.other"}}"#
        let one = #""ExpressionAttributeValues":{":one":{"N":"1"}},"UpdateExpression":"ADD v :one""#
        let put = #""Item":{"Id":{"S.$":"$.other"},"v":{"N":"41"}}"#
        let caught = { (next: String, path: String) in
            #""Catch":[{"ErrorEquals":["States.ALL"],"Next":"\#(next)","ResultPath":"\#(path)"}],"Next":"Never""#
        }
        let states = [
            ("Put", item("putItem", put, #""ResultPath":null,"Next":"Again""#)),
            (
                "Again",
                item("putItem", put + #","ConditionExpression":"attribute_not_exists(Id)""#, caught("Add", "$.again"))
            ),
            (
                "Add",
                item(
                    "updateItem",
                    key + "," + one + #","ReturnValues":"ALL_NEW""#,
                    #""ResultSelector":{"v.$":"$.Attributes.v.N"},"ResultPath":"$.added","Next":"Get""#
                )
            ),
            (
                "Get",
                item("getItem", key, #""ResultSelector":{"v.$":"$.Item.v.N"},"ResultPath":"$.got","Next":"Delete""#)
            ),
            (
                "Delete",
                item(
                    "deleteItem",
                    key + #","ReturnValues":"ALL_OLD""#,
                    #""ResultSelector":{"v.$":"$.Attributes.v.N"},"ResultPath":"$.deleted","Next":"Child""#
                )
            ),
            (
                "Child",
                child(
                    "child",
                    ".sync:2",
                    "$.kid",
                    #""ResultSelector":{"out.$":"$.Output"},"ResultPath":"$.child","Next":"Twice""#
                )
            ),
            ("Twice", child("child", "", "$.kid", caught("Bad", "$.twice"))),
            ("Bad", child("bad", ".sync", "$.kid", caught("None", "$.bad"))),
            ("None", child("none", "", "$.kid", caught("Send", "$.none"))),
            (
                "Send",
                task(
                    "sqs:sendMessage",
                    #"{"QueueUrl":"https://sqs.us-east-1.amazonaws.com/000000000000/news","MessageBody.$":"$.kid"}"#,
                    #""ResultPath":null,"End":true"#
                )
            ),
            ("Never", #"{"Type":"Fail","Error":"Never"}"#),
        ]
        return #"{"StartAt":"Put","States":{"# + states.map { #""\#($0.0)":\#($0.1)"# }.joined(separator: ",") + "}}"
    }()

    private static let names = (0..<16).map { "e-\($0)" }

    private func outputs(partitions: Int) async throws -> [JSON] {
        let outputs = Outputs()
        try await PartitionedNamespace.with(partitions: partitions) { namespace in
            try await namespace.deploy("all", Self.all)
            try await namespace.deploy(
                "child",
                #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":0,"Next":"P"},"P":{"Type":"Pass","End":true}}}"#
            )
            try await namespace.deploy(
                "bad",
                #"{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"Broken","Cause":"by design"}}}"#
            )
            try await namespace.start(
                "all",
                Self.names.map { (name: $0, input: #"{"n":1,"other":"i-\#($0)","kid":"kid-\#($0)"}"#) }
            )
            var found: [JSON] = []
            for name in Self.names {
                let execution = try await namespace.execution("all", name)
                #expect(execution.status == .succeeded, "\(String(describing: execution.failure))")
                found.append(try JSON(parsing: execution.output ?? "null"))
                // Its history is made anew by running the steps again, without asking where things lie.
                let runner = try await Self.runner(namespace, execution)
                var replay = HistoryReplay(of: execution, runner: runner, EventPage.Window(ids: 1..<10_000))
                let store = namespace.partitions.store(of: execution.key)
                _ = try await store.readJournal(of: execution) { entry in
                    try replay.take(entry)
                    return true
                } pause: {
                }
                replay.finish()
                #expect(replay.events.last?.type == "ExecutionSucceeded")
                #expect(replay.events.map(\.id) == Array(1...replay.events.count))
                #expect(replay.events.count { $0.type == "TaskSubmitted" } == 2)
            }
            let news = namespace.partitions.store(of: "news")
            #expect(
                try await news.send(RedisCommand("XLEN", news.keys.stream("news"))).integer == Int64(Self.names.count)
            )
            try await namespace.settle()
            await outputs.keep(found)
        }
        return await outputs.found
    }

    private static func runner(
        _ namespace: PartitionedNamespace,
        _ execution: Execution
    ) async throws -> ExecutionRunner {
        let cache = MachineCache(store: namespace.partitions.stores[0])
        let machine = try await cache.machine(execution.key.machine, hash: execution.revision)
        return ExecutionRunner(machine: machine, arn: ARN(), secret: .make())
    }

    private actor Outputs {
        private(set) var found: [JSON] = []
        func keep(_ outputs: [JSON]) { found = outputs }
    }

    /// Without what differs between any two runs: ids of requests, and instants.
    private static func stable(_ output: JSON) -> String {
        output.text.replacing(/Request ID: [^;]*;/, with: "")
            .replacing(/[0-9a-f]{8}-[0-9a-f-]{27}/, with: "")
            .replacing(/Date\\?":\d+/, with: "")
    }

    @Test("tasks on items, executions and streams come to the same in 8 partitions as in one")
    func tasks() async throws {
        let one = try await outputs(partitions: 1)
        let eight = try await outputs(partitions: 8)
        for (expected, found) in zip(one, eight) { #expect(Self.stable(found) == Self.stable(expected)) }
        let first = try #require(one.first?.objectValue)
        for name in ["added", "got", "deleted"] { #expect(first[name]?.text == #"{"v":"42"}"#) }
        #expect(first["child"]?.text == #"{"out":{"n":1,"kid":"kid-e-0"}}"#)
        let errors = ["again", "twice", "bad", "none"].map { first[$0]?.objectValue?["Error"]?.stringValue }
        #expect(
            errors == [
                "DynamoDB.ConditionalCheckFailedException", "StepFunctions.ExecutionAlreadyExistsException",
                "States.TaskFailed", "StepFunctions.StateMachineDoesNotExistException",
            ]
        )
    }

    @Test("what a Parallel state gives up is stopped in all partitions, and so is a family whose head is stopped")
    func families() async throws {
        try await PartitionedNamespace.with(partitions: 8) { namespace in
            try await namespace.deploy(
                "sleeper",
                #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}}"#
            )
            let sleeper = Self.child("sleeper", ".sync", "$.kid", #""End":true"#)
            try await namespace.deploy("head", #"{"StartAt":"S","States":{"S":\#(sleeper)}}"#)
            let head = Self.child("head", ".sync", "$.kid", #""End":true"#)
            let hold = #"{"Type":"Wait","Seconds":1,"Next":"F"},"F":{"Type":"Fail","Error":"Enough"}"#
            let branches = #"[{"StartAt":"S","States":{"S":\#(head)}},{"StartAt":"H","States":{"H":\#(hold)}}]"#
            try await namespace.deploy(
                "p",
                #"{"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":\#(branches),"End":true}}}"#
            )
            let names = (0..<8).map { "p-\($0)" }
            try await namespace.start("p", names.map { (name: $0, input: #"{"n":1,"kid":"kid-\#($0)"}"#) })
            for name in names {
                #expect(try await namespace.execution("p", name).failure?.error == "Enough")
                for machine in ["head", "sleeper"] {
                    #expect(try await namespace.execution(machine, "kid-\(name)").status == .aborted)
                }
            }
            try await namespace.settle()
        }
    }

    @Test("a stop goes down three generations in different partitions")
    func generations() async throws {
        try await PartitionedNamespace.with(partitions: 8) { namespace in
            try await namespace.deploy(
                "g0",
                #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}}"#
            )
            for depth in 1...3 {
                let start = Self.task(
                    "states:startExecution.sync",
                    #"{"StateMachineArn":"\#(Self.arn):stateMachine:g\#(depth - 1)","Input.$":"$","#
                        + #""Name.$":"States.Format('{}-x', $$.Execution.Name)"}"#,
                    #""End":true"#
                )
                try await namespace.deploy("g\(depth)", #"{"StartAt":"S","States":{"S":\#(start)}}"#)
            }
            for number in 0..<6 {
                let name = "top-\(number)"
                try await namespace.start("g3", [(name: name, input: "{}")])
                _ = try await namespace.execution("g0", name + "-x-x-x") { $0.flow != nil }
                let store = namespace.partitions.store(of: name)
                _ = try await store.call("waitable_stop", FunctionArguments("g3:\(name)", "", "", ""))
                for (depth, name) in ["-x", "-x-x", "-x-x-x"].enumerated() {
                    let child = try await namespace.execution("g\(2 - depth)", "top-\(number)\(name)")
                    #expect(child.status == .aborted)
                }
            }
            try await namespace.settle()
        }
    }

    @Test("a distributed Map spreads its items over the partitions, and fails where too many fail")
    func distributedMap() async throws {
        try await PartitionedNamespace.with(partitions: 8) { namespace in
            let inner =
                #"{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"C","States":{"#
                + #""C":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericEquals":-1,"Next":"F"}],"Default":"P"},"#
                + #""P":{"Type":"Pass","OutputPath":"$.n","End":true},"F":{"Type":"Fail","Error":"Bad"}}}"#
            try await namespace.deploy(
                "map",
                #"{"StartAt":"M","States":{"M":{"Type":"Map","Label":"L","ItemProcessor":\#(inner),"End":true}}}"#
            )
            let items = { (numbers: [Int]) in "[" + numbers.map { #"{"n":\#($0)}"# }.joined(separator: ",") + "]" }
            try await namespace.start("map", [("good", items(Array(1...120))), ("bad", items([1, 2, -1, 3]))])
            let good = try await namespace.execution("map", "good")
            #expect(good.output == "[" + (1...120).map(String.init).joined(separator: ",") + "]")
            #expect(
                try await namespace.execution("map", "bad").failure?.error == "States.ExceedToleratedFailureThreshold"
            )
            try await namespace.settle()
            var spread = 0
            for store in namespace.partitions.stores {
                let names = try await store.send(RedisCommand("HKEYS", store.keys.executions)).array ?? []
                if names.contains(where: { $0.string?.hasPrefix("map/L:") == true }) { spread += 1 }
            }
            #expect(spread == 8)
        }
    }

    @Test("activities and callbacks answer tasks of executions in any partition")
    func answers() async throws {
        try await PartitionedNamespace.with(partitions: 8) { namespace in
            for store in namespace.partitions.stores {
                _ = try await store.send(RedisCommand("HSET", store.keys.registry(.activities), "mail", "{}"))
            }
            let activity =
                #"{"Type":"Task","Resource":"\#(Self.arn):activity:mail","ResultPath":"$.mailed","Next":"Call"}"#
            let call = Self.task(
                "sqs:sendMessage.waitForTaskToken",
                #"{"QueueUrl":"https://sqs.us-east-1.amazonaws.com/000000000000/asked","#
                    + #""MessageBody":{"token.$":"$$.Task.Token"}}"#,
                #""ResultPath":"$.called","Next":"None""#
            )
            let none =
                #"{"Type":"Task","Resource":"\#(Self.arn):activity:none","End":true,"#
                + #""Catch":[{"ErrorEquals":["ActivityDoesNotExist"],"Next":"End","ResultPath":null}]}"#
            try await namespace.deploy(
                "a",
                #"{"StartAt":"Mail","States":{"Mail":\#(activity),"Call":\#(call),"None":\#(none),"End":{"Type":"Pass","End":true}}}"#
            )
            let names = (0..<12).map { "a-\($0)" }
            try await namespace.start("a", names.map { (name: $0, input: "{}") })
            func answer(_ text: String, _ output: String) async throws {
                let token = try #require(TaskToken(text))
                let store = namespace.partitions.store(of: token.key)
                let answer = TaskAnswer.succeeded(try JSON(parsing: output))
                #expect(try await store.answer(token.key, startDate: token.startDate, task: token.task, answer))
            }
            let mail = namespace.partitions.store(of: "mail")
            var answered = 0
            while answered < names.count {
                guard let task = try await mail.takeTask(of: "mail") else { continue }
                #expect(try await mail.confirm(task, worker: "w"))
                try await answer(task.token, "1")
                answered += 1
            }
            let asked = namespace.partitions.store(of: "asked")
            var seen: Set<String> = []
            while seen.count < names.count {
                let words =
                    try await asked.send(RedisCommand("XRANGE", asked.keys.stream("asked"), "-", "+")).array ?? []
                for entry in words {
                    let body = try #require(entry.array?[1].array?.last?.bytes)
                    let text = try #require(try JSON(parsing: body).objectValue?["token"]?.stringValue)
                    if seen.insert(text).inserted { try await answer(text, "2") }
                }
            }
            for name in names {
                #expect(try await namespace.execution("a", name).output == #"{"mailed":1,"called":2}"#)
            }
            try await namespace.settle()
        }
    }

    @Test("items that were put into a wrong partition by hand run in their own")
    func bareMembers() async throws {
        try await PartitionedNamespace.with(partitions: 8) { namespace in
            let file = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../statemachine/waitable-stepfunction.asl.json")
            let definition = try String(contentsOf: file, encoding: .utf8).replacing(/\$\{[A-Za-z]+\}/, with: "items")
            try await namespace.deploy("m", definition, isDefault: true)
            for number in 0..<8 {
                let store = namespace.partitions.stores[number]
                let item = ItemKey(table: "items", id: "bare-\(number)")
                _ = try await store.send(
                    RedisCommand("HSET", store.keys.item(item), "Id", item.id, "ProcessStatus", "STARTED")
                )
                _ = try await store.send(RedisCommand("ZADD", store.keys.due, "1", item.id))
                _ = try await store.send(RedisCommand("PUBLISH", store.keys.wake, "1"))
            }
            for number in 0..<8 {
                let execution = try await namespace.execution("m", "bare-\(number)")
                #expect(execution.status == .succeeded)
                let item = ItemKey(table: "items", id: "bare-\(number)")
                let fields = try await namespace.partitions.store(of: item.id).items([item])[0] ?? []
                #expect(fields.contains { $0.name == "ProcessStatus" && $0.value == "COMPLETED" })
            }
            try await namespace.settle()
        }
    }
}
