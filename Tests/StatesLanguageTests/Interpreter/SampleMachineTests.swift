import Foundation
import Testing

@testable import StatesLanguage

/// The machine that ships: status, wait, status.
@Suite("The sample machine", .timeLimit(.minutes(1)))
struct SampleMachineTests {
    private let definition: String
    private let input = #"{ "Id": "order-42", "StartTimestamp": "2027-01-15T08:01:00.500Z" }"#

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appending(path: "statemachine/waitable-stepfunction.asl.json")
        definition = try StateMachine.substituting(
            ["DDBTable": "orders"],
            in: String(contentsOf: file, encoding: .utf8)
        )
    }

    @Test("it writes, waits to the millisecond, and writes again")
    func endToEnd() throws {
        var run = try Run(definition, input: input)
        let due = Run.start.adding(milliseconds: 60_377)
        #expect(run.flow?.wakeUp == due)
        #expect(run.tasks.requests.map(\.resource) == ["arn:aws:states:::dynamodb:putItem"])
        #expect(
            run.tasks.requests.last?.parameters.text
                == #"{"TableName":"orders","Item":{"Id":{"S":"order-42"},"StartActionAt":{"S":"2027-01-15T08:01:00.500Z"},"#
                + #""ProcessStatus":{"S":"STARTED"},"LastUpdated":{"S":"2027-01-15T08:00:00.123Z"}}}"#
        )

        let waiting = run.outcome
        try run.advance(to: due.adding(milliseconds: -1))
        #expect(run.outcome == waiting)
        #expect(run.events.count == 7)

        try run.advance(to: due)
        #expect(run.output == #"{"Id":"order-42","StartTimestamp":"2027-01-15T08:01:00.500Z"}"#)
        #expect(
            run.tasks.requests.last?.parameters.text
                == #"{"TableName":"orders","Key":{"Id":{"S":"order-42"}},"#
                + #""UpdateExpression":"SET ProcessStatus = :newStatus, LastUpdated = :newTimestamp","#
                + #""ExpressionAttributeValues":{":newStatus":{"S":"COMPLETED"},":newTimestamp":{"S":"2027-01-15T08:01:00.500Z"}}}"#
        )
    }

    @Test("the history is AWS's, with the caller's text verbatim where AWS has it")
    func history() throws {
        var run = try Run(definition, input: input)
        try run.finish()
        let verbatim = JSON.string(input).text
        let compact = #""{\"Id\":\"order-42\",\"StartTimestamp\":\"2027-01-15T08:01:00.500Z\"}""#
        let details = #"Details":{"truncated":false}"#
        let put = JSON.string(try #require(run.tasks.requests.first).parameters.text).text
        let update = JSON.string(try #require(run.tasks.requests.last).parameters.text).text
        let names = { (operation: String) in #""resourceType":"dynamodb","resource":"\#(operation)""# }
        let entered = { (state: String, input: String) in #"{"name":"\#(state)","input":\#(input),"input\#(details)}"# }
        let exited = { (state: String) in #"{"name":"\#(state)","output":\#(compact),"output\#(details)}"# }
        #expect(
            run.history == [
                #"1<0 ExecutionStarted {"input":\#(verbatim),"input\#(details),"roleArn":"arn:aws:iam::123456789012:role/machine"}"#,
                "2<0 TaskStateEntered " + entered("SetInitialStatus", verbatim),
                #"3<2 TaskScheduled {\#(names("putItem")),"region":"eu-west-1","parameters":\#(put)}"#,
                "4<3 TaskStarted {\(names("putItem"))}",
                #"5<4 TaskSucceeded {\#(names("putItem")),"output":"{}","output\#(details)}"#,
                "6<5 TaskStateExited " + exited("SetInitialStatus"),
                "7<6 WaitStateEntered " + entered("WaitUntil", compact),
                "8<7 WaitStateExited " + exited("WaitUntil"),
                "9<8 TaskStateEntered " + entered("SetFinalStatus", compact),
                #"10<9 TaskScheduled {\#(names("updateItem")),"region":"eu-west-1","parameters":\#(update)}"#,
                "11<10 TaskStarted {\(names("updateItem"))}",
                #"12<11 TaskSucceeded {\#(names("updateItem")),"output":"{}","output\#(details)}"#,
                "13<12 TaskStateExited " + exited("SetFinalStatus"),
                #"14<13 ExecutionSucceeded {"output":\#(compact),"output\#(details)}"#,
            ]
        )
        let due = Run.start.adding(milliseconds: 60_377)
        #expect(run.events.map(\.timestamp) == Array(repeating: Run.start, count: 7) + Array(repeating: due, count: 7))
    }

    @Test("what is kept of a waiting execution is small, and repeats nothing of its input")
    func size() throws {
        let text = try #require(try Run(definition, input: input).flow).json.text
        #expect(text == #"{"n":"WaitUntil","e":1800000000123,"i":7,"w":1800000060500}"#)
    }

    @Test("a failing write is retried after 20 s, 200 s, …, and then fails the execution")
    func retries() throws {
        let failure = TaskDisposition.failed(error: "DynamoDB.ProvisionedThroughputExceededException", cause: "slow")
        var run = try Run(definition, input: input, tasks: Array(repeating: failure, count: 6))
        var waits: [Int64] = []
        while let wakeUp = run.flow?.wakeUp {
            waits.append(wakeUp.milliseconds - run.now.milliseconds)
            try run.advance(to: wakeUp)
        }
        #expect(waits == [20_000, 200_000, 2_000_000, 20_000_000, 200_000_000])
        #expect(run.failure == .init(error: "DynamoDB.ProvisionedThroughputExceededException", cause: "slow"))
    }

    @Test("an item put in by hand stands in its wait, which is over")
    func adoption() throws {
        let machine = try StateMachine(definition: definition, resources: TestCatalog())
        let interpreter = Interpreter(machine: machine, context: try Run.context(input: input), recording: .all)
        var tasks = ScriptedTasks()
        let advance = try #require(interpreter.adopt(at: Run.start, tasks: &tasks))
        #expect(tasks.requests.map(\.resource) == ["arn:aws:states:::dynamodb:updateItem"])
        #expect(advance.outcome == .succeeded(output: try JSON(parsing: input).text))
        #expect(advance.events.map(\.type).prefix(3) == ["ExecutionStarted", "WaitStateEntered", "WaitStateExited"])
    }

    @Test("a machine without a wait on its way adopts nothing")
    func noAdoption() throws {
        let definition = machine(
            #"{"Type":"Choice","Choices":[{"Variable":"$.end","IsPresent":true,"Next":"E"}],"Default":"S"}"#,
            #","E":{"Type":"Succeed"}"#
        )
        let machine = try StateMachine(definition: definition, resources: TestCatalog())
        var tasks = ScriptedTasks()
        let interpreter = Interpreter(machine: machine, context: try Run.context(input: "{}"))
        #expect(interpreter.adopt(at: Run.start, tasks: &tasks) == nil)
    }
}
