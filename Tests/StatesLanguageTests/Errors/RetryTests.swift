import Testing

@testable import StatesLanguage

@Suite("Retry", .timeLimit(.minutes(1)))
struct RetryTests {
    private func run(_ rules: String, failing errors: [String], more: String = "") throws -> Run {
        try Run(
            machine(
                #"{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","Retry":\#(rules),"End":true\#(more)}"#
            ),
            tasks: errors.map { .failed(error: $0, cause: "why") }
        )
    }

    /// The pauses between the tries, in milliseconds.
    private func pauses(_ rules: String, failing errors: [String]) throws -> [Int64] {
        var run = try run(rules, failing: errors)
        var pauses: [Int64] = []
        while let wakeUp = run.flow?.wakeUp, pauses.count < 20 {
            pauses.append(wakeUp.milliseconds - run.now.milliseconds)
            let resting = run.outcome
            try run.advance(to: wakeUp.adding(milliseconds: -1))
            #expect(run.outcome == resting, "a millisecond early nothing has happened")
            try run.advance(to: wakeUp)
        }
        return pauses
    }

    private static let fail = Array(repeating: "E", count: 10)

    @Test(
        "the pauses grow as the rule says",
        arguments: [
            (#"{"ErrorEquals":["E"]}"#, [1_000, 2_000, 4_000]),
            (
                #"{"ErrorEquals":["E"],"IntervalSeconds":20,"MaxAttempts":5,"BackoffRate":10}"#,
                [20_000, 200_000, 2_000_000, 20_000_000, 200_000_000]
            ),
            (#"{"ErrorEquals":["E"],"BackoffRate":1}"#, [1_000, 1_000, 1_000]),
            (#"{"ErrorEquals":["E"],"IntervalSeconds":3,"BackoffRate":1.5}"#, [3_000, 4_500, 6_750]),
            (#"{"ErrorEquals":["E"],"MaxAttempts":5,"MaxDelaySeconds":5}"#, [1_000, 2_000, 4_000, 5_000, 5_000]),
            (#"{"ErrorEquals":["E"],"MaxAttempts":1}"#, [1_000]),
            (#"{"ErrorEquals":["E"],"MaxAttempts":0}"#, []),
            (#"{"ErrorEquals":["Other"]}"#, []),
            (
                #"{"ErrorEquals":["E"],"BackoffRate":1e300,"IntervalSeconds":99999999,"MaxAttempts":3}"#,
                [99_999_999_000, 99_999_999_000, 99_999_999_000]
            ),
        ] as [(String, [Int64])]
    )
    func backoff(rule: String, expected: [Int64]) throws {
        #expect(try pauses("[\(rule)]", failing: Self.fail) == expected)
    }

    @Test("full jitter stays within the pause, differs between executions, and is the same when a step is made again")
    func jitter() throws {
        let rule = #"[{"ErrorEquals":["E"],"IntervalSeconds":100,"MaxAttempts":6,"JitterStrategy":"FULL"}]"#
        let first = try pauses(rule, failing: Self.fail)
        #expect(first.count == 6)
        for (pause, limit) in zip(first, [100_000, 200_000, 400_000, 800_000, 1_600_000, 3_200_000]) {
            #expect((0...Int64(limit)).contains(pause))
        }
        #expect(try pauses(rule, failing: Self.fail) == first)
        var random = StepRandom(execution: "a", event: 5)
        var other = StepRandom(execution: "b", event: 5)
        #expect(random.next() != other.next())
    }

    @Test("each rule counts for itself, and the first that matches is the one")
    func severalRules() throws {
        let rules = #"""
            [{"ErrorEquals":["A"],"MaxAttempts":2},{"ErrorEquals":["B","A"],"IntervalSeconds":7,"MaxAttempts":1},
             {"ErrorEquals":["States.ALL"],"IntervalSeconds":50,"MaxAttempts":1}]
            """#
        #expect(try pauses(rules, failing: ["A", "B", "A", "C", "A"]) == [1_000, 7_000, 2_000, 50_000])
        #expect(
            try pauses(rules, failing: ["B", "B"]) == [7_000],
            "a rule that is used up does not make room for the next"
        )
    }

    @Test("retries begin anew when the state is entered again")
    func reentry() throws {
        var run = try Run(
            #"""
            {"StartAt":"S","States":{"S":{"Type":"Task","Resource":"r","Next":"P",
              "Retry":[{"ErrorEquals":["E"],"MaxAttempts":1}],"Catch":[{"ErrorEquals":["F"],"Next":"F"}]},
              "P":{"Type":"Pass","Next":"S"},"F":{"Type":"Fail"}}}
            """#,
            tasks: [
                .failed(error: "E", cause: nil), .succeeded(output: .null), .failed(error: "E", cause: nil),
                .failed(error: "E", cause: nil),
            ]
        )
        try run.finish()
        #expect(run.tasks.requests.count == 4)
        #expect(run.failure == .init(error: "E", cause: nil))
    }

    @Test("a retry schedules the task again, without entering the state again")
    func history() throws {
        var run = try run(#"[{"ErrorEquals":["States.TaskFailed"]}]"#, failing: ["E"])
        try run.finish()
        #expect(
            run.events.map { "\($0.id)<\($0.previousID) \($0.type)" } == [
                "1<0 ExecutionStarted", "2<0 TaskStateEntered", "3<2 TaskScheduled", "4<3 TaskStarted",
                "5<4 TaskFailed",
                "6<5 TaskScheduled", "7<6 TaskStarted", "8<7 TaskSucceeded", "9<8 TaskStateExited",
                "10<9 ExecutionSucceeded",
            ]
        )
        #expect(run.events[5].timestamp == Run.start.adding(milliseconds: 1_000))
        #expect(run.tasks.requests.map(\.id) == [3, 6])
    }

    @Test("the context object counts the retries")
    func retryCount() throws {
        var run = try Run(
            machine(
                #"{"Type":"Task","Resource":"r","Parameters":{"n.$":"$$.State.RetryCount","t.$":"$$.State.EnteredTime"},"#
                    + #""Retry":[{"ErrorEquals":["A"]},{"ErrorEquals":["B"]}],"End":true}"#
            ),
            tasks: [.failed(error: "A", cause: nil), .failed(error: "B", cause: nil)]
        )
        try run.finish()
        let entered = Run.start.iso8601
        #expect(run.tasks.requests.map(\.parameters.text) == (0...2).map { #"{"n":\#($0),"t":"\#(entered)"}"# })
    }

    @Test(
        "states that can be retried have a count of retries in the context object, others have none",
        arguments: [
            (#"{"Type":"Pass","Parameters":{"v.$":"$$.State"},"End":true}"#, false),
            (#"{"Type":"Succeed","InputPath":"$$.State"}"#, false),
            (#"{"Type":"Wait","Seconds":0,"OutputPath":"$$.State","End":true}"#, false),
            (#"{"Type":"Task","Resource":"r","ResultSelector":{"v.$":"$$.State"},"End":true}"#, true),
            (
                #"{"Type":"Parallel","ResultSelector":{"v.$":"$$.State"},"End":true,"Branches":["#
                    + #"{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}]}"#, true
            ),
            (
                #"{"Type":"Map","ItemsPath":"$.l","ResultSelector":{"v.$":"$$.State"},"End":true,"#
                    + #""ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}}"#, true
            ),
            (
                #"{"Type":"Map","ItemsPath":"$.l","End":true,"ItemProcessor":{"StartAt":"P","States":{"P":"#
                    + #"{"Type":"Pass","InputPath":"$$.State","End":true}}}}"#, false
            ),
        ]
    )
    func countedStates(state: String, isCounted: Bool) throws {
        let output = try #require(try Run(machine(state), input: #"{"l":[1]}"#).output)
        #expect(output.contains(#""EnteredTime":"#))
        #expect(output.contains(#""RetryCount":0"#) == isCounted)
    }

    @Test(
        "which rules match which errors",
        arguments: [
            ("E", "E", true), ("E", "F", false), ("e", "E", false),
            ("States.ALL", "E", true), ("States.ALL", "States.Timeout", true),
            ("States.ALL", "States.TaskFailed", true),
            ("States.ALL", "States.NoChoiceMatched", true), ("States.ALL", "", true),
            ("States.ALL", "States.Runtime", false), ("States.ALL", "States.DataLimitExceeded", true),
            ("States.TaskFailed", "E", true), ("States.TaskFailed", "States.Timeout", false),
            ("States.TaskFailed", "States.Runtime", false), ("States.TaskFailed", "States.DataLimitExceeded", false),
            ("States.TaskFailed", "States.Permissions", true),
            ("States.Timeout", "States.Timeout", true), ("States.Timeout", "E", false),
            ("States.Runtime", "States.Runtime", false), ("States.Nothing", "States.Nothing", true),
            ("States.DataLimitExceeded", "States.DataLimitExceeded", true),
        ]
    )
    func matching(pattern: String, error: String, matches: Bool) {
        #expect(ErrorName.matches(pattern, error) == matches)
    }
}
