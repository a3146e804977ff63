import Testing

@testable import StatesLanguage

@Suite("Branches of one execution", .timeLimit(.minutes(1)))
struct BranchTests {
    private func later(_ milliseconds: Int64) -> Instant { Run.start.adding(milliseconds: milliseconds) }

    private func parallel(_ branches: String..., more: String = "") -> String {
        machine(
            #"{"Type":"Parallel","End":true,"Branches":["#
                + branches.enumerated().map {
                    #"{"StartAt":"B\#($0.offset)","States":{"B\#($0.offset)":\#($0.element)}}"#
                }
                .joined(separator: ",") + "]}",
            more
        )
    }

    private func wait(_ seconds: Int) -> String { #"{"Type":"Wait","Seconds":\#(seconds),"End":true}"# }

    @Test("the execution is due at the earliest of its waits, one after the other")
    func earliest() throws {
        var run = try Run(parallel(wait(30), wait(10), wait(20)))
        for seconds in [10, 20, 30] {
            #expect(run.flow?.wakeUp == later(Int64(seconds) * 1_000))
            try run.advance(to: later(Int64(seconds) * 1_000 - 1))
            #expect(run.flow?.wakeUp == later(Int64(seconds) * 1_000))
            try run.advance(to: later(Int64(seconds) * 1_000))
        }
        #expect(run.output == "[{},{},{}]")
    }

    @Test(
        "several tasks are open at once, and answered in any order, one by one or together",
        arguments: [false, true]
    )
    func tasks(isTogether: Bool) throws {
        let task = #"{"Type":"Task","Resource":"r","TimeoutSeconds":60,"End":true}"#
        var run = try Run(parallel(task, task, wait(5), task), tasks: [.pending, .pending, .pending])
        run.isRecoded = true
        let ids = try #require(run.flow).pendingTasks.map(\.id)
        #expect(ids == run.tasks.requests.map(\.id))
        #expect(Set(ids).count == 3)
        let answers = [2, 0, 1].map { Stimulus.succeeded(task: ids[$0], output: .integer(Int64($0))) }
        if isTogether {
            try run.advance(milliseconds: 1, by: answers)
        } else {
            for (count, answer) in answers.enumerated() {
                try run.advance(milliseconds: 1, by: [answer])
                #expect(run.flow?.pendingTasks.count == 2 - count)
            }
        }
        #expect(run.flow?.wakeUp == later(5_000))
        try run.finish()
        #expect(run.output == "[0,1,{},2]")
    }

    @Test("a task's time-out in one branch, a retry's pause in another, a wait in a third")
    func limits() throws {
        var run = try Run(
            parallel(
                #"{"Type":"Task","Resource":"r","TimeoutSeconds":5,"Retry":[{"ErrorEquals":["States.Timeout"],"IntervalSeconds":2}],"End":true}"#,
                #"{"Type":"Task","Resource":"r","Retry":[{"ErrorEquals":["E"],"IntervalSeconds":6}],"End":true}"#,
                wait(9)
            ),
            tasks: [
                .pending, .failed(error: "E", cause: nil), .succeeded(output: .integer(2)),
                .succeeded(output: .integer(1)),
            ]
        )
        run.isRecoded = true
        var instants: [Instant] = []
        while let wakeUp = run.flow?.wakeUp {
            instants.append(wakeUp)
            try run.advance(to: wakeUp)
        }
        #expect(instants == [5_000, 6_000, 7_000, 9_000].map(later))
        #expect(run.output == "[1,2,{}]")
    }

    @Test("waits whose instants have passed end in the order of these, whichever stands first")
    func overdue() throws {
        var run = try Run(parallel(wait(30), wait(10), wait(20)))
        try run.advance(to: later(60_000))
        #expect(
            run.events.filter { $0.type == "WaitStateExited" }.map(\.previousID) == [5, 6, 4]
        )
    }

    /// A branch that neither waits nor comes to its end.
    private static let loop =
        #"{"Type":"Pass","Next":"L"},"L":{"Type":"Choice","Choices":[{"Variable":"$.end","IsPresent":true,"Next":"E"}],"#
        + #""Default":"B0"},"E":{"Type":"Succeed"}"#

