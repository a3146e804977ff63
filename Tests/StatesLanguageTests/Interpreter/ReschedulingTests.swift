import Testing

@testable import StatesLanguage

@Suite("Rescheduling", .timeLimit(.minutes(1)))
struct ReschedulingTests {
    private func later(_ milliseconds: Int64) -> Instant { Run.start.adding(milliseconds: milliseconds) }

    @Test("a retry's pause can be moved, both ways, and is kept where it was put", arguments: [false, true])
    func retry(isRecoded: Bool) throws {
        var run = try Run(
            machine(#"{"Type":"Task","Resource":"r","Retry":[{"ErrorEquals":["E"],"IntervalSeconds":60}],"End":true}"#),
            tasks: [.failed(error: "E", cause: nil)]
        )
        run.isRecoded = isRecoded
        try run.advance(to: later(5), by: [.rescheduled(to: later(90_000))])
        #expect(run.flow?.wakeUp == later(90_000))
        try run.advance(to: later(89_999))
        #expect(run.tasks.requests.count == 1)
        try run.advance(to: later(89_999), by: [.rescheduled(to: later(89_999))])
        #expect(run.tasks.requests.count == 2)
        #expect(run.output == "{}")
    }

    @Test("the last of several counts")
    func several() throws {
        var run = try Run(machine(#"{"Type":"Wait","Seconds":60,"End":true}"#))
        try run.advance(to: Run.start, by: [.rescheduled(to: Run.start), .rescheduled(to: later(7))])
        #expect(run.flow?.wakeUp == later(7))
    }

    @Test("a wait that was moved before the execution began ends then, and the next one as it says")
    func beforeTheStart() throws {
        let definition = machine(
            #"{"Type":"Pass","Next":"T"}"#,
            #","T":{"Type":"Wait","Seconds":60,"Next":"U"},"U":{"Type":"Wait","Seconds":5,"End":true}"#
        )
        let interpreter = try Run(definition).interpreter
        for (waitEnd, wakeUp) in [(90_000, 90_000), (-1_000, 5_000)] as [(Int64, Int64)] {
            var tasks = ScriptedTasks()
            let advance = interpreter.start(at: Run.start, waitEnd: later(waitEnd), tasks: &tasks)
            guard case .running(let flow) = advance.outcome else {
                Issue.record("does not wait")
                return
            }
            #expect(flow.wakeUp == later(wakeUp))
        }
    }

    @Test("it leaves no event, and a wait that comes after is as long as it was")
    func followingWait() throws {
        var run = try Run(
            machine(#"{"Type":"Wait","Seconds":60,"Next":"T"}"#, #","T":{"Type":"Wait","Seconds":60,"End":true}"#)
        )
        try run.advance(to: later(1), by: [.rescheduled(to: later(1))])
        #expect(run.types == ["ExecutionStarted", "WaitStateEntered", "WaitStateExited", "WaitStateEntered"])
        #expect(run.flow?.wakeUp == later(60_001))
    }

    @Test("a task's limits stay where they are")
    func task() throws {
        var run = try Run(
            machine(#"{"Type":"Task","Resource":"r","TimeoutSeconds":5,"End":true}"#),
            tasks: [.pending]
        )
        try run.advance(to: Run.start, by: [.rescheduled(to: later(1))])
        #expect(run.flow?.wakeUp == later(5_000))
    }

    @Test("so does the machine's deadline")
    func deadline() throws {
        var run = try Run(#"{"StartAt":"S","TimeoutSeconds":7,"States":{"S":{"Type":"Wait","Seconds":5,"End":true}}}"#)
        try run.advance(to: Run.start, by: [.rescheduled(to: later(60_000))])
        #expect(run.flow?.wakeUp == later(7_000))
        try run.advance(to: later(7_000))
        #expect(run.types.last == "ExecutionTimedOut")
    }
}
