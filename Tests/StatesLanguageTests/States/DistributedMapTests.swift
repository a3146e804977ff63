import Testing

@testable import StatesLanguage

@Suite("Map states in distributed mode", .timeLimit(.minutes(1)))
struct DistributedMapTests {
    private func map(_ fields: String = "", type: String = "STANDARD") -> String {
        machine(
            #"{"Type":"Map",\#(fields)"End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","#
                + #""ExecutionType":"\#(type)"},"StartAt":"I","States":{"I":{"Type":"Wait","Seconds":1,"End":true}}}}"#
        )
    }

    private func run(_ definition: String, _ input: String) throws -> Run {
        var run = try Run(definition, input: input)
        run.isRecoded = true
        return run
    }

    /// A machine of Parallel branches, each with one Map state in distributed mode whose processor is a Wait state.
    private func maps(_ states: [(name: String, label: String?)]) -> String {
        let branches = states.enumerated().map { index, state in
            let label = state.label.map { #""Label":"\#($0)","# } ?? ""
            return #"{"StartAt":"\#(state.name)","States":{"\#(state.name)":{"Type":"Map",\#(label)"End":true,"#
                + #""ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"#
                + #""StartAt":"I\#(index)","States":{"I\#(index)":{"Type":"Wait","Seconds":1,"End":true}}}}}}"#
        }
        return machine(#"{"Type":"Parallel","End":true,"Branches":[\#(branches.joined(separator: ","))]}"#)
    }

    @Test(
        "every Map state has a label of its own, and by it its own processor",
        arguments: [
            // The same first 40 characters; names that differ in what a label cannot hold; a label that is another's name.
            [(String(repeating: "x", count: 40) + "a", nil), (String(repeating: "x", count: 40) + "b", nil)],
            [("A B", nil), ("AB", nil), ("A:B", nil)],
            [("A", nil), ("B", "A"), ("C", "B")],
            [("?", nil), ("*", nil)],
            [("caf\u{E9}", nil), ("cafe", "cafe\u{301}")],
        ] as [[(name: String, label: String?)]]
    )
    func labels(states: [(name: String, label: String?)]) throws {
        var run = try run(maps(states), "[7]")
        let labels = run.tasks.items.map(\.label)
        #expect(Set(labels.map { Array($0.utf8) }).count == states.count)
        for (index, label) in labels.enumerated() {
            #expect((1...40).contains(label.unicodeScalars.count))
            #expect(states[index].label == nil || states[index].label == label)
            #expect(run.interpreter.machine.processor(labelled: label)?.startAt == "I\(index)")
        }
        // The same each time.
        run = try self.run(maps(states), "[7]")
        #expect(run.tasks.items.map(\.label) == labels)
    }

    @Test("a label that two states have is refused")
    func repeatedLabel() throws {
        #expect(
            throws: DefinitionError(problems: [
                DefinitionProblem(
                    "SCHEMA_VALIDATION_FAILED",
                    "Label must be unique within the state machine: 'L'",
                    at: "/States/S/Branches[1]/States/B/Label"
                )
            ])
        ) { try Run(maps([("A", "L"), ("B", "L")])) }
    }

    /// The ids of the items asked for, in order.
    private func ids(_ run: Run) -> [Int] { run.tasks.items.map(\.id) }

    @Test("each item is asked for with what the selector makes of it; the outputs come back in order")
    func items() throws {
        var run = try run(map(#""Label":"L","ItemSelector":{"v.$":"$$.Map.Item.Value","all.$":"$"},"#), "[7,8]")
        #expect(run.tasks.items.map(\.input.text) == [#"{"v":7,"all":[7,8]}"#, #"{"v":8,"all":[7,8]}"#])
        #expect(Set(run.tasks.items.map(\.label)) == ["L"])
        #expect(run.flow?.wakeUp == nil)
        let ids = ids(run)
        try run.advance(milliseconds: 5, by: [.succeeded(task: ids[1], output: .string("b"))])
        #expect(run.flow?.pendingTasks.map(\.id) == [ids[0]])
        try run.advance(milliseconds: 5, by: [.succeeded(task: ids[0], output: .string("a"))])
        #expect(run.output == #"["a","b"]"#)
        let arn = try #require(run.events[3].details?.members["mapRunArn"]?.stringValue)
        #expect(arn.hasPrefix("arn:aws:states:eu-west-1:123456789012:mapRun:machine/L:"))
        #expect(
            run.events.map { "\($0.id)<\($0.previousID) \($0.type)" } == [
                "1<0 ExecutionStarted", "2<0 MapStateEntered", "3<2 MapStateStarted", "4<3 MapRunStarted",
                "5<4 MapRunSucceeded", "6<5 MapStateSucceeded", "7<5 MapStateExited", "8<7 ExecutionSucceeded",
            ]
        )
    }

    @Test("no more run at once than may, and a step that has no room goes on in the next")
    func concurrency() throws {
        var run = try run(map(#""MaxConcurrency":3,"#), "[0,1,2,3,4]")
        #expect(ids(run).count == 3)
        run.tasks.room = 0
        try run.advance(milliseconds: 1, by: ids(run).prefix(2).map { .succeeded(task: $0, output: .null) })
        #expect(ids(run).count == 3)
        // Due at once, for those that had no room.
        #expect(run.flow?.wakeUp == run.now)
        run.tasks.room = .max
        try run.advance(milliseconds: 1)
        #expect(ids(run).count == 5)
        #expect(run.flow?.wakeUp == nil)
        try run.advance(milliseconds: 1, by: ids(run).suffix(3).map { .succeeded(task: $0, output: .null) })
        #expect(run.output == "[null,null,null,null,null]")
        #expect(Set(ids(run)).count == 5)
    }

    @Test(
        "as many items may fail as are tolerated",
        arguments: [
            ("", 0), (#""ToleratedFailureCount":2,"#, 2), (#""ToleratedFailurePercentage":50,"#, 5),
            (#""ToleratedFailureCount":9,"ToleratedFailurePercentage":10,"#, 1),
            (#""ToleratedFailureCountPath":"$$.Execution.Input[3]","#, 3),
            (#""ToleratedFailureCountPath":"$[8]","#, 3), (#""ToleratedFailurePercentagePath":"$[9]","#, 5),
        ]
    )
    func tolerance(fields: String, most: Int) throws {
        for failures in [most, most + 1] {
            var run = try run(map(fields), #"[0,1,2,3,4,5,6,7,"3","50"]"#)
            let ids = ids(run)
            try run.advance(
                milliseconds: 1,
                by: ids.enumerated().map { index, id in
                    index < failures ? .failed(task: id, error: "E", cause: nil) : .succeeded(task: id, output: .null)
                }
            )
            if failures == most {
                #expect(run.output == JSON.array(Array(repeating: .null, count: 10 - failures)).text)
            } else {
                #expect(run.failure?.error == "States.ExceedToleratedFailureThreshold")
                #expect(run.types.suffix(3) == ["MapRunFailed", "MapStateFailed", "ExecutionFailed"])
            }
        }
    }

    @Test("no items: done at once; what is no array fails")
    func empty() throws {
        #expect(try run(map(), "[]").output == "[]")
        #expect(try run(map(), "5").failure?.error == "States.Runtime")
    }

    @Test("the items' machine is found by its label, at any depth of the states around it")
    func processor() throws {
        let inner = map(#""Label":"In","#).dropFirst(#"{"StartAt":"S","States":"#.count).dropLast()
        let outer =
            #"{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"S","States":\#(inner)}]}}}"#
        let machine = try StateMachine(definition: outer, resources: TestCatalog())
        #expect(machine.processor(labelled: "In")?.startAt == "I")
        #expect(machine.processor(labelled: "Out") == nil)
    }

    @Test(
        "labels that cannot be, and types that are none, are refused",
        arguments: [
            (#""Label":"","#, "STANDARD", "Label cannot be empty at /States/S/Label"),
            (
                #""Label":"12345678901234567890123456789012345678901","#, "STANDARD",
                "Label cannot exceed 40 characters at /States/S/Label"
            ),
            (#""Label":"a/b","#, "STANDARD", "Label contains invalid characters: 'a/b' at /States/S/Label"),
            (
                "", "SLOW",
                "The value for the field 'ExecutionType' must be one of STANDARD, EXPRESS: 'SLOW' at "
                    + "/States/S/ItemProcessor/ProcessorConfig/ExecutionType"
            ),
            (
                #""ItemBatcher":{"BatchInput":{}},"#, "STANDARD",
                "At least one of 'MaxItemsPerBatch' and 'MaxInputBytesPerBatch' must be given at /States/S/ItemBatcher"
            ),
        ]
    )
    func problems(fields: String, type: String, problem: String) {
        do {
            _ = try StateMachine(definition: map(fields, type: type), resources: TestCatalog())
            Issue.record("It was taken.")
        } catch {
            #expect(error.problems.map { "\($0.message) at \($0.location)" } == [problem])
        }
    }

    @Test(
        "items come in batches of a number, of a size, or of both; each has what all of them have",
        arguments: [
            (
                #""ItemBatcher":{"MaxItemsPerBatchPath":"$.n","BatchInput":{"t.$":"$.t"}},"#,
                [
                    #"{"BatchInput":{"t":1},"Items":[10,11]}"#, #"{"BatchInput":{"t":1},"Items":[12,13]}"#,
                    #"{"BatchInput":{"t":1},"Items":[14]}"#,
                ]
            ),
            (
                #""ItemBatcher":{"MaxInputBytesPerBatch":20},"#,
                [#"{"Items":[10,11,12]}"#, #"{"Items":[13,14]}"#]
            ),
            (
                #""ItemBatcher":{"MaxInputBytesPerBatch":1,"MaxItemsPerBatch":4},"ItemSelector":{"v.$":"$$.Map.Item.Value"},"#,
                (10...14).map { #"{"Items":[{"v":\#($0)}]}"# }
            ),
        ]
    )
    func batches(fields: String, inputs: [String]) throws {
        let run = try run(map(#""ItemsPath":"$.items","# + fields), #"{"n":2,"t":1,"items":[10,11,12,13,14]}"#)
        #expect(run.tasks.items.map(\.input.text) == inputs)
    }

    @Test("a batch that fails counts as all its items")
    func failedBatch() throws {
        let fields = #""ToleratedFailurePercentage":50,"ItemBatcher":{"MaxItemsPerBatch":3},"#
        var run = try run(map(fields), "[0,1,2,3]")
        let ids = ids(run)
        #expect(ids.count == 2)
        try run.advance(milliseconds: 1, by: [.failed(task: ids[1], error: "E", cause: nil)])
        #expect(run.flow != nil)
        var other = try self.run(map(fields), "[0,1,2,3]")
        try other.advance(milliseconds: 1, by: [.failed(task: ids[0], error: "E", cause: nil)])
        #expect(other.failure?.error == "States.ExceedToleratedFailureThreshold")
    }

    @Test("a redrive runs the items again that had not succeeded")
    func redrive() throws {
        let start = try run(map(#""ToleratedFailureCount":1,"#), "[0,1,2,3]")
        var run = start
        let ids = ids(run)
        try run.advance(
            milliseconds: 1,
            by: [.succeeded(task: ids[0], output: .string("a"))]
                + ids[1...2].map { .failed(task: $0, error: "E", cause: nil) }
        )
        guard case .failed(let flow, _, _) = run.outcome else {
            Issue.record("It did not fail.")
            return
        }
        var tasks = ScriptedTasks()
        let stored = try Flow(json: try JSON(parsing: flow.json.text))
        let advance = run.interpreter.redrive(stored, at: run.now, tasks: &tasks)
        #expect(tasks.items.map(\.id) == Array(ids[1...]))
        guard case .running = advance.outcome else {
            Issue.record("\(advance.outcome)")
            return
        }
    }
}
