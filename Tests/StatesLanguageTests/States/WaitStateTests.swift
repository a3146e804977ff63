import Testing

@testable import StatesLanguage

@Suite("Wait", .timeLimit(.minutes(1)))
struct WaitStateTests {
    private let now = Run.start

    private func wait(_ field: String, _ input: String = "{}") throws -> Run {
        try Run(machine(#"{"Type":"Wait",\#(field),"End":true}"#), input: input)
    }

    @Test(
        "each way to say how long",
        arguments: [
            (#""Seconds":0"#, "{}", 0), (#""Seconds":10"#, "{}", 10_000),
            (#""SecondsPath":"$.s""#, #"{"s":3}"#, 3_000), (#""SecondsPath":"$.s""#, #"{"s":0}"#, 0),
            (#""SecondsPath":"$.s""#, #"{"s":"3"}"#, 3_000),
            (#""SecondsPath":"$$.Execution.Input.s""#, #"{"s":7}"#, 7_000),
            (#""InputPath":"$.in","SecondsPath":"$.s""#, #"{"in":{"s":5}}"#, 5_000),
            (#""Timestamp":"2027-01-15T08:00:05.123Z""#, "{}", 5_000),
            (#""TimestampPath":"$.t""#, #"{"t":"2027-01-15T08:00:00.124Z"}"#, 1),
            (#""TimestampPath":"$.t""#, #"{"t":"2027-01-15T09:00:01.123+01:00"}"#, 1_000),
            (#""TimestampPath":"$.t""#, #"{"t":"2027-01-15T08:00:00.1230001Z"}"#, 1),
        ] as [(String, String, Int64)]
    )
    func duration(field: String, input: String, milliseconds: Int64) throws {
        var run = try wait(field, input)
        guard milliseconds > 0 else {
            #expect(run.output != nil)
            return
        }
        #expect(run.flow?.wakeUp == now.adding(milliseconds: milliseconds))
        let resting = run.outcome
        try run.advance(milliseconds: milliseconds - 1)
        #expect(run.outcome == resting, "a millisecond early nothing has happened")
        #expect(run.types == ["ExecutionStarted", "WaitStateEntered"])
        try run.advance(milliseconds: 1)
        #expect(run.types.suffix(2) == ["WaitStateExited", "ExecutionSucceeded"])
        #expect(run.events.last?.timestamp == now.adding(milliseconds: milliseconds))
    }

    @Test("a moment in the past is over at once", arguments: ["1999-01-01T00:00:00Z", "2027-01-15T08:00:00.123Z"])
    func past(timestamp: String) throws {
        #expect(try wait(#""Timestamp":"\#(timestamp)""#).output == "{}")
    }

    @Test(
        "what is no duration fails with AWS's words",
        arguments: [
            (#""SecondsPath":"$.v""#, "-1", "The SecondsPath parameter references a negative value: $.v == -1"),
            (#""SecondsPath":"$.v""#, "1.5", "The SecondsPath parameter cannot be parsed as a long value: $.v == 1.5"),
            (#""SecondsPath":"$.v""#, #""x""#, "The SecondsPath parameter cannot be parsed as a long value: $.v == x"),
            (
                #""SecondsPath":"$.v""#, #""1.5""#,
                "The SecondsPath parameter cannot be parsed as a long value: $.v == 1.5"
            ),
            (#""SecondsPath":"$.w""#, "1", "The SecondsPath parameter does not reference an input value: $.w"),
            (#""SecondsPath":"$.w.x""#, "1", "The SecondsPath parameter does not reference an input value: $.w.x"),
            (#""SecondsPath":"$w""#, "1", "The SecondsPath parameter does not reference an input value: $w"),
            (#""TimestampPath":"$.w""#, "1", "The TimestampPath parameter does not reference an input value: $.w"),
            (
                #""TimestampPath":"$.v""#, #""2026-01-01""#,
                "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.v == 2026-01-01"
            ),
            (
                #""TimestampPath":"$.v""#, "5",
                "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.v == 5"
            ),
            (#""SecondsPath":"$.v""#, "2147483648", "Wait state delay is too long."),
            (#""SecondsPath":"$.v""#, "9223372036854775807", "Wait state delay is too long."),
            (#""TimestampPath":"$.v""#, #""9999-12-31T23:59:59Z""#, "Wait state delay is too long."),
        ]
    )
    func failure(field: String, value: String, reason: String) throws {
        let run = try wait(field, #"{"v":\#(value)}"#)
        #expect(run.failure == .init(error: "States.Runtime", cause: cause(reason)))
        #expect(run.types == ["ExecutionStarted", "WaitStateEntered", "ExecutionFailed"])
    }

    @Test("24,855 days are not too long, 24,856 are")
    func longest() throws {
        #expect(try wait(#""SecondsPath":"$.v""#, #"{"v":\#(24_855 * 86_400)}"#).flow != nil)
        #expect(try wait(#""SecondsPath":"$.v""#, #"{"v":\#(24_856 * 86_400)}"#).failure != nil)
    }

    @Test("the filters apply when it is left")
    func filters() throws {
        var run = try wait(#""Seconds":1,"InputPath":"$.a","OutputPath":"$.b""#, #"{"a":{"b":[1]}}"#)
        try run.finish()
        #expect(run.output == "[1]")
        var bad = try wait(#""Seconds":1,"OutputPath":"$.no""#)
        #expect(bad.flow != nil, "OutputPath is not looked at before")
        try bad.finish()
        #expect(bad.failure?.cause == cause("Invalid path '$.no' : No results for path: $['no']"))
    }

    @Test("a wait can be moved, both ways")
    func rescheduling() throws {
        var run = try wait(#""Seconds":60"#)
        try run.advance(milliseconds: 0, by: [.rescheduled(to: now.adding(milliseconds: 90_000))])
        #expect(run.flow?.wakeUp == now.adding(milliseconds: 90_000))
        try run.advance(milliseconds: 89_999)
        #expect(run.flow != nil)
        try run.advance(milliseconds: 0, by: [.rescheduled(to: now)])
        #expect(run.output == "{}")
    }
}
