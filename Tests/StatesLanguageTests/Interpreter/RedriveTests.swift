import Testing

@testable import StatesLanguage

@Suite("Redrive", .timeLimit(.minutes(1)))
struct RedriveTests {
    private let later = Run.start.adding(milliseconds: 1_000_000)

    private func redriven(_ flow: Flow, of run: Run, tasks: inout ScriptedTasks) throws -> Advance {
        let interpreter = Interpreter(
            machine: run.interpreter.machine,
            context: try Run.context(input: run.interpreter.context.inputText, redriveCount: 2),
            recording: .all
        )
        return interpreter.redrive(try Flow(json: JSON(parsing: flow.json.text)), at: later, tasks: &tasks)
    }

    @Test("a wait that the machine's time-out cut off begins anew")
    func timedOut() throws {
        var run = try Run(#"{"StartAt":"S","TimeoutSeconds":7,"States":{"S":{"Type":"Wait","Seconds":60,"End":true}}}"#)
        try run.finish()
        guard case .timedOut(let flow) = run.outcome else {
            Issue.record("did not time out")
            return
        }
        var tasks = ScriptedTasks()
        let advance = try redriven(flow, of: run, tasks: &tasks)
        guard case .running(let again) = advance.outcome else {
            Issue.record("does not wait")
            return
        }
        #expect(again.json.text == #"{"n":"S","e":1800001000123,"i":5,"t":1800001007123,"w":1800001060123}"#)
        #expect(
            advance.events.map { "\($0.id)<\($0.previousID) \($0.type) \($0.details?.name ?? "")" } == [
                "4<3 ExecutionRedriven executionRedrivenEventDetails", "5<4 WaitStateEntered stateEnteredEventDetails",
            ]
        )
        #expect(advance.events.first?.details?.members.keys == ["redriveCount"])
        #expect(advance.events.first?.details?.members["redriveCount"] == .integer(3))
    }

    @Test("an execution that was aborted while a task was open asks for it again, under a new id")
    func aborted() throws {
        let run = try Run(
            machine(
                #"{"Type":"Pass","Result":{"x":1},"Next":"T"}"#,
                #","T":{"Type":"Task","Resource":"r","End":true}"#
            ),
            input: "[]",
            tasks: [.pending]
        )
        let flow = try #require(run.flow)
        var tasks = ScriptedTasks([.succeeded(output: .bool(true))])
        let advance = try redriven(flow, of: run, tasks: &tasks)
        #expect(advance.outcome == .succeeded(output: "true"))
        #expect(tasks.requests.map(\.parameters.text) == [#"{"x":1}"#])
        #expect(flow.pendingTasks.map(\.id) == [5])
        #expect(tasks.requests.map(\.id) == [9])
        #expect(tasks.requests.map(\.attempt) == [0])
    }
}
