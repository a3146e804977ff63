import Testing

@testable import StatesLanguage

@Suite("The same step made again", .timeLimit(.minutes(1)))
struct DeterminismTests {
    @Test("gives the same flow and the same events, also from the stored form", arguments: TestMachine.all)
    func twice(machine: TestMachine) throws {
        let definition = try StateMachine(definition: machine.definition, resources: TestCatalog())
        let context = try Run.context(input: machine.input)
        let interpreter = Interpreter(machine: definition, context: context, records: true)
        let again = Interpreter(
            machine: try StateMachine(definition: definition.definition, resources: TestCatalog()),
            context: try Run.context(input: machine.input),
            records: true
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

    @Test("machines made at random run the same in memory and through their stored form, and never early")
    func random() throws {
        var random = SeededRandom(seed: 11)
        var closed = 0
        var waits = 0
        for _ in 0..<300 {
            let definition = RandomMachine.definition(using: &random)
            let tasks = RandomMachine.answers(using: &random)
            var plain = try Run(definition, input: #"{"n":1,"s":2,"d":{"k":["é",1.0]}}"#, tasks: tasks)
            var stored = try Run(definition, input: #"{"n":1,"s":2,"d":{"k":["é",1.0]}}"#, tasks: tasks)
            stored.isRecoded = true
            for _ in 0..<60 {
                guard let wakeUp = plain.flow?.wakeUp else { break }
                if wakeUp > plain.now {
                    waits += 1
                    let (outcome, count) = (stored.outcome, stored.events.count)
                    try stored.advance(to: wakeUp.adding(milliseconds: -1))
                    #expect(stored.outcome == outcome, "\(definition)")
                    #expect(stored.events.count == count, "\(definition)")
                }
                try plain.advance(to: max(wakeUp, plain.now))
                try stored.advance(to: max(wakeUp, plain.now))
                #expect(stored.outcome == plain.outcome, "\(definition)")
            }
            #expect(stored.events == plain.events, "\(definition)")
            #expect(plain.events.map(\.id) == Array(1...plain.events.count))
            if plain.flow == nil { closed += 1 }
        }
        #expect(closed > 200, "most come to an end")
        #expect(waits > 300, "and wait on their way")
    }
}
