import Testing

@testable import StatesLanguage

@Suite("Map states", .timeLimit(.minutes(1)))
struct MapStateTests {
    private func map(_ state: String, _ fields: String = "") -> String {
        machine(#"{"Type":"Map",\#(fields)"End":true,"ItemProcessor":{"StartAt":"I","States":{"I":\#(state)}}}"#)
    }

    private let pass = #"{"Type":"Pass","End":true}"#

    @Test("items come back in order, whichever ends first")
    func order() throws {
        var run = try Run(map(#"{"Type":"Wait","SecondsPath":"$","End":true}"#), input: "[3,1,2]")
        try run.finish()
        #expect(run.output == "[3,1,2]")
        #expect(
            run.events.compactMap { $0.type == "MapIterationSucceeded" ? $0.details?.members["index"] : nil }
                == [1, 2, 0].map { .integer($0) }
        )
    }

    @Test("an iteration sees its item, the index, and what the selector makes of them")
    func selector() throws {
        let run = try Run(
            map(
                #"{"Type":"Pass","Parameters":{"in.$":"$","item.$":"$$.Map.Item"},"End":true}"#,
                #""InputPath":"$.a","ItemsPath":"$.l","ItemSelector":{"v.$":"$$.Map.Item.Value.x","i.$":"$$.Map.Item.Index","all.$":"$.k"},"#
            ),
            input: #"{"a":{"l":[{"x":7},{"x":8}],"k":true}}"#
        )
        #expect(
            run.output
                == #"[{"in":{"v":7,"i":0,"all":true},"item":{"Index":0,"Value":{"x":7}}},"#
                + #"{"in":{"v":8,"i":1,"all":true},"item":{"Index":1,"Value":{"x":8}}}]"#
        )
    }

    @Test("the innermost item is the one in the context object, also within a Parallel state")
    func innermost() throws {
        let look = #"{"Type":"Pass","Parameters":{"v.$":"$$.Map.Item.Value"},"OutputPath":"$.v","End":true}"#
        let run = try Run(
            map(
                #"{"Type":"Parallel","End":true,"Branches":[{"StartAt":"A","States":{"A":\#(look)}},{"StartAt":"M","States":{"M":"#
                    + #"{"Type":"Map","End":true,"Iterator":{"StartAt":"N","States":{"N":\#(look)}}}}}]}"#
            ),
            input: "[[1,2]]"
        )
        #expect(run.output == "[[[1,2],[1,2]]]")
        #expect(run.failure == nil)
    }

    @Test("outside a Map state there is no item")
    func outside() throws {
        let run = try Run(machine(#"{"Type":"Pass","InputPath":"$$.Map.Item.Value","End":true}"#))
        #expect(run.failure?.error == "States.Runtime")
    }

    @Test("no items: done at once")
    func empty() throws {
        let run = try Run(map(pass), input: "[]")
        #expect(run.output == "[]")
        #expect(
            run.events.map { "\($0.id)<\($0.previousID) \($0.type)" }.dropFirst() == [
                "2<0 MapStateEntered", "3<2 MapStateStarted", "4<3 MapStateSucceeded", "5<3 MapStateExited",
                "6<5 ExecutionSucceeded",
            ]
        )
        #expect(run.events[2].details?.members == ["length": .integer(0)])
    }

    @Test(
        "what is no array fails the state by AWS's text",
        arguments: [
            ("", #"{"a":1}"#, "Reference path \"$\" must point to array."),
            (#""ItemsPath":"$.a","#, #"{"a":"x"}"#, "Reference path \"$.a\" must point to array."),
            (
                #""ItemsPath":"$$.Execution.Input","#, "5", "Reference path \"$.Execution.Input\" must point to array."
            ),
            (#""ItemsPath":"$.b","#, #"{"a":1}"#, "Invalid path '$.b' : No results for path: $['b']"),
            (
                #""ItemsPath":"$.l","MaxConcurrencyPath":"$.P","#, #"{"l":[1],"P":"NoNumber"}"#,
                "The MaxConcurrencyPath field refers to value \"NoNumber\" which is not a valid integer: $.P"
            ),
            (
                #""ItemsPath":"$.l","MaxConcurrencyPath":"$.P","#, #"{"l":[1],"P":-1}"#,
                "MaxConcurrency cannot be negative."
            ),
        ]
    )
    func noArray(fields: String, input: String, reason: String) throws {
        let run = try Run(map(pass, fields), input: input)
        #expect(run.failure == Run.Failure(error: "States.Runtime", cause: cause(reason)))
        #expect(run.types == ["ExecutionStarted", "MapStateEntered", "ExecutionFailed"])
    }

    @Test(
        "no more iterations run at once than the limit says, AWS's 40 without one",
        arguments: [
            (#""MaxConcurrency":3,"#, 3), (#""MaxConcurrencyPath":"$.n","#, 2), (#""MaxConcurrency":0,"#, 40),
            (#""MaxConcurrencyPath":"$.t","#, 2), (#""MaxConcurrencyPath":"$.z","#, 40),
            ("", 40), (#""MaxConcurrency":1000,"#, 40),
        ]
    )
    func concurrency(fields: String, most: Int) throws {
        var run = try Run(
            map(#"{"Type":"Wait","Seconds":1,"End":true}"#, #""ItemsPath":"$.l","ResultPath":null,"# + fields),
            input: #"{"n":2,"t":"2","z":"0","l":[\#((0..<50).map(String.init).joined(separator: ","))]}"#
        )
        #expect(run.types.filter { $0 == "MapIterationStarted" }.count == most)
        try run.advance(milliseconds: 1_000)
        #expect(run.types.filter { $0 == "MapIterationStarted" }.count == min(2 * most, 50))
        try run.finish(most: 200)
        #expect(run.types.filter { $0 == "MapIterationSucceeded" }.count == 50)
        #expect(run.output?.hasPrefix(#"{"n":2,"#) == true)
    }

    @Test("the next iteration is led to by the last event within the one that made room")
    func chain() throws {
        var run = try Run(
            map(#"{"Type":"Wait","SecondsPath":"$","End":true}"#, #""MaxConcurrency":2,"#),
            input: "[5,1,1]"
        )
        try run.finish()
        #expect(
            run.events.dropFirst(2).map { "\($0.id)<\($0.previousID) \($0.type)" } == [
                "3<2 MapStateStarted", "4<3 MapIterationStarted", "5<3 MapIterationStarted", "6<4 WaitStateEntered",
                "7<5 WaitStateEntered", "8<7 WaitStateExited", "9<8 MapIterationSucceeded", "10<8 MapIterationStarted",
                "11<10 WaitStateEntered", "12<11 WaitStateExited", "13<12 MapIterationSucceeded",
                "14<6 WaitStateExited", "15<14 MapIterationSucceeded", "16<15 MapStateSucceeded",
                "17<15 MapStateExited",
                "18<17 ExecutionSucceeded",
            ]
        )
    }

    @Test("an iteration that fails gives the others up")
    func failure() throws {
        let state =
            #"{"Type":"Choice","Choices":[{"Variable":"$","NumericEquals":1,"Next":"F"}],"Default":"W"},"#
            + #""F":{"Type":"Fail","Error":"E"},"W":{"Type":"Wait","Seconds":60,"End":true}"#
        let run = try Run(map(state), input: "[0,1,2]")
        #expect(run.failure == Run.Failure(error: "E", cause: nil))
        #expect(
            run.events.dropFirst(12).map { "\($0.id)<\($0.previousID) \($0.type)" } == [
                "13<12 MapIterationFailed", "14<9 WaitStateAborted", "15<9 MapIterationAborted",
                "16<6 MapIterationAborted", "17<12 MapStateFailed", "18<17 ExecutionFailed",
            ]
        )
    }

    @Test("a selector that misses for a later item gives up what runs")
    func lateSelector() throws {
        var run = try Run(
            map(
                #"{"Type":"Wait","Seconds":1,"End":true}"#,
                #""MaxConcurrency":1,"ItemSelector":{"v.$":"$$.Map.Item.Value.x"},"#
            ),
            input: #"[{"x":1},{}]"#
        )
        try run.finish()
        #expect(run.failure?.error == "States.Runtime")
        #expect(run.failure?.cause?.contains("'$$.Map.Item.Value.x'") == true)
    }

    @Test(
        "an inline Map state lets no failure pass, though AWS takes the fields that would",
        arguments: ["Count\":5", "Percentage\":50.5"]
    )
    func tolerance(field: String) throws {
        let run = try Run(map(#"{"Type":"Fail","Error":"E"}"#, #""ToleratedFailure\#(field),"#), input: "[1]")
        #expect(run.failure?.error == "E")
    }

    @Test("more iterations than one step walks go on in the next, in order")
    func many() throws {
        let items = (0..<1_200).map(String.init).joined(separator: ",")
        var run = try Run(map(pass), input: "[\(items)]")
        #expect(run.flow?.wakeUp == Run.start)
        try run.finish()
        #expect(run.output == "[\(items)]")
    }

    @Test("more events than an execution may have end it, whatever catches")
    func history() throws {
        let items = (0..<7_000).map { _ in "1" }.joined(separator: ",")
        var run = try Run(map(pass), input: "[\(items)]")
        try run.finish()
        #expect(run.failure?.cause == "The execution reached the maximum number of history events (25000).")
        #expect(run.events.count <= 25_000)
    }
}
