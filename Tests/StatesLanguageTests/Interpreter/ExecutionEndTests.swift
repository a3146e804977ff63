import Testing

@testable import StatesLanguage

@Suite("Time-out of the machine, and redrive", .timeLimit(.minutes(1)))
struct ExecutionEndTests {
    private let definition =
        #"{"StartAt":"S","TimeoutSeconds":7,"States":{"S":{"Type":"Wait","Seconds":60,"End":true}}}"#

    @Test("a machine's TimeoutSeconds is an instant of the flow, never early")
    func timeout() throws {
        var run = try Run(definition)
        #expect(run.flow?.wakeUp == Run.start.adding(milliseconds: 7_000))
        try run.advance(milliseconds: 6_999)
        #expect(run.flow != nil)
        try run.advance(milliseconds: 1)
        guard case .timedOut(let flow) = run.outcome else {
            Issue.record("did not time out")
            return
        }
        #expect(flow.wakeUp == nil)
        #expect(run.history.last == "3<0 ExecutionTimedOut {}")
    }

    @Test("an execution that ends in time does not time out")
    func inTime() throws {
        var run = try Run(#"{"StartAt":"S","TimeoutSeconds":7,"States":{"S":{"Type":"Wait","Seconds":6,"End":true}}}"#)
        #expect(run.flow?.wakeUp == Run.start.adding(milliseconds: 6_000))
        try run.finish()
        #expect(run.output == "{}")
    }

    @Test("a redrive runs the failed state again, with its input, new retries and a new deadline")
    func redrive() throws {
        let definition = #"""
            {"StartAt":"A","TimeoutSeconds":100,"States":{
              "A":{"Type":"Pass","Result":{"x":1},"Next":"B"},
              "B":{"Type":"Task","Resource":"r","Parameters":{"n.$":"$$.Execution.RedriveCount"},"ResultPath":"$.r","End":true,
                "Retry":[{"ErrorEquals":["E"],"MaxAttempts":1}]}}}
            """#
        let failure = TaskDisposition.failed(error: "E", cause: "why")
        var run = try Run(definition, tasks: [failure, failure])
        try run.finish()
        guard case .failed(let flow, _, _) = run.outcome else {
            Issue.record("did not fail")
            return
        }
        let stored = try Flow(json: JSON(parsing: flow.json.text))
        #expect(stored == flow)
        let interpreter = Interpreter(
            machine: run.interpreter.machine,
            context: try Run.context(input: "{}", redriveCount: 1),
            recording: .all
        )
        let later = run.now.adding(milliseconds: 1_000_000)
        var tasks = ScriptedTasks([failure])
        let advance = interpreter.redrive(stored, at: later, tasks: &tasks)
        #expect(advance.events.first?.type == "ExecutionRedriven")
        #expect(advance.events.first?.id == run.events.count + 1)
        guard case .running(let again) = advance.outcome else {
            Issue.record("is not retried")
            return
        }
        #expect(again.wakeUp == later.adding(milliseconds: 1_000))
        #expect(again.deadline == later.adding(milliseconds: 100_000))
        let end = interpreter.advance(again, by: [], at: later.adding(milliseconds: 1_000), tasks: &tasks)
        #expect(end.outcome == .succeeded(output: #"{"x":1,"r":{}}"#))
        #expect(tasks.requests.map(\.parameters.text) == [#"{"n":1}"#, #"{"n":1}"#])
    }
}
