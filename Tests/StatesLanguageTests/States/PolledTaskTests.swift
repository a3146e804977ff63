import Testing

@testable import StatesLanguage

@Suite("Tasks that are asked after again", .timeLimit(.minutes(1)))
struct PolledTaskTests {
    private static let resource = "arn:aws:states:::ecs:runTask.sync"

    private func run(_ fields: String = "") throws -> Run {
        let definition = machine(#"{"Type":"Task","Resource":"\#(Self.resource)",\#(fields)"End":true}"#)
        var run = try Run(definition, input: #"{"a":"é\""}"#, tasks: [.waiting(.call)])
        run.isRecoded = true
        return run
    }

    private func poll(_ number: Int, after pause: Int64 = 5_000, failures: Int = 0, _ state: String = "1") -> TaskPoll {
        TaskPoll(number: number, pause: pause, failures: failures, state: state, at: Instant(milliseconds: 0))
    }

    @Test("it rests until then, is asked with what was said, and goes on with the answer")
    func polled() throws {
        var run = try run(#""TimeoutSeconds":60,"Credentials":{"RoleArn":"r"},"#)
        let state = #"{"job":"é\\\""}"#
        try run.advance(
            milliseconds: 1_000,
            by: [.postponed(task: 3, poll(1, state), output: .object(["Id": .integer(7)]))]
        )
        #expect(run.flow?.wakeUp == Run.start.adding(milliseconds: 6_000))
        try run.advance(milliseconds: 4_999)
        #expect(run.tasks.requests.count == 1)
        try run.advance(milliseconds: 1)
        let asked = try #require(run.tasks.requests.last)
        #expect(run.tasks.requests.count == 2)
        #expect(asked.poll?.state == state)
        #expect(asked.poll?.number == 1)
        #expect(asked.id == 3)
        #expect(asked.parameters == .object([:]))
        #expect(asked.timeoutSeconds == 54)
        #expect(asked.role == "r")
        // Signs of life are due from here on.
        #expect(run.flow?.wakeUp == Run.start.adding(milliseconds: 36_000))
        try run.advance(milliseconds: 10, by: [.postponed(task: 3, poll(2, "2"), output: nil)])
        try run.advance(milliseconds: 5_000)
        #expect(run.tasks.requests.last?.poll?.state == "2")
        try run.advance(milliseconds: 10, by: [.succeeded(task: 3, output: .integer(7))])
        #expect(run.output == "7")
        #expect(
            run.types == [
                "ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted",
                "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded",
            ]
        )
        #expect(
            run.history[4]
                == #"5<4 TaskSubmitted {"resourceType":"ecs","resource":"runTask.sync","output":"{\"Id\":7}","outputDetails":{"truncated":false}}"#
        )
    }

    @Test("an answer that comes twice, or late, moves nothing")
    func twice() throws {
        var run = try run()
        try run.advance(milliseconds: 1, by: [.postponed(task: 3, poll(1, after: 5_000), output: nil)])
        let rest = run.flow
        try run.advance(milliseconds: 1, by: [.postponed(task: 3, poll(1, after: 90_000), output: .null)])
        #expect(run.flow == rest)
        try run.advance(milliseconds: 5_000)
        try run.advance(milliseconds: 1, by: [.postponed(task: 3, poll(1, after: 90_000), output: .null)])
        #expect(run.tasks.requests.count == 2)
        #expect(run.flow?.pendingTasks.first?.answerer == .call)
    }

    @Test("one whose maker is gone is asked again under another number; too many of them fail the task")
    func lost() throws {
        var run = try run()
        try run.advance(milliseconds: 1, by: [.postponed(task: 3, poll(1), output: nil)])
        try run.finish(most: 2)
        #expect(run.tasks.requests.compactMap(\.poll?.number) == [1, 2])
        // What the one that was given up says now does not count.
        try run.advance(milliseconds: 1, by: [.postponed(task: 3, poll(2, "late"), output: nil)])
        #expect(run.flow?.pendingTasks.first?.answerer == .call)
        try run.advance(milliseconds: 1, by: [.postponed(task: 3, poll(3, "new"), output: nil)])
        try run.advance(milliseconds: 5_000)
        #expect(run.tasks.requests.last?.poll?.state == "new")
        try run.finish()
        #expect(run.failure?.error == "Waitable.WorkerLost")
        #expect(run.tasks.requests.compactMap(\.poll?.number) == Array(1...33))
    }

    @Test("TimeoutSeconds counts while it rests and while it is asked")
    func timeOut() throws {
        var resting = try run(#""TimeoutSeconds":60,"#)
        try resting.advance(milliseconds: 1, by: [.postponed(task: 3, poll(1, after: 3_600_000), output: nil)])
        #expect(resting.flow?.wakeUp == Run.start.adding(milliseconds: 60_000))
        try resting.finish()
        #expect(resting.failure?.error == "States.Timeout")
        #expect(resting.tasks.requests.count == 1)
        var asked = try run(#""TimeoutSeconds":10,"#)
        try asked.advance(milliseconds: 1, by: [.postponed(task: 3, poll(1), output: nil)])
        try asked.finish()
        #expect(asked.failure?.error == "States.Timeout")
        #expect(asked.tasks.requests.count == 2)
    }

    @Test("a retry begins anew, with another task")
    func retried() throws {
        var run = try run(#""Retry":[{"ErrorEquals":["E"],"IntervalSeconds":1}],"#)
        run.tasks.answers = [.waiting(.call), .waiting(.call)]
        try run.advance(milliseconds: 1, by: [.postponed(task: 3, poll(1), output: nil)])
        try run.advance(milliseconds: 5_000)
        try run.advance(milliseconds: 1, by: [.failed(task: 3, error: "E", cause: nil)])
        try run.advance(milliseconds: 1_000)
        let again = try #require(run.tasks.requests.last)
        #expect(again.poll == nil)
        #expect(again.id > 3)
        #expect(again.attempt == 1)
        try run.advance(milliseconds: 1, by: [.postponed(task: 3, poll(2), output: nil)])
        #expect(run.flow?.pendingTasks.first?.poll == nil)
    }

    @Test("a clock that is set back makes it wait no longer than it was told to")
    func setBack() throws {
        var run = try run()
        try run.advance(milliseconds: 1, by: [.postponed(task: 3, poll(1), output: nil)])
        let earlier = Run.start.adding(milliseconds: -3_600_000)
        try run.advance(to: earlier)
        #expect(run.flow?.wakeUp == earlier.adding(milliseconds: 5_000))
    }

    @Test("one is asked after no more often than a history is long")
    func tooOften() throws {
        var run = try run()
        try run.advance(milliseconds: 1, by: [.postponed(task: 3, poll(1), output: nil)])
        let text = try #require(run.flow).json.text
        let many = text.replacing("[1,5000,0,", with: "[\(TaskPoll.most + 1),5000,0,")
        #expect(many != text)
        let advance = run.interpreter.advance(
            try Flow(json: JSON(parsing: many)),
            by: [],
            at: run.now.adding(milliseconds: 5_000),
            tasks: &run.tasks
        )
        guard case .failed(_, let error, _) = advance.outcome else {
            Issue.record("\(advance.outcome)")
            return
        }
        #expect(error == "Waitable.PolledTooOften")
    }

    @Test(
        "a stored poll that is none is refused",
        arguments: [#"[3,null,null,"p"]"#, #"[3,null,null,"p",[1,2,3,"4"]]"#, #"[3,null,null,"c",[-1,2,3,"4",5]]"#]
    )
    func stored(task: String) throws {
        let flow = #"{"n":"S","e":1,"i":2,"k":\#(task)}"#
        #expect(throws: FlowError.self) { try Flow(json: JSON(parsing: flow)) }
    }
}
