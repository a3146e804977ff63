import Testing

@testable import StatesLanguage

@Suite("Parallel states", .timeLimit(.minutes(1)))
struct ParallelStateTests {
    private func parallel(_ branches: [String], _ fields: String = #""End":true"#) -> String {
        #"{"Type":"Parallel",\#(fields),"Branches":["#
            + branches.enumerated().map { #"{"StartAt":"B\#($0.offset)","States":{"B\#($0.offset)":\#($0.element)}}"# }
            .joined(separator: ",") + "]}"
    }

    @Test("branches see the effective input, and their outputs come back in order")
    func results() throws {
        var run = try Run(
            machine(
                parallel(
                    [
                        #"{"Type":"Wait","Seconds":9,"OutputPath":"$.x","End":true}"#,
                        #"{"Type":"Pass","Result":"b","End":true}"#, #"{"Type":"Succeed"}"#,
                    ],
                    #""Parameters":{"x.$":"$.a"},"ResultSelector":{"r.$":"$"},"ResultPath":"$.p","OutputPath":"$.p.r","End":true"#
                )
            ),
            input: #"{"a":1}"#
        )
        try run.finish()
        #expect(run.output == #"[1,"b",{"x":1}]"#)
    }

    @Test("events: a branch's first points at the start, the exit past the success")
    func events() throws {
        var run = try Run(
            machine(
                parallel([
                    #"{"Type":"Pass","Result":1,"End":true}"#, #"{"Type":"Wait","Seconds":1,"End":true}"#,
                    #"{"Type":"Succeed"}"#,
                ])
            )
        )
        try run.finish()
        #expect(
            run.events.map { "\($0.id)<\($0.previousID) \($0.type)" } == [
                "1<0 ExecutionStarted", "2<0 ParallelStateEntered", "3<2 ParallelStateStarted",
                "4<3 PassStateEntered", "5<4 PassStateExited", "6<3 WaitStateEntered", "7<3 SucceedStateEntered",
                "8<7 SucceedStateExited", "9<6 WaitStateExited", "10<9 ParallelStateSucceeded",
                "11<9 ParallelStateExited", "12<11 ExecutionSucceeded",
            ]
        )
        #expect(run.events[2].details == nil)
        #expect(run.events[9].details == nil)
    }

