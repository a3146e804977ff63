import Testing

@testable import StatesLanguage

@Suite("Flow", .timeLimit(.minutes(1)))
struct FlowTests {
    private func finished(_ machine: TestMachine, isRecoded: Bool) throws -> Run {
        var run = try Run(machine.definition, input: machine.input, tasks: machine.tasks)
        run.isRecoded = isRecoded
        for step in 0..<200 {
            guard let wakeUp = run.flow?.wakeUp else { break }
            try run.advance(to: max(wakeUp, run.now), by: machine.answers[step].map { [$0] } ?? [])
        }
        return run
    }

    @Test("kept and read back between any two steps, everything is as in memory", arguments: TestMachine.all)
    func recoding(machine: TestMachine) throws {
        let inMemory = try finished(machine, isRecoded: false)
        let recoded = try finished(machine, isRecoded: true)
        #expect(inMemory.flow == nil, "it has closed")
        #expect(recoded.outcome == inMemory.outcome)
        #expect(recoded.events == inMemory.events)
        #expect(recoded.tasks.requests == inMemory.tasks.requests)
    }

    @Test("an input that differs from the execution's in nothing but its order is kept as it is")
    func order() throws {
        let machine = try #require(TestMachine.all.first { $0.description.contains("another order") })
        #expect(try finished(machine, isRecoded: true).output == #"{"b":2,"a":1}"#)
    }

    @Test("nothing moves a millisecond early, however often it is asked", arguments: TestMachine.all)
    func neverEarly(machine: TestMachine) throws {
        var run = try Run(machine.definition, input: machine.input, tasks: machine.tasks)
        for step in 0..<200 {
            guard let wakeUp = run.flow?.wakeUp else { break }
            if wakeUp > run.now {
                let (outcome, count) = (run.outcome, run.events.count)
                try run.advance(to: run.now)
                try run.advance(to: wakeUp.adding(milliseconds: -1))
                try run.advance(to: wakeUp.adding(milliseconds: -1))
                #expect(run.outcome == outcome)
                #expect(run.events.count == count)
            }
            try run.advance(to: wakeUp, by: machine.answers[step].map { [$0] } ?? [])
        }
        let plain = try finished(machine, isRecoded: false)
        #expect(run.outcome == plain.outcome)
        #expect(run.events == plain.events)
    }

    @Test("without a record the steps are the same, and as many events are counted", arguments: TestMachine.all)
    func silent(machine: TestMachine) throws {
        let recorded = try finished(machine, isRecoded: false)
        let interpreter = Interpreter(machine: recorded.interpreter.machine, context: recorded.interpreter.context)
        var tasks = ScriptedTasks(machine.tasks)
        var now = Run.start
        var advance = interpreter.start(at: now, tasks: &tasks)
        for step in 0..<200 {
            guard case .running(let flow) = advance.outcome, let wakeUp = flow.wakeUp else { break }
            now = max(now, wakeUp)
            let stimuli = machine.answers[step].map { [$0] } ?? []
            advance = interpreter.advance(flow, by: stimuli, at: now, tasks: &tasks)
            #expect(advance.events.isEmpty)
        }
        #expect(advance.outcome == recorded.outcome)
        #expect(advance.lastEventID == recorded.events.count)
    }

    @Test("events are numbered without a gap, and point back", arguments: TestMachine.all)
    func numbering(machine: TestMachine) throws {
        let events = try finished(machine, isRecoded: false).events
        #expect(events.map(\.id) == Array(1...events.count))
        #expect(events.prefix(2).map(\.previousID) == [0, 0])
        for event in events.dropFirst(2) where event.type != "ExecutionTimedOut" {
            #expect(event.previousID == event.id - 1)
        }
    }

    @Test(
        "what is stored, phase by phase",
        arguments: [
            #"{"n":"S","e":5,"i":2}"#, #"{"n":"S","e":5,"i":2,"w":9}"#, #"{"n":"S","e":5,"i":2,"r":9}"#,
            #"{"n":"S","e":5,"i":2,"x":true}"#, #"{"n":"S","e":5,"i":2,"p":4,"k":[3,null,null]}"#,
            #"{"n":"S","e":5,"i":2,"p":4,"l":7,"t":99,"c":[0,2],"d":{"a":[1]},"k":[3,8,6]}"#,
            #"{"n":"S","e":5,"i":2,"d":null,"w":9}"#,
        ]
    )
    func stored(text: String) throws {
        #expect(try Flow(json: JSON(parsing: text)).json.text == text)
    }

    @Test(
        "the earliest instant counts",
        arguments: [
            (#"{"n":"S","e":5,"i":2}"#, 5), (#"{"n":"S","e":5,"i":2,"w":9}"#, 9),
            (#"{"n":"S","e":5,"i":2,"t":7,"w":9}"#, 7),
            (#"{"n":"S","e":5,"i":2,"k":[3,8,6]}"#, 6), (#"{"n":"S","e":5,"i":2,"k":[3,null,null]}"#, nil),
            (#"{"n":"S","e":5,"i":2,"t":7,"k":[3,null,null]}"#, 7), (#"{"n":"S","e":5,"i":2,"x":true}"#, nil),
        ] as [(String, Int64?)]
    )
    func wakeUp(text: String, instant: Int64?) throws {
        #expect(try Flow(json: JSON(parsing: text)).wakeUp?.milliseconds == instant)
    }

    @Test(
        "what cannot be read is refused with the reason",
        arguments: [
            ("5", "it is no object"), ("{}", "it lacks the state ('n')"), (#"{"n":"S"}"#, "it lacks the instant ('e')"),
            (#"{"n":"S","e":1}"#, "it lacks the event ('i')"),
            (#"{"n":"S","e":1,"i":-2}"#, "its 'i' is no count: -2"),
            (#"{"n":"S","e":1,"i":9223372036854775807}"#, "its 'i' is no count: 9223372036854775807"),
            (#"{"n":"S","e":1,"i":2,"c":[1,"x"]}"#, #"its 'c' is no count: "x""#),
            (#"{"n":"S","e":1,"i":2,"k":[1]}"#, "its task ('k') is not [id, time-out, heartbeat, answerer, poll]"),
        ]
    )
    func unreadable(text: String, reason: String) throws {
        let json = try JSON(parsing: text)
        #expect(throws: FlowError(reason: reason)) { try Flow(json: json) }
    }

    @Test("a flow of another definition fails by name, instead of stopping the worker")
    func foreignFlow() throws {
        let run = try Run(machine(#"{"Type":"Wait","Seconds":1,"End":true}"#))
        var tasks = ScriptedTasks()
        for text in [#"{"n":"Gone","e":5,"i":2,"w":9}"#, #"{"n":"Gone","e":5,"i":2}"#] {
            let flow = try Flow(json: JSON(parsing: text))
            let advance = run.interpreter.advance(flow, by: [], at: Run.start, tasks: &tasks)
            guard case .failed(_, let error, let cause) = advance.outcome else {
                Issue.record("did not fail")
                return
            }
            #expect(error == "States.Runtime")
            #expect(cause == "The state 'Gone' does not exist in the state machine.")
        }
    }
}
