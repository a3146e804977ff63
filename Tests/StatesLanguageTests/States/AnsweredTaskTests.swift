import Testing

@testable import StatesLanguage

@Suite("Tasks that are answered from outside", .timeLimit(.minutes(1)))
struct AnsweredTaskTests {
    private static let activity = "arn:aws:states:eu-west-1:123456789012:activity:mail"
    private static let send = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"

    private func task(_ resource: String, _ fields: String = "") -> String {
        machine(#"{"Type":"Task","Resource":"\#(resource)",\#(fields)"End":true}"#)
    }

    /// A run whose task waits, its flow going through its stored form.
    private func run(_ resource: String, _ fields: String, _ disposition: TaskDisposition) throws -> Run {
        var run = try Run(task(resource, fields), input: #"{"s":5}"#, tasks: [disposition])
        run.isRecoded = true
        return run
    }

    @Test("an activity's task has no limit until it is taken, then its own", arguments: ["", "Path"])
    func activity(suffix: String) throws {
        let value = suffix.isEmpty ? "5" : #""$.s""#
        var run = try run(
            Self.activity,
            #""TimeoutSeconds\#(suffix)":\#(value),"HeartbeatSeconds":3,"#,
            .waiting(.activity)
        )
        #expect(run.flow?.wakeUp == nil)
        let taken = Run.start.adding(milliseconds: 60_000)
        try run.advance(to: taken, by: [.started(task: 3, worker: "w", at: taken)])
        #expect(run.flow?.wakeUp == taken.adding(milliseconds: 3_000))
        try run.advance(milliseconds: 2_900, by: [.heartbeat(task: 3, at: taken.adding(milliseconds: 2_800))])
        #expect(run.flow?.wakeUp == taken.adding(milliseconds: 5_000))
        try run.finish()
        #expect(run.failure == Run.Failure(error: "States.Timeout", cause: nil))
        #expect(
            run.history.dropFirst(2) == [
                #"3<2 ActivityScheduled {"resource":"\#(Self.activity)","input":"{\"s\":5}","inputDetails":{"truncated":false},"#
                    + #""timeoutInSeconds":5,"heartbeatInSeconds":3}"#,
                #"4<3 ActivityStarted {"workerName":"w"}"#, #"5<4 ActivityTimedOut {"error":"States.Timeout"}"#,
                #"6<5 ExecutionFailed {"error":"States.Timeout"}"#,
            ]
        )
    }

    @Test("a task of an activity that does not exist was never scheduled")
    func missingActivity() throws {
        var run = try run(Self.activity, #""TimeoutSeconds":5,"#, .waiting(.activity))
        try run.advance(milliseconds: 1, by: [.failed(task: 3, error: "E", cause: "C")])
        #expect(run.failure == Run.Failure(error: "E", cause: "C"))
        #expect(run.history.suffix(2).first == #"4<3 ActivityScheduleFailed {"error":"E","cause":"C"}"#)
        #expect(run.events.suffix(2).first?.details?.name == "activityScheduleFailedEventDetails")
    }

    @Test("limits that a clock set which was set back since count from now", arguments: [false, true])
    func setBack(isCall: Bool) throws {
        var run = try run(
            Self.send,
            #""TimeoutSeconds":90,"HeartbeatSeconds":40,"#,
            .waiting(isCall ? .call : .token)
        )
        let earlier = Run.start.adding(milliseconds: -3_600_000)
        let seconds: Int64 = isCall ? 30 : 40
        // A reading that differs by a little changes nothing.
        let sooner = Run.start.adding(milliseconds: -900)
        try run.advance(to: sooner, by: [])
        #expect(run.flow?.wakeUp == Run.start.adding(milliseconds: seconds * 1_000))
        try run.advance(to: earlier, by: [])
        #expect(run.flow?.wakeUp == earlier.adding(milliseconds: seconds * 1_000))
        try run.advance(to: earlier.adding(milliseconds: seconds * 1_000 - 1), by: [])
        #expect(run.flow != nil)
        try run.advance(to: earlier.adding(milliseconds: seconds * 1_000), by: [])
        #expect(run.failure?.error == (isCall ? "Waitable.WorkerLost" : "States.Timeout"))
    }

    @Test("what came before a limit counts though it is read after it")
    func late() throws {
        var run = try run(Self.send, #""HeartbeatSeconds":3,"#, .submitted(output: .object(["id": .integer(1)])))
        try run.advance(milliseconds: 10_000, by: [.heartbeat(task: 3, at: Run.start.adding(milliseconds: 9_000))])
        #expect(run.flow?.wakeUp == Run.start.adding(milliseconds: 12_000))
        try run.advance(milliseconds: 5_000, by: [.succeeded(task: 3, output: .integer(7))])
        #expect(run.output == "7")
        #expect(
            run.types == [
                "ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted",
                "TaskSucceeded",
                "TaskStateExited", "ExecutionSucceeded",
            ]
        )
    }

    @Test("answers for other tasks, and those of an earlier try, change nothing")
    func others() throws {
        var run = try run(
            Self.send,
            #""Retry":[{"ErrorEquals":["E"],"IntervalSeconds":1}],"#,
            .waiting(.token)
        )
        run.tasks.answers = [.waiting(.token)]
        try run.advance(milliseconds: 1, by: [.succeeded(task: 4, output: .integer(1))])
        try run.advance(milliseconds: 1, by: [.failed(task: 3, error: "E", cause: nil)])
        try run.finish()
        let again = try #require(run.flow?.pendingTasks.first)
        #expect(again.id > 3)
        try run.advance(milliseconds: 1, by: [.succeeded(task: 3, output: .integer(1))])
        #expect(run.flow != nil)
        try run.advance(milliseconds: 1, by: [.succeeded(task: again.id, output: .integer(2))])
        #expect(run.output == "2")
    }

    @Test("a call without a sign of life fails the task; its time-out is told as such")
    func calls() throws {
        var lost = try run("arn:aws:lambda:eu-west-1:123456789012:function:f", "", .waiting(.call))
        #expect(lost.flow?.wakeUp == Run.start.adding(milliseconds: 30_000))
        try lost.finish()
        #expect(lost.failure?.error == "Waitable.WorkerLost")
        #expect(lost.types.suffix(2) == ["LambdaFunctionFailed", "ExecutionFailed"])
        var late = try run("arn:aws:lambda:eu-west-1:123456789012:function:f", #""TimeoutSeconds":9,"#, .waiting(.call))
        try late.finish()
        #expect(late.failure?.error == "States.Timeout")
    }

    @Test("what is begun with a call goes on by its token, without signs of life")
    func submitted() throws {
        var run = try run("arn:aws:states:::lambda:invoke.waitForTaskToken", "", .waiting(.call))
        try run.advance(milliseconds: 20, by: [.submitted(task: 3, output: .null)])
        #expect(run.flow?.wakeUp == nil)
        try run.advance(milliseconds: 1, by: [.failed(task: 3, error: nil, cause: nil)])
        #expect(run.failure == Run.Failure(error: nil, cause: nil))
    }

    @Test("the token is in the context object of the state that waits for it, and of no other")
    func token() throws {
        let run = try Run(
            task(Self.send, #""Parameters":{"t.$":"$$.Task.Token","all.$":"$$.Task"},"#),
            tasks: [.waiting(.token)]
        )
        #expect(
            run.tasks.requests.first?.parameters
                == .object(["t": .string("token-3"), "all": .object(["Token": .string("token-3")])])
        )
        let other = try Run(task("arn:aws:states:::sqs:sendMessage", #""Parameters":{"t.$":"$$.Task.Token"},"#))
        #expect(other.failure?.error == "States.Runtime")
    }
}