    @Test("a branch that never waits does not hold up another")
    func fairness() throws {
        var run = try Run(
            parallel(Self.loop, #"{"Type":"Task","Resource":"seen","Next":"C"},"C":{"Type":"Fail","Error":"Enough"}"#)
        )
        run.isRecoded = true
        #expect(run.tasks.requests.isEmpty)
        try run.advance(milliseconds: 1)
        try run.advance(milliseconds: 1)
        #expect(run.tasks.requests.count == 1)
        #expect(run.failure?.error == "Enough")
    }

    @Test("an answer that comes when a step has no room left is not lost")
    func answerWithoutRoom() throws {
        var run = try Run(
            parallel(Self.loop, #"{"Type":"Task","Resource":"r","Next":"C"},"C":{"Type":"Fail","ErrorPath":"$"}"#),
            tasks: [.pending]
        )
        try run.advance(milliseconds: 1)
        try run.advance(milliseconds: 1)
        let id = try #require(run.flow?.pendingTasks.first?.id)
        try run.advance(milliseconds: 0, by: [.succeeded(task: id, output: .string("Answered"))])
        try run.advance(milliseconds: 1)
        try run.advance(milliseconds: 1)
        #expect(run.failure?.error == "Answered")
    }

    @Test("the machine's time-out ends all branches, and leaves them to a redrive")
    func timeout() throws {
        var run = try Run(
            parallel(wait(5), wait(60)).replacing(#"{"StartAt":"S""#, with: #"{"StartAt":"S","TimeoutSeconds":7"#)
        )
        try run.finish()
        #expect(run.types.suffix(2) == ["WaitStateExited", "ExecutionTimedOut"])
        guard case .timedOut(let flow) = run.outcome else {
            Issue.record("did not time out")
            return
        }
        #expect(flow.wakeUp == nil)
        let advance = try redriven(flow, of: run)
        #expect(advance.events.map(\.type) == ["ExecutionRedriven", "WaitStateEntered"])
    }

    @Test("of several waits the one that ends first is moved, and the others stay")
    func rescheduling() throws {
        var run = try Run(parallel(wait(30), wait(10), wait(20)))
        run.isRecoded = true
        try run.advance(to: later(1), by: [.rescheduled(to: later(90_000))])
        #expect(run.flow?.wakeUp == later(20_000))
        try run.advance(to: later(2), by: [.rescheduled(to: later(2))])
        #expect(run.events.last?.previousID == 6)
        try run.advance(to: later(30_000))
        #expect(run.flow?.wakeUp == later(90_000))
    }

    // MARK: Redrive

    private func redriven(_ flow: Flow, of run: Run, tasks: [TaskDisposition] = []) throws -> Advance {
        var tasks = ScriptedTasks(tasks)
        let stored = try Flow(json: JSON(parsing: flow.json.text))
        return run.interpreter.redrive(stored, at: later(1_000_000), tasks: &tasks)
    }

    @Test("a redrive runs the branches again that had not succeeded, each from the state where it stood")
    func redrive() throws {
        let task = #"{"Type":"Task","Resource":"r","End":true}"#
        let run = try Run(
            parallel(
                task,
                #"{"Type":"Pass","Result":5,"Next":"P"},"P":\#(task)"#,
                #"{"Type":"Wait","Seconds":60,"End":true}"#
            ),
            tasks: [.succeeded(output: .integer(1)), .failed(error: "E", cause: nil)]
        )
        guard case .failed(let flow, _, _) = run.outcome else {
            Issue.record("did not fail")
            return
        }
        let advance = try redriven(flow, of: run, tasks: [.succeeded(output: .integer(2))])
        #expect(
            advance.events.map(\.type) == [
                "ExecutionRedriven", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSucceeded",
                "TaskStateExited", "WaitStateEntered",
            ]
        )
        #expect(advance.events[1].details?.members["input"] == .string("5"))
        guard case .running(let again) = advance.outcome else {
            Issue.record("does not wait")
            return
        }
        var tasks = ScriptedTasks()
        let end = run.interpreter.advance(again, by: [], at: try #require(again.wakeUp), tasks: &tasks)
        #expect(end.outcome == .succeeded(output: "[1,2,{}]"))
    }

    @Test("a redrive of iterations keeps the outputs of those that succeeded, and begins those that had not begun")
    func redriveOfIterations() throws {
        let run = try Run(
            machine(
                #"{"Type":"Map","MaxConcurrency":1,"End":true,"Iterator":{"StartAt":"I","States":{"I":{"Type":"Task","Resource":"r","End":true}}}}"#
            ),
            input: "[1,2,3]",
            tasks: [.succeeded(output: .string("a")), .failed(error: "E", cause: nil)]
        )
        guard case .failed(let flow, _, _) = run.outcome else {
            Issue.record("did not fail")
            return
        }
        let advance = try redriven(flow, of: run, tasks: ["b", "c"].map { .succeeded(output: .string($0)) })
        #expect(advance.outcome == .succeeded(output: #"["a","b","c"]"#))
    }

    @Test("a state that failed after all its branches had succeeded runs them all again")
    func redriveOfAll() throws {
        let run = try Run(
            machine(
                #"{"Type":"Parallel","ResultSelector":{"x.$":"$[5]"},"End":true,"Branches":[{"StartAt":"I","States":{"I":{"Type":"Task","Resource":"r","End":true}}}]}"#
            )
        )
        guard case .failed(let flow, "States.Runtime", _) = run.outcome else {
            Issue.record("did not fail")
            return
        }
        let advance = try redriven(flow, of: run)
        #expect(
            advance.events.dropFirst().prefix(3).map(\.type) == [
                "ParallelStateEntered", "ParallelStateStarted", "TaskStateEntered",
            ]
        )
    }

    // MARK: Stored form

    @Test(
        "what is stored",
        arguments: [
            #"{"n":"S","e":5,"i":2,"p":3,"l":5,"b":[{"n":"A","e":5,"i":4,"w":9},{"n":"B","e":5,"i":5,"d":1,"w":8}],"q":[1]}"#,
            #"{"n":"S","e":5,"i":2,"p":8,"l":9,"b":[[1],{"n":"A","e":5,"i":9,"k":[10,null,null]}],"m":7}"#,
            #"{"n":"S","e":5,"i":2,"b":[[],[null],{"n":"A","e":5,"i":3,"b":[{"n":"B","e":5,"i":4,"x":true}]}]}"#,
            #"{"n":"S","e":5,"i":2,"b":[],"m":2}"#,
        ]
    )
    func stored(text: String) throws {
        #expect(try Flow(json: JSON(parsing: text)).json.text == text)
    }

    @Test("a branch holds no input that its line began with")
    func compact() throws {
        let input = #"{"a":[1,2,3]}"#
        let run = try Run(parallel(wait(1), wait(2)), input: input)
        #expect(try #require(run.flow).json.text.contains(#""d""#) == false)
        let map = try Run(
            machine(
                #"{"Type":"Map","ItemsPath":"$.a","End":true,"Iterator":{"StartAt":"I","States":{"I":\#(wait(1))}}}"#
            ),
            input: input
        )
        #expect(try #require(map.flow).json.text.contains(#""d""#) == false)
    }

    @Test(
        "what cannot be read is refused with the reason",
        arguments: [
            (#""b":5"#, "its branches ('b') are no list"),
            (#""b":[5]"#, "its branch is neither a cursor nor an output: 5"),
            (#""b":[[1,2]]"#, "its branch is neither a cursor nor an output: [1,2]"),
            (#""b":[[],[]],"m":1"#, "it has more branches ('b') than there are ('m'): 1"),
            (#""b":[{}]"#, "it lacks the state ('n')"), (#""b":[],"m":"x""#, #"its 'm' is no count: "x""#),
        ]
    )
    func unreadable(members: String, reason: String) throws {
        let json = try JSON(parsing: #"{"n":"S","e":5,"i":2,\#(members)}"#)
        #expect(throws: FlowError(reason: reason)) { try Flow(json: json) }
    }

    @Test(
        "branches of another definition fail by name, instead of stopping the worker",
        arguments: [
            #"{"n":"S","e":5,"i":2,"b":[{"n":"B0","e":5,"i":3}]}"#,
            #"{"n":"S","e":5,"i":2,"b":[[1],[1],{"n":"B0","e":5,"i":3}]}"#,
            #"{"n":"S","e":5,"i":2,"b":[{"n":"Gone","e":5,"i":3},[1]]}"#,
            #"{"n":"S","e":5,"i":2,"b":[{"n":"B0","e":5,"i":3,"b":[{"n":"X","e":5,"i":3}]},[1]]}"#,
        ]
    )
    func foreign(text: String) throws {
        let run = try Run(parallel(wait(1), wait(1)))
        var tasks = ScriptedTasks()
        let advance = run.interpreter.advance(try Flow(json: JSON(parsing: text)), by: [], at: Run.start, tasks: &tasks)
        guard case .failed(_, "States.Runtime", _) = advance.outcome else {
            Issue.record("did not fail: \(advance.outcome)")
            return
        }
    }

    @Test("data as deep as it may be can be read back from within branches")
    func depth() throws {
        var state = #"{"Type":"Pass","Parameters":{"deep.$":"$$.Execution.Input"},"Next":"W"},"W":\#(wait(1))"#
        for level in 0..<20 {
            let name = "P\(level)"
            state =
                #"{"Type":"Parallel","End":true,"Branches":[{"StartAt":"\#(name)","States":{"\#(name)":"#
                + state + "}}]}"
        }
        var waiting = 0
        for depth in stride(from: 60, to: 250, by: 10) {
            let input = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            var run = try Run(machine(state), input: input)
            run.isRecoded = true
            if run.flow != nil { waiting += 1 }
            try run.finish()
            #expect(run.output != nil || run.failure?.error == "States.DataLimitExceeded")
        }
        #expect(waiting > 5)
    }
}
