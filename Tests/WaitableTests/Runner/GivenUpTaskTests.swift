import StatesLanguage
import Testing

@testable import Waitable

/// What a step asks for that gives up tasks: those of the step itself, and those of steps before it.
@Suite("Tasks that a step gives up", .timeLimit(.minutes(1)))
struct GivenUpTaskTests {
    private let start = Instant(milliseconds: 1_795_000_000_000)

    private static let child =
        #"{"Type":"Task","Resource":"arn:aws:states:::states:startExecution.sync:2","End":true,"#
        + #""Parameters":{"StateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:child","Name":"one"}}"#
    private static let activity =
        #"{"Type":"Task","Resource":"arn:aws:states:us-east-1:000000000000:activity:mail","End":true}"#
    private static let run =
        #"{"Type":"Map","ItemsPath":"$.list","End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","#
        + #""ExecutionType":"STANDARD"},"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}}"#
    private static let nested =
        #"{"Type":"Parallel","End":true,"Branches":[{"StartAt":"N","States":{"N":\#(child)}}]}"#
    private static let kept =
        #"{"Type":"Task","Resource":"arn:aws:states:::states:startExecution","End":true,"#
        + #""Parameters":{"StateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:child","Name":"one"}}"#

    private func runner(_ first: String, _ second: String, isCaught: Bool) throws -> ExecutionRunner {
        let rules = isCaught ? #""Catch":[{"ErrorEquals":["States.ALL"],"Next":"W"}],"# : ""
        let definition =
            #"{"StartAt":"P","States":{"P":{"Type":"Parallel",\#(rules)"Next":"W","Branches":["#
            + #"{"StartAt":"A","States":{"A":\#(first)}},{"StartAt":"B","States":\#(second)}]},"#
            + #""W":{"Type":"Wait","Seconds":60,"End":true}}}"#
        let revision = Revision(definition: definition, roleARN: "arn:aws:iam::000000000000:role/waitable")
        let machine = try DeployedMachine(name: "m", hash: revision.hash, revision: revision)
        return ExecutionRunner(machine: machine, arn: ARN(), secret: .make())
    }

    private func execution(of runner: ExecutionRunner) -> Execution {
        Execution(
            key: ExecutionKey(machine: "m", name: "a"),
            revision: runner.machine.hash,
            startDate: start,
            input: #"{"list":[1,2,3]}"#
        )
    }

    private static let failing = #"{"B":{"Type":"Fail","Error":"E"}}"#
    private static let failingLater = #"{"B":{"Type":"Wait","Seconds":10,"Next":"F"},"F":{"Type":"Fail","Error":"E"}}"#
    private static let waiting = #"{"B":{"Type":"Wait","Seconds":10,"End":true}}"#

    @Test(
        "what nobody waits for at the end of the step is not begun",
        arguments: [child, activity, run, nested],
        [true, false]
    )
    func sameStep(task: String, isCaught: Bool) throws {
        let runner = try runner(task, Self.failing, isCaught: isCaught)
        let step = try runner.run(execution(of: runner), at: start)
        #expect(step.execution.status == (isCaught ? .running : .failed))
        #expect(step.effects.isEmpty)
        // Without the failure it is begun.
        let other = try self.runner(task, Self.waiting, isCaught: isCaught)
        #expect(!(try other.run(execution(of: other), at: start).effects.isEmpty))
    }

    @Test("an execution whose end no task waits for is started all the same")
    func unawaited() throws {
        let runner = try runner(Self.kept, Self.failing, isCaught: false)
        let step = try runner.run(execution(of: runner), at: start)
        guard case .start(let start)? = step.effects.first, step.effects.count == 1 else {
            Issue.record("\(step.effects)")
            return
        }
        #expect(start.pattern == .start)
    }

    @Test("an execution that the last commit started is stopped by a step that gives it up", arguments: [true, false])
    func nextStep(isCaught: Bool) throws {
        let runner = try runner(Self.child, Self.failingLater, isCaught: isCaught)
        let first = try runner.run(execution(of: runner), at: start)
        #expect(first.next == .leased)
        let task = try #require(first.execution.flow?.pendingTasks.first?.id)
        var execution = first.execution
        execution.messages.outcomes["\(task)"] = .object([
            "task": .integer(Int64(task)), "child": .string("child:one"), "waits": .bool(true),
            "at": .integer(start.milliseconds),
        ])
        let second = try runner.run(execution, at: start.adding(milliseconds: 10_000))
        #expect(second.execution.status == (isCaught ? .running : .failed))
        #expect(second.effects == [isCaught ? .stop(task: task) : .forget(answers: [])])
        let poisoned = execution.failing(ExecutionFailure(error: "E", cause: nil), at: start)
        #expect(poisoned.effects.first == .forget(answers: []))
    }

    @Test("what the last commit did not start is not stopped")
    func notStarted() throws {
        let runner = try runner(Self.child, Self.failingLater, isCaught: true)
        let first = try runner.run(execution(of: runner), at: start)
        let task = try #require(first.execution.flow?.pendingTasks.first?.id)
        var execution = first.execution
        execution.messages.outcomes["\(task)"] = .object([
            "task": .integer(Int64(task)), "child": .string("child:one"), "code": .string("ExecutionAlreadyExists"),
        ])
        let second = try runner.run(execution, at: start.adding(milliseconds: 10_000))
        #expect(second.effects.isEmpty)
    }
}
