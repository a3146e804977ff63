import StatesLanguage
import Testing

@testable import Waitable

/// Tasks whose effects lie in another partition than their execution.
@Suite("Tasks elsewhere", .timeLimit(.minutes(1)))
struct RemoteTaskTests {
    private let start = Instant(milliseconds: 1_795_407_521_123)

    /// Ids that begin with an `x` lie in one partition, all others in another one.
    private static let areApart: ExecutionRunner.AreApart = { $0.hasPrefix("x") != $1.hasPrefix("x") }

    private static func runner(
        _ states: String,
        areApart: ExecutionRunner.AreApart? = Self.areApart
    ) throws -> ExecutionRunner {
        let revision = Revision(definition: #"{"StartAt":"T","States":{\#(states)}}"#, roleARN: "")
        let machine = try DeployedMachine(name: "m", hash: "h", revision: revision)
        return ExecutionRunner(machine: machine, arn: ARN(), secret: .make(), areApart: areApart)
    }

    private func execution(_ name: String = "a") -> Execution {
        Execution(key: ExecutionKey(machine: "m", name: name), revision: "h", startDate: start, input: "{}")
    }

    private static func put(_ id: String, _ next: String) -> String {
        #"{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","Parameters":{"TableName":"t","Item":"#
            + #"{"Id":{"S":"\#(id)"}}},"ResultPath":null,\#(next)}"#
    }

    private static func child(_ name: String, _ more: String = "") -> String {
        #"{"Type":"Task","Resource":"arn:aws:states:::states:startExecution.sync:2","Parameters":{"Name":"\#(name)","#
            + #""StateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:c"},\#(more)"End":true}"#
    }

    /// The execution as another worker reads it, with what it has been told.
    private func read(_ step: Step, _ answers: JSONObject = [:]) throws -> Execution {
        let bytes = step.transition(lease: "1.5").document
        var execution = try ExecutionDocument.decode(bytes, key: step.execution.key)
        execution.messages.answers = answers
        return execution
    }

    @Test("the end takes the inbox along where tasks were told things, though none waits any more")
    func endWithInbox() throws {
        let wait = #"{"Type":"Wait","Seconds":1,"End":true}"#
        let activity = "arn:aws:states:us-east-1:000000000000:activity:w"
        let runner = try Self.runner(#""T":{"Type":"Task","Resource":"\#(activity)","Next":"W"},"W":\#(wait)"#)
        let asked = try runner.run(execution(), at: start)
        let task = try #require(asked.execution.flow?.pendingTasks.first?.id)
        let answers: JSONObject = ["\(task)": .object(["output": .integer(1)])]
        let waiting = try runner.run(try read(asked, answers), at: start.adding(milliseconds: 10))
        #expect(waiting.effects == [.forget(answers: [ItemField(name: "\(task)", value: "")])])
        #expect(!waiting.execution.awaitsAnswers)
        // That it was taken may have come after its answer was read.
        let end = try runner.run(try read(waiting), at: start.adding(milliseconds: 2_000))
        #expect(end.next == .closed && end.effects == [.forget(answers: [])])
        let plain = try Self.runner(#""T":\#(wait)"#)
        let last = try plain.run(try read(plain.run(execution(), at: start)), at: start.adding(milliseconds: 2_000))
        #expect(last.next == .closed && last.effects.isEmpty)
    }

    @Test("a plain write is an effect of the commit here; elsewhere the task waits for its outcome, without the lease")
    func write() throws {
        let here = try Self.runner(#""T":\#(Self.put("b", #""End":true"#))"#).run(execution(), at: start)
        #expect(here.next == .closed)
        let runner = try Self.runner(#""T":\#(Self.put("x", #""End":true"#))"#)
        let step = try runner.run(execution(), at: start)
        #expect(step.next == .answered(by: nil))
        guard case .item(.evaluate(let key, _, let task, _)) = try #require(step.effects.first) else {
            Issue.record("\(step.effects)")
            return
        }
        #expect(key.id == "x" && step.effects.count == 1)
        #expect(step.execution.awaitsAnswers)
        // The function finds the task among those that wait.
        let document = String(decoding: step.transition(lease: "1.5").document, as: UTF8.self)
        #expect(document.contains(#","w":"\#(task)""#))
        let echo = ItemOutcomeText(step)
        let answered = try read(step, ["o\(task)": try JSON(parsing: echo.succeeded)])
        let end = try runner.run(answered, at: start)
        #expect(end.execution.status == .succeeded)
        #expect(end.effects == [.forget(answers: [])])
    }

    /// The outcome that a step's program has.
    private struct ItemOutcomeText {
        let succeeded: String
        let failed: String

        init(_ step: Step) {
            guard case .item(.evaluate(_, let program, let task, _)) = step.effects[0],
                let echo = (try? JSON(parsing: program))?.objectValue?["echo"]
            else { preconditionFailure("the step evaluates nothing") }
            succeeded = #"{"task":\#(task),"echo":\#(echo.text),"answer":{}}"#
            failed =
                #"{"task":\#(task),"echo":\#(echo.text),"code":"ConditionalCheckFailedException","message":"no"}"#
        }
    }

    @Test("an outcome that is a failure fails the task in the same words as in the commit")
    func failure() throws {
        let states = #""T":\#(Self.put("x", #""End":true"#))"#
        let remote = try Self.runner(states)
        let step = try remote.run(execution(), at: start)
        let text = ItemOutcomeText(step).failed
        let failed = try remote.run(try read(step, ["o3": try JSON(parsing: text)]), at: start)
        let local = try Self.runner(states, areApart: nil)
        let begun = try local.run(execution(), at: start, evaluatesAll: true)
        var answered = begun.execution
        answered.messages.outcomes["3"] = try JSON(parsing: text)
        let expected = try local.run(answered, at: start)
        #expect(failed.execution.failure == expected.execution.failure)
        #expect(failed.execution.failure?.error == "DynamoDB.ConditionalCheckFailedException")
    }

    @Test("what cannot be read as an outcome fails the task")
    func unreadable() throws {
        let runner = try Self.runner(#""T":\#(Self.put("x", #""End":true"#))"#)
        let step = try runner.run(execution(), at: start)
        let deep = Array(String(repeating: "[", count: 100_000).utf8)
        let entry = try #require(TaskAnswer.entry("o3", deep))
        let failed = try runner.run(try read(step, ["o3": entry]), at: start)
        #expect(failed.execution.failure?.error == "States.Runtime")
    }

    @Test("a child elsewhere that is given up before its start is known is stopped too; one here is not begun")
    func givenUp() throws {
        let branches = { (name: String) in
            #""T":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"C","States":{"C":\#(Self.child(name))}},"#
                + #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"Next":"F"},"F":{"Type":"Fail"}}}],"#
                + #""Catch":[{"ErrorEquals":["States.ALL"],"Next":"Z"}]},"Z":{"Type":"Wait","Seconds":9,"End":true}"#
        }
        let runner = try Self.runner(branches("x"))
        let step = try runner.run(execution(), at: start)
        #expect(step.next == .answered(by: start.adding(milliseconds: 1_000)))
        let later = try runner.run(try read(step), at: start.adding(milliseconds: 1_000))
        guard case .start(let child) = step.effects[0] else {
            Issue.record("\(step.effects)")
            return
        }
        #expect(later.effects == [.stop(task: child.task)])
        // The same where its start is told in that step; not where there was none.
        for (outcome, isStopped) in [(#","waits":true"#, true), (#","code":"ExecutionAlreadyExists""#, false)] {
            let text = #"{"task":\#(child.task),"child":"c:x"\#(outcome)}"#
            let told = try read(step, ["o\(child.task)": try JSON(parsing: text)])
            let last = try runner.run(told, at: start.adding(milliseconds: 1_000))
            #expect(last.effects.contains(.stop(task: child.task)) == isStopped)
        }
    }

    @Test("a history is made anew as the steps were made, by whoever knows nothing of partitions")
    func replay() throws {
        let states = #""T":\#(Self.put("x", #""Next":"C""#)),"C":\#(Self.child("x-kid"))"#
        let runner = try Self.runner(states)
        var step = try runner.run(execution(), at: start)
        step.enterJournal(by: "w")
        var second = try runner.run(
            try read(step, ["o3": try JSON(parsing: ItemOutcomeText(step).succeeded)]),
            at: start.adding(milliseconds: 5)
        )
        second.enterJournal(by: "w")
        let single = try Self.runner(states, areApart: nil)
        let execution = try read(second)
        var replay = HistoryReplay(of: execution, runner: single, EventPage.Window(ids: 1..<100))
        for entry in execution.journal?.entries(list: [], since: start) ?? [] { try replay.take(entry) }
        #expect(
            replay.events.map(\.type) == [
                "ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSucceeded",
                "TaskStateExited",
                "TaskStateEntered", "TaskScheduled", "TaskStarted",
            ]
        )
        #expect(replay.lastEventID == second.lastEventID)
    }

    @Test("where a parent lies is kept with its name")
    func place() throws {
        let text = #"{"s":"R","d":"h","b":1,"y":"7@{12}m:a:b","input":{}}"#
        let key = ExecutionKey(machine: "c", name: "x")
        let execution = try ExecutionDocument.decode(Array(text.utf8), key: key)
        #expect(execution.parent?.key == ExecutionKey(machine: "m", name: "a:b"))
        #expect(execution.parent?.partition == 12)
        #expect(String(decoding: ExecutionDocument.encode(execution, lease: nil), as: UTF8.self) == text)
        var words: [String] = []
        Effect.report(to: try #require(execution.parent)).appendArguments { words.append($0) }
        #expect(words == ["report", "{12}m:a:b", "7", "@"])
        let entry: JSON = .object(["child": .string("{5}c:x"), "as": .string("@")])
        #expect(ChildEnd.child(in: entry)?.key == key)
    }
}
