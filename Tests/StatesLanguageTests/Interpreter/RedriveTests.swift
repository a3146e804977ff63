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

    /// The instant at which what was stopped, and is redriven a while later, is due.
    private func wakeUp(_ run: Run, movedTo waitEnd: Instant? = nil) throws -> Instant? {
        let flow = try Flow(json: JSON(parsing: try #require(run.flow).json.text))
        var tasks = ScriptedTasks()
        let advance = run.interpreter.redrive(
            flow,
            at: Run.start.adding(milliseconds: 10_000),
            waitEnd: waitEnd,
            tasks: &tasks
        )
        guard case .running(let again) = advance.outcome else { return nil }
        return again.wakeUp
    }

    @Test(
        "a wait that was moved keeps its end, one that was not begins anew",
        arguments: [(#""Seconds":60"#, 70_000), (#""TimestampPath":"$.at""#, 3_600_000)] as [(String, Int64)]
    )
    func movedWait(field: String, end: Int64) throws {
        func later(_ milliseconds: Int64) -> Instant { Run.start.adding(milliseconds: milliseconds) }
        let definition = machine(#"{"Type":"Wait",\#(field),"End":true}"#)
        let input = #"{"at":"\#(later(3_600_000).iso8601)"}"#
        var run = try Run(definition, input: input)
        #expect(try wakeUp(run) == later(end))
        #expect(try wakeUp(run, movedTo: later(7_200_000)) == later(7_200_000))
        try run.advance(to: later(5), by: [.rescheduled(to: later(90_000))])
        #expect(try wakeUp(run) == later(90_000))
        #expect(try wakeUp(run, movedTo: later(80_000)) == later(80_000))
        try run.advance(to: later(6), by: [.rescheduled(to: later(9_000))])
        // That has passed when it is redriven.
        #expect(try wakeUp(run) == nil)
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
