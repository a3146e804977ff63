import Testing

@testable import StatesLanguage

/// What a state and a step may cost. The bounds are counts of work: they are the same on every machine.
@Suite("A budget of work", .timeLimit(.minutes(1)))
struct WorkBudgetTests {
    /// A scope with some input, and a budget of its own.
    private func scope(_ input: JSON) throws -> DataScope {
        DataScope(
            state: "S",
            enteredID: 2,
            input: input,
            stateInput: input,
            now: Run.start,
            context: ContextObject(
                execution: try Run.context(input: "{}"),
                state: "S",
                enteredAt: Run.start,
                graph: StateGraph(startAt: "S", states: [:]),
                retryCount: 0
            ),
            variables: Variables(),
            work: WorkBudget()
        )
    }

    private func lookup(_ text: String) throws -> Lookup { try Lookup(parsing: text, field: "r.$", place: "r.$") }

    /// That the evaluation fails, and at what cost: no more than the state's units, and as much again for the text that was
    /// too long.
    private func expectUsedUp(_ text: String, _ input: JSON) throws {
        let scope = try scope(input)
        let lookup = try lookup(text)
        #expect {
            try lookup.value(scope)
        } throws: { error in
            guard let failure = error as? StateFailure else { return false }
            let cause = "The state needs more than 1000000 units of work"
            return failure.error == "States.Runtime" && failure.cause?.contains(cause) == true
        }
        #expect(scope.work.used <= 2 * WorkBudget.unitsOfState)
    }

    private func numbers(_ count: Int) -> JSON { .array((0..<count).map { .integer(Int64($0)) }) }

    /// Lists in lists.
    private func deep(_ levels: Int, _ width: Int) -> JSON {
        (0..<levels).reduce(JSON.integer(1)) { inner, _ in
            .array(Array(repeating: .integer(1), count: width) + [inner])
        }
    }

    @Test("42,000 different numbers are told apart in one pass")
    func unique() throws {
        let scope = try scope(numbers(42_000))
        let value = try lookup("States.ArrayUnique($)").value(scope)
        #expect(value.arrayValue?.count == 42_000)
        #expect(scope.work.used <= 80_000)
    }

    @Test("deep scans of deep scans end when the state's work is used up")
    func deepScans() throws {
        try expectUsedUp("$.a..*..*..*", .object(["a": deep(150, 20)]))
    }

    @Test("one deep scan of the largest data has room")
    func oneDeepScan() throws {
        let items = (0..<8_000).map { JSON.object(["id": .integer($0), "name": .string("item")]) }
        let scope = try scope(.object(["items": .array(items)]))
        #expect(try lookup("$..name").value(scope).arrayValue?.count == 8_000)
        #expect(try lookup("$.items[?(@.id > 10 && @.name == 'item')].id").value(scope).arrayValue?.count == 7_989)
        #expect(scope.work.used <= 150_000)
    }

    @Test(
        "numbers whose digits have to be found cost more than their text",
        arguments: ["JsonToString($)", "Hash($, 'MD5')"]
    )
    func doubles(_ call: String) throws {
        let scope = try scope(.array((1...1_000).map { .double(Double($0) * 1e-300) }))
        _ = try? lookup("States.\(call)").value(scope)
        #expect(scope.work.used >= 3_000)
    }

    @Test("escapes of escapes are counted before they are written")
    func escapes() throws {
        var call = "States.JsonToString($)"
        for _ in 0..<9 { call = "States.JsonToString(\(call))" }
        try expectUsedUp(call, .string(String(repeating: "\"", count: 100_000)))
        let scope = try scope(.string("\""))
        #expect(try lookup(call).value(scope).stringValue?.utf8.count ?? 0 > 1_024)
    }

    @Test("a filter that compares each with each ends when the state's work is used up")
    func quadraticFilter() throws {
        try expectUsedUp("$.a[?(@ in $.a)]", .object(["a": numbers(20_000)]))
        try expectUsedUp("$.a[?($..x)]", .object(["a": numbers(20_000)]))
        let long = JSON.string(String(repeating: "x", count: 200_000))
        try expectUsedUp("$.a[?($.b == $.c)]", .object(["a": numbers(5_000), "b": long, "c": long]))
    }

    @Test("a text that is put together of large ones ends when the state's work is used up")
    func format() throws {
        let places = String(repeating: "{}", count: 500)
        let values = String(repeating: ", $", count: 500)
        try expectUsedUp("States.Format('\(places)'\(values))", .string(String(repeating: "x", count: 200_000)))
        try expectUsedUp("States.Hash(States.Array($\(values)), 'MD5')", numbers(40_000))
    }

    @Test("a pattern of many stars ends when the state's work is used up")
    func pattern() throws {
        let pattern = StringPattern("*" + String(repeating: "a", count: 20_000) + "b")
        let work = WorkBudget()
        _ = pattern.matches(String(repeating: "a", count: 200_000), work)
        #expect(work.isUsedUp)
        #expect(work.used <= WorkBudget.unitsOfState + 100_000)
    }

    @Test("a template that holds its input thousands of times fails its state")
    func template() throws {
        let fields = (0..<2_000).map { #""f\#($0).$":"$""# }.joined(separator: ",")
        let definition = machine(#"{"Type":"Pass","Parameters":{\#(fields)},"End":true}"#)
        let run = try Run(definition, input: JSON.string(String(repeating: "x", count: 100_000)).text)
        #expect(run.failure?.error == "States.Runtime")
        #expect(run.failure?.cause?.hasSuffix(WorkBudget.reason) == true)
    }

    @Test("what a Choice, Wait or Succeed state gathers has the limit of all data")
    func gathering() throws {
        let input = deep(100, 100).text
        for state in [
            #"{"Type":"Wait","Seconds":0,"InputPath":"$..*","End":true}"#,
            #"{"Type":"Wait","Seconds":0,"OutputPath":"$..*","End":true}"#,
            #"{"Type":"Succeed","InputPath":"$..*"}"#,
            #"{"Type":"Choice","InputPath":"$..*","Choices":[{"Variable":"$","IsPresent":true,"Next":"T"}]},"T":{"Type":"Succeed"}"#,
        ] {
            let run = try Run(machine(state), input: input)
            #expect(run.failure?.error == "States.DataLimitExceeded", "\(state)")
        }
    }

    @Test("a task whose parameters are too large is not begun")
    func parameters() throws {
        let definition = machine(
            #"{"Type":"Task","Resource":"r","Parameters":{"a.$":"$","b.$":"$"},"End":true}"#
        )
        let run = try Run(definition, input: JSON.string(String(repeating: "x", count: 140_000)).text)
        #expect(run.failure?.error == "States.DataLimitExceeded")
        #expect(run.failure?.cause == cause("The input of the task must have at most 262144 bytes."))
        #expect(run.tasks.requests.isEmpty)
    }

    @Test("a cause that quotes data is as long as AWS lets it be")
    func causeOfData() throws {
        let run = try Run(
            machine(#"{"Type":"Pass","Parameters":{"a.$":"$.no"},"End":true}"#),
            input: JSON.string(String(repeating: "x", count: 200_000)).text
        )
        #expect(run.failure?.cause?.utf8.count ?? 0 <= 32_768)
        #expect(run.failure?.cause?.contains("could not be found in the input") == true)
    }

    // MARK: Steps

    @Test("states that cost much are spread over steps, each due at once; the end is the same")
    func steps() throws {
        let states = (0..<40).map { index in
            let next = index == 39 ? #""End":true"# : #""Next":"N\#(index + 1)""#
            return #""N\#(index)":{"Type":"Pass","Parameters":{"a.$":"$.a","n.$":"States.ArrayLength($..*)"},\#(next)}"#
        }
        let definition = #"{"StartAt":"N0","States":{\#(states.joined(separator: ","))}}"#
        var run = try Run(definition, input: JSON.object(["a": numbers(30_000)]).text)
        var steps = 1
        while run.flow != nil, steps < 100 {
            #expect(run.flow?.wakeUp == run.now)
            try run.advance(to: run.now)
            steps += 1
        }
        #expect((5...40).contains(steps))
        #expect(run.output != nil)
        #expect(run.events.map(\.id) == Array(1...82))
    }

    @Test("branches that are due at once and cost much go on step by step, and all get there")
    func branches() throws {
        let branches = (0..<30).map { index in
            let wait = #"{"Type":"Wait","Seconds":5,"OutputPath":"$[?(@ > -1)]","Next":"B\#(index)"}"#
            return #"{"StartAt":"A\#(index)","States":{"A\#(index)":\#(wait),"#
                + #""B\#(index)":{"Type":"Pass","Result":1,"End":true}}}"#
        }
        .joined(separator: ",")
        let input = numbers(25_000).text
        var run = try Run(machine(#"{"Type":"Parallel","Branches":[\#(branches)],"End":true}"#), input: input)
        try run.advance(milliseconds: 5_000)
        var steps = 1
        while run.flow != nil, steps < 100 {
            try run.advance(to: run.now)
            steps += 1
        }
        #expect((3...61).contains(steps))
        #expect(run.output == JSON.array(Array(repeating: .integer(1), count: 30)).text)
    }

    @Test("iterations that cost much begin step by step, also while others wait")
    func iterations() throws {
        let definition = machine(
            #"{"Type":"Map","ItemsPath":"$.i","ItemSelector":{"n.$":"States.ArrayLength($.a[?(@ > -1)])"},"End":true,"#
                + #""ItemProcessor":{"StartAt":"N","States":{"N":{"Type":"Wait","Seconds":60,"End":true}}}}"#
        )
        let input = JSON.object(["a": numbers(25_000), "i": numbers(30)]).text
        var run = try Run(definition, input: input)
        for _ in 0..<40 where run.flow?.wakeUp == run.now { try run.advance(to: run.now) }
        #expect(run.types.count { $0 == "WaitStateEntered" } == 30)
        #expect(run.flow?.wakeUp == run.now.adding(milliseconds: 60_000))
    }

    // MARK: What an execution keeps

    @Test("iterations that each hold a copy of the input fail the execution; a redrive has a small flow")
    func copies() throws {
        let inner =
            #"{"Type":"Map","ItemsPath":"$.all.i","ItemSelector":{"all.$":"$.all"},"End":true,"#
            + #""ItemProcessor":{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":60,"End":true}}}}"#
        let definition = machine(
            #"{"Type":"Map","ItemsPath":"$.i","ItemSelector":{"all.$":"$"},"End":true,"#
                + #""ItemProcessor":{"StartAt":"M","States":{"M":\#(inner)}}}"#
        )
        let input = JSON.object(["i": numbers(40), "x": .string(String(repeating: "x", count: 100_000))]).text
        var run = try Run(definition, input: input)
        for _ in 0..<2_000 {
            guard let flow = run.flow, flow.wakeUp == run.now else { break }
            #expect(flow.json.text.utf8.count <= DataLimit.flowBytes)
            try run.advance(to: run.now)
        }
        #expect(run.failure?.error == "States.DataLimitExceeded")
        #expect(
            run.failure?.cause
                == "The data of the execution's states, branches and iterations exceeds 12582912 bytes."
        )
        guard case .failed(let flow, _, _) = run.outcome else { return }
        #expect(flow.json.text.utf8.count < 1_000)
        #expect(run.types.last == "ExecutionFailed")
    }

    @Test("a step with an allowance breaks off with it, and says so; one that needs less is the same as without")
    func allowance() throws {
        func advance(_ state: String, _ input: JSON, allowance: Int) throws -> Advance {
            let interpreter = Interpreter(
                machine: try StateMachine(definition: machine(state), resources: TestCatalog()),
                context: try Run.context(input: input.text),
                allowance: allowance
            )
            var tasks = ScriptedTasks([])
            return interpreter.start(at: Run.start, tasks: &tasks)
        }
        let scans = #"{"Type":"Pass","Parameters":{"a.$":"$..*..*"},"End":true}"#
        let pairs = #"{"Type":"Pass","InputPath":"$[?(@ in $[*])]","End":true}"#
        let loop =
            #"{"Type":"Pass","Parameters":{"a.$":"$"},"OutputPath":"$.a","Next":"T"},"T":{"Type":"Choice","#
            + #""Choices":[{"Variable":"$[0]","NumericEquals":-1,"Next":"U"}],"Default":"S"},"U":{"Type":"Succeed"}"#
        for (state, input) in [
            (scans, deep(100, 100)), (pairs, numbers(20_000)),
            (loop, numbers(4_000)),
        ] {
            #expect(try advance(state, input, allowance: .max).work > 200_000, "\(state)")
            let work = try advance(state, input, allowance: 20_000).work
            #expect((20_000...60_000).contains(work), "\(state): \(work)")
        }
        let small = try advance(scans, deep(5, 5), allowance: .max)
        #expect(small.work < 20_000)
        #expect(try advance(scans, deep(5, 5), allowance: 20_000) == small)
    }

    @Test("an iteration's input has the limit of all data")
    func iterationInput() throws {
        let definition = machine(
            #"{"Type":"Map","ItemsPath":"$.i","ItemSelector":{"a.$":"$","b.$":"$"},"End":true,"#
                + #""ItemProcessor":{"StartAt":"M","States":{"M":{"Type":"Succeed"}}}}"#
        )
        let input = JSON.object(["i": numbers(2), "x": .string(String(repeating: "x", count: 140_000))]).text
        let run = try Run(definition, input: input)
        #expect(run.failure?.error == "States.DataLimitExceeded")
        #expect(run.failure?.cause?.hasSuffix("The input of the iteration must have at most 262144 bytes.") == true)
    }
}