    @Test("a branch that fails gives its siblings up, and its error is the state's")
    func failure() throws {
        var run = try Run(
            machine(
                parallel([
                    #"{"Type":"Wait","Seconds":60,"End":true}"#,
                    #"{"Type":"Task","Resource":"arn:aws:states:::s:o","End":true}"#,
                    #"{"Type":"Task","Resource":"arn:aws:states:::s:o","End":true}"#,
                ])
            ),
            tasks: [.pending, .pending]
        )
        try run.advance(milliseconds: 5, by: [.failed(task: 6, error: "E", cause: "why")])
        #expect(run.failure == Run.Failure(error: "E", cause: "why"))
        #expect(
            run.events.dropFirst(10).map { "\($0.id)<\($0.previousID) \($0.type)" } == [
                "11<7 TaskFailed", "12<11 TaskStateAborted", "13<4 WaitStateAborted", "14<10 TaskStateAborted",
                "15<11 ParallelStateFailed", "16<15 ExecutionFailed",
            ]
        )
    }

    @Test("nested ones are given up from the inside out")
    func nestedFailure() throws {
        let inner =
            #"{"Type":"Parallel","End":true,"Branches":[{"StartAt":"I","States":{"I":{"Type":"Wait","Seconds":60,"End":true}}}]}"#
        let run = try Run(machine(parallel([inner, #"{"Type":"Fail","Error":"E"}"#])))
        #expect(run.failure == Run.Failure(error: "E", cause: nil))
        #expect(
            run.types.dropFirst(3) == [
                "ParallelStateEntered", "ParallelStateStarted", "WaitStateEntered", "FailStateEntered",
                "WaitStateAborted", "ParallelStateAborted", "ParallelStateFailed", "ExecutionFailed",
            ]
        )
    }

    @Test(
        "what a catcher may know a branch's failure by",
        arguments: [
            ("States.ALL", "E", true), ("E", "E", true), ("States.TaskFailed", "E", true),
            ("States.BranchFailed", "E", true), ("F", "E", false), ("States.ALL", "States.Runtime", false),
            ("States.BranchFailed", "States.Runtime", false), ("States.Runtime", "States.Runtime", false),
            ("States.ALL", "States.DataLimitExceeded", true), ("States.TaskFailed", "States.Timeout", false),
        ]
    )
    func catching(pattern: String, error: String, isCaught: Bool) throws {
        let run = try Run(
            machine(
                parallel(
                    [#"{"Type":"Fail","Error":"\#(error)","Cause":"why"}"#],
                    #""End":true,"Catch":[{"ErrorEquals":["\#(pattern)"],"ResultPath":"$.e","Next":"T"}]"#
                ),
                #","T":{"Type":"Pass","End":true}"#
            ),
            input: #"{"a":1}"#
        )
        #expect(run.output == (isCaught ? #"{"a":1,"e":{"Error":"\#(error)","Cause":"why"}}"# : nil))
        if isCaught {
            #expect(
                run.events.dropFirst(4).prefix(2).map { "\($0.id)<\($0.previousID) \($0.type)" } == [
                    "5<4 ParallelStateFailed", "6<5 ParallelStateExited",
                ]
            )
        }
    }

    @Test("a retry begins every branch anew, behind the event that failed")
    func retry() throws {
        var run = try Run(
            machine(
                parallel(
                    [
                        #"{"Type":"Task","Resource":"first","End":true}"#,
                        #"{"Type":"Task","Resource":"second","End":true}"#,
                    ],
                    #""End":true,"Retry":[{"ErrorEquals":["States.BranchFailed"],"IntervalSeconds":7}]"#
                )
            ),
            tasks: [.succeeded(output: .integer(1)), .failed(error: "E", cause: nil)]
                + [2, 3].map { .succeeded(output: .integer($0)) }
        )
        #expect(run.flow?.wakeUp == Run.start.adding(milliseconds: 7_000))
        try run.finish()
        #expect(run.output == "[2,3]")
        #expect(run.tasks.requests.map(\.resource) == ["first", "second", "first", "second"])
        #expect(run.types.filter { $0 == "ParallelStateStarted" }.count == 2)
        #expect(run.types.filter { $0 == "ParallelStateFailed" }.isEmpty)
        let again = try #require(run.events.last { $0.type == "ParallelStateStarted" })
        #expect(run.events[again.previousID - 1].type == "TaskFailed")
    }

    @Test("a failure of the state's own parameters is no branch's, and writes no more than the end")
    func ownFailure() throws {
        let run = try Run(
            machine(
                parallel(
                    [#"{"Type":"Succeed"}"#],
                    #""End":true,"InputPath":"$.no","Catch":[{"ErrorEquals":["States.ALL"],"Next":"T"}]"#
                ),
                #","T":{"Type":"Succeed"}"#
            )
        )
        #expect(
            run.failure
                == Run.Failure(
                    error: "States.Runtime",
                    cause: cause("Invalid path '$.no' : No results for path: $['no']")
                )
        )
        #expect(run.types == ["ExecutionStarted", "ParallelStateEntered", "ExecutionFailed"])
    }

    @Test("outputs that are too large together fail the state, unless nobody wants them", arguments: [true, false])
    func dataLimit(isWanted: Bool) throws {
        let large = JSON.string(String(repeating: "x", count: 150_000)).text
        let run = try Run(
            machine(
                parallel(
                    Array(repeating: #"{"Type":"Pass","Result":\#(large),"End":true}"#, count: 2),
                    isWanted ? #""End":true"# : #""ResultPath":null,"End":true"#
                )
            )
        )
        #expect(
            run.failure
                == (isWanted
                    ? Run.Failure(
                        error: "States.DataLimitExceeded",
                        cause: "The state/task 'S' returned a result with a size exceeding the maximum number of bytes "
                            + "service limit."
                    ) : nil)
        )
        #expect(run.output == (isWanted ? nil : "{}"))
    }
}
