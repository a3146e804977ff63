import Testing

@testable import StatesLanguage

@Suite("The same step made again", .timeLimit(.minutes(1)))
struct DeterminismTests {
    @Test("gives the same flow and the same events, also from the stored form", arguments: TestMachine.all + [.jsonata])
    func twice(machine: TestMachine) throws {
        let definition = try StateMachine(definition: machine.definition, resources: TestCatalog())
        let context = try Run.context(input: machine.input)
        let interpreter = Interpreter(machine: definition, context: context, recording: .all)
        let again = Interpreter(
            machine: try StateMachine(definition: definition.definition, resources: TestCatalog()),
            context: try Run.context(input: machine.input),
            recording: .all
        )
        var tasks = ScriptedTasks(machine.tasks)
        var sameTasks = tasks
        var now = Run.start
        var advance = interpreter.start(at: now, tasks: &tasks)
        #expect(again.start(at: now, tasks: &sameTasks) == advance)
        for step in 0..<200 {
            guard case .running(let flow) = advance.outcome, let wakeUp = flow.wakeUp else { break }
            now = max(now, wakeUp)
            let stimuli = machine.answers[step].map { [$0] } ?? []
            sameTasks = tasks
            advance = interpreter.advance(flow, by: stimuli, at: now, tasks: &tasks)
            let stored = try Flow(json: JSON(parsing: flow.json.text))
            #expect(again.advance(stored, by: stimuli, at: now, tasks: &sameTasks) == advance)
            #expect(sameTasks.requests == tasks.requests)
        }
        if case .running = advance.outcome { Issue.record("has not closed") }
    }

    @Test(
        "machines made at random run the same in memory and through their stored form, and never early",
        arguments: [(11, 0), (12, 1), (13, 2), (14, 3)] as [(UInt64, Int)]
    )
    func random(seed: UInt64, depth: Int) throws {
        var random = SeededRandom(seed: seed)
        var closed = 0
        var waits = 0
        var answers = 0
        for _ in 0..<(depth == 0 ? 300 : 150) {
            let definition = RandomMachine.definition(using: &random, depth: depth)
            let tasks = RandomMachine.answers(using: &random)
            let input = #"{"n":1,"s":2,"l":[1,{"n":2,"s":1},3],"d":{"k":["é",1.0]}}"#
            var plain = try Run(definition, input: input, tasks: tasks)
            var stored = try Run(definition, input: input, tasks: tasks)
            stored.isRecoded = true
            for _ in 0..<60 {
                guard let flow = plain.flow else { break }
                // Where only answers move it on, they come.
                let wakeUp = flow.wakeUp ?? plain.now.adding(milliseconds: 500)
                if wakeUp > plain.now {
                    waits += 1
                    let (outcome, count) = (stored.outcome, stored.events.count)
                    try stored.advance(to: wakeUp.adding(milliseconds: -1))
                    #expect(stored.outcome == outcome, "\(definition)")
                    #expect(stored.events.count == count, "\(definition)")
                }
                let stimuli = stimuli(for: plain, using: &random)
                answers += stimuli.count
                try plain.advance(to: max(wakeUp, plain.now), by: stimuli)
                try stored.advance(to: max(wakeUp, plain.now), by: stimuli)
                #expect(stored.outcome == plain.outcome, "\(definition)")
                #expect(stored.tasks.requests == plain.tasks.requests, "\(definition)")
            }
            #expect(stored.events == plain.events, "\(definition)")
            #expect(plain.events.map(\.id) == Array(1...plain.events.count))
            #expect(plain.events.allSatisfy { $0.previousID < $0.id })
            if plain.flow == nil { closed += 1 }
            try redrive(plain)
        }
        #expect(closed > (depth == 0 ? 200 : 75), "most come to an end")
        #expect(waits > 200, "and wait on their way")
        #expect(answers > 200, "and are answered")
    }

    @Test(
        "a definition that is parsed, printed and parsed again is the same, and runs the same",
        arguments: [21, 22] as [UInt64]
    )
    func printed(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<100 {
            let definition = RandomMachine.definition(using: &random, depth: 2)
            let parsed = try JSON(parsing: definition)
            let again = try JSON(parsing: parsed.text)
            #expect(again == parsed)
            #expect(again.text == parsed.text)
            let tasks = RandomMachine.answers(using: &random)
            let input = #"{"n":1,"s":2,"l":[1,2],"d":{"k":["é",1.0]}}"#
            let one = try Run(definition, input: input, tasks: tasks)
            let other = try Run(parsed.text, input: input, tasks: tasks)
            #expect(one.outcome == other.outcome, "\(definition)")
            #expect(one.events == other.events, "\(definition)")
        }
    }

    /// Now and then an answer to an open task, or to all of them, or another end of a wait.
    private func stimuli(for run: Run, using random: inout SeededRandom) -> [Stimulus] {
        let ids = run.flow?.pendingTasks.map(\.id) ?? []
        if run.flow?.wakeUp == nil {
            return ids.map { .started(task: $0, worker: nil, at: run.now) }
                + ids.suffix(2).map { .succeeded(task: $0, output: .bool(true)) }
        }
        switch Int.random(in: 0..<10, using: &random) {
        case 8: return ids.map { .heartbeat(task: $0, at: run.now) }
        case 9: return ids.prefix(2).map { .submitted(task: $0, output: .null) }
        case 0: return ids.map { .succeeded(task: $0, output: .integer(Int64($0))) }
        case 1: return ids.prefix(1).map { .failed(task: $0, error: "E", cause: nil) }
        case 2: return ids.suffix(1).map { .succeeded(task: $0, output: .null) }
        case 3: return [.rescheduled(to: run.now.adding(milliseconds: 3_500))]
        default: return []
        }
    }

    /// A redrive from memory and one from the stored form are the same.
    private func redrive(_ run: Run) throws {
        let flow: Flow
        switch run.outcome {
        case .failed(let failed, _, _): flow = failed
        case .timedOut(let timedOut): flow = timedOut
        case .running(let running): flow = running
        case .succeeded: return
        }
        var tasks = ScriptedTasks()
        var sameTasks = ScriptedTasks()
        let now = run.now.adding(milliseconds: 60_000)
        let stored = try Flow(json: JSON(parsing: flow.json.text))
        let advance = run.interpreter.redrive(flow, at: now, tasks: &tasks)
        #expect(run.interpreter.redrive(stored, at: now, tasks: &sameTasks) == advance)
        #expect(tasks.requests == sameTasks.requests)
    }
}
