import StatesLanguage
import Testing
import Waitable

@Suite("What happened to an execution")
struct ExecutionTimelineTests {
    private static let definition = """
        {"StartAt":"Hold","States":{
          "Hold":{"Type":"Wait","TimestampPath":"$.until","Next":"Work"},
          "Work":{"Type":"Pass","End":true}}}
        """

    /// An execution that is run step by step, with its journal.
    private struct Life {
        let runner: ExecutionRunner
        var execution: Execution
        var list: [String] = []

        init(until due: Int64 = 0, definition: String = ExecutionTimelineTests.definition) throws {
            let revision = Revision(definition: definition, roleARN: "")
            runner = ExecutionRunner(
                machine: try DeployedMachine(name: "m", hash: "h", revision: revision),
                arn: ARN(),
                secret: .make()
            )
            execution = Execution(
                key: ExecutionKey(machine: "m", name: "a"),
                revision: "h",
                startDate: Instant(milliseconds: 1_000),
                input: #"{"until":"\#(Instant(milliseconds: due).iso8601)"}"#
            )
        }

        mutating func run(at instant: Int64, by worker: String? = nil, lostLeases: Int = 0) throws {
            var step = try runner.run(execution, at: Instant(milliseconds: instant))
            step.journal?.lostLeases = lostLeases
            step.enterJournal(by: worker)
            if case .element(let element) = step.listing { list.append(element) }
            execution = step.execution
        }

        func timeline(due: Int64? = nil, now: Int64 = 0, lostLeases: Int = 0) throws -> ExecutionTimeline {
            var replay = TimelineReplay(of: execution, runner: runner)
            for entry in execution.journal?.entries(list: list, since: execution.startDate) ?? [] {
                try replay.take(entry)
            }
            return replay.timeline(
                due: due.map(Instant.init(milliseconds:)),
                now: Instant(milliseconds: now),
                lostLeases: lostLeases
            )
        }

        /// The events as `KIND@instant`.
        func events(due: Int64? = nil, now: Int64 = 0) throws -> [String] {
            try timeline(due: due, now: now).events.map { "\($0.kind.rawValue)@\($0.instant.milliseconds)" }
        }
    }

    @Test("Accepted, due, run by a worker, ended; leases that were lost before count")
    func whole() throws {
        var life = try Life(until: 5_000)
        try life.run(at: 1_000)
        #expect(try life.events(due: 5_000, now: 4_999) == ["ACCEPTED@1000", "RAN@1000"])
        #expect(try life.events(due: 5_000, now: 5_000) == ["ACCEPTED@1000", "RAN@1000", "DUE@5000"])
        #expect(try life.timeline(due: 5_000, lostLeases: 1).lostLeases == 1)
        try life.run(at: 9_000, by: "w-2", lostLeases: 2)
        #expect(try life.events() == ["ACCEPTED@1000", "RAN@1000", "DUE@5000", "RAN@9000", "SUCCEEDED@9000"])
        let timeline = try life.timeline()
        #expect(timeline.lostLeases == 2)
        #expect(
            timeline.events[3].json.text
                == #"{"event":"RAN","at":"1970-01-01T00:00:09.000Z","worker":"w-2","lostLeases":2,"states":["Work"]}"#
        )
        #expect(timeline.events[1].json.text == #"{"event":"RAN","at":"1970-01-01T00:00:01.000Z","states":["Hold"]}"#)
    }

    @Test("A reschedule shows when it was asked for and to what, before and after it has taken effect")
    func rescheduled() throws {
        var life = try Life(until: 5_000)
        try life.run(at: 1_000)
        life.execution.messages.rescheduledTo = Instant(milliseconds: 3_000)
        life.execution.messages.rescheduledAt = Instant(milliseconds: 2_000)
        let waiting = ["ACCEPTED@1000", "RAN@1000", "RESCHEDULED@2000", "DUE@3000"]
        #expect(try life.events(due: 3_000, now: 2_999) == waiting.dropLast())
        #expect(try life.events(due: 3_000, now: 3_000) == waiting)
        #expect(try life.timeline().events[2].newDue == Instant(milliseconds: 3_000))
        try life.run(at: 3_001, by: "w")
        #expect(try life.events() == waiting + ["RAN@3001", "SUCCEEDED@3001"])
    }

    @Test("One that was stopped keeps what was done before; a redrive stands behind the end that it undoes")
    func stoppedAndRedriven() throws {
        var life = try Life(until: 5_000)
        try life.run(at: 1_000)
        var stopped = life
        stopped.execution = try ExecutionDocument.decode(
            Array(
                #"{"s":"A","ended":4000,"failure":{"error":"E","cause":"C"},"moved":6000,"movedAt":2000,"d":"h","b":1000,"h":[0,0],"input":{}}"#
                    .utf8
            ),
            key: life.execution.key
        )
        stopped.execution.input = life.execution.input
        let ended = ["ACCEPTED@1000", "RAN@1000", "RESCHEDULED@2000", "ABORTED@4000"]
        #expect(try stopped.events() == ended)
        #expect(try stopped.timeline().events.last?.failure == ExecutionFailure(error: "E", cause: "C"))

        let head =
            #"{"s":"R","ended":4000,"moved":6000,"movedAt":2000,"redriven":4000,"was":"A","d":"h","b":1000,"input":{}}"#
        let redriven = try ExecutionDocument.decode(Array(head.utf8), key: life.execution.key)
        life.execution.messages = redriven.messages
        #expect(try life.events(due: 4_000, now: 4_000) == ended + ["REDRIVEN@4000", "DUE@4000"])
        try life.run(at: 4_005, by: "w")
        #expect(try life.events(due: 5_000, now: 4_005) == ended + ["REDRIVEN@4000", "RAN@4005"])
    }

    @Test("Each try of a state is told with its number, and each failure with its error and the next try")
    func retries() throws {
        var life = try Life(
            definition: """
                {"StartAt":"Both","States":{
                  "Both":{"Type":"Parallel","Next":"Off","Branches":[
                      {"StartAt":"Break","States":{"Break":{"Type":"Fail","Error":"Broken","Cause":"as told"}}}],
                    "Retry":[{"ErrorEquals":["Broken"],"IntervalSeconds":1,"BackoffRate":1,"MaxAttempts":2}],
                    "Catch":[{"ErrorEquals":["Broken"],"Next":"Off"}]},
                  "Off":{"Type":"Fail","Error":"Off"}}}
                """
        )
        try life.run(at: 1_000)
        try life.run(at: 2_000, by: "w")
        try life.run(at: 3_000, by: "w")
        func failure(_ state: String, _ attempt: Int, _ second: Int, retryAt: Int? = nil, _ error: String) -> String {
            let at = "1970-01-01T00:00:0\(second).000Z"
            let retry = retryAt.map { #","retryAt":"1970-01-01T00:00:0\#($0).000Z""# } ?? ""
            let cause = error == "Broken" ? #","cause":"as told""# : ""
            return #"{"event":"STATE_FAILED","at":"\#(at)","state":"\#(state)","attempt":\#(attempt)"#
                + #"\#(retry),"error":"\#(error)"\#(cause)}"#
        }
        #expect(
            try life.timeline().events.dropLast().map(\.json.text) == [
                #"{"event":"ACCEPTED","at":"1970-01-01T00:00:01.000Z"}"#,
                #"{"event":"RAN","at":"1970-01-01T00:00:01.000Z","states":["Both","Break"]}"#,
                failure("Break", 1, 1, "Broken"), failure("Both", 1, 1, retryAt: 2, "Broken"),
                #"{"event":"DUE","at":"1970-01-01T00:00:02.000Z"}"#,
                #"{"event":"RAN","at":"1970-01-01T00:00:02.000Z","worker":"w","states":["Both","Break"],"attempt":2}"#,
                failure("Break", 1, 2, "Broken"), failure("Both", 2, 2, retryAt: 3, "Broken"),
                #"{"event":"DUE","at":"1970-01-01T00:00:03.000Z"}"#,
                #"{"event":"RAN","at":"1970-01-01T00:00:03.000Z","worker":"w","states":["Both","Break","Off"],"attempt":3}"#,
                failure("Break", 1, 3, "Broken"), failure("Both", 3, 3, "Broken"), failure("Off", 1, 3, "Off"),
            ]
        )
        #expect(try life.events().last == "FAILED@3000")
    }

    @Test("An execution that only an answer moves on says which state waits, for what and how long")
    func waiting() throws {
        var life = try Life(
            definition: """
                {"StartAt":"Ask","States":{"Ask":{"Type":"Task","TimeoutSeconds":60,"End":true,
                  "Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                  "Parameters":{"QueueUrl":"https://q.example/000000000000/q","MessageBody.$":"$$.Task.Token"}}}}
                """
        )
        try life.run(at: 1_000)
        #expect(
            try life.timeline().events.last?.json.text
                == #"{"event":"WAITING","at":"1970-01-01T00:00:01.000Z","state":"Ask","for":"ANSWER","#
                + #""resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken","until":"1970-01-01T00:01:01.000Z"}"#
        )
        let waits = try #require(life.execution.flow).waits(upTo: 10)
        #expect(waits.map(\.state) == ["Ask"])
        #expect(waits.map(\.reason) == [.answer])
    }

    @Test("The pause before a retry is told, with the next try and its end; a reschedule moves it")
    func waitingForRetry() throws {
        var life = try Life(
            definition: """
                {"StartAt":"Both","States":{"Both":{"Type":"Parallel","End":true,"Branches":[
                    {"StartAt":"Break","States":{"Break":{"Type":"Fail","Error":"Broken"}}}],
                  "Retry":[{"ErrorEquals":["Broken"],"IntervalSeconds":10,"MaxAttempts":2,"BackoffRate":1}]}}}
                """
        )
        try life.run(at: 1_000)
        try life.run(at: 11_000, by: "w")
        func waiting(until: String) -> String {
            #"{"event":"WAITING","at":"1970-01-01T00:00:11.000Z","state":"Both","attempt":3,"for":"RETRY","#
                + #""until":"1970-01-01T00:00:\#(until).000Z"}"#
        }
        #expect(try life.timeline(due: 21_000, now: 12_000).events.last?.json.text == waiting(until: "21"))
        #expect(try life.events(due: 21_000, now: 21_000).suffix(2) == ["WAITING@11000", "DUE@21000"])
        life.execution.messages.rescheduledTo = Instant(milliseconds: 15_000)
        life.execution.messages.rescheduledAt = Instant(milliseconds: 12_000)
        let moved = try life.timeline(due: 15_000, now: 13_000).events.suffix(2)
        #expect(moved.first?.kind == .rescheduled)
        #expect(moved.last?.json.text == waiting(until: "15"))
    }

    @Test("Of many branches that wait, some are told")
    func manyWaits() throws {
        var life = try Life(
            definition: """
                {"StartAt":"All","States":{"All":{"Type":"Map","End":true,"ItemsPath":"$.items","ItemProcessor":{
                  "StartAt":"Ask","States":{"Ask":{"Type":"Task","End":true,
                    "Resource":"arn:aws:states:us-east-1:000000000000:activity:people"}}}}}}
                """
        )
        life.execution.input = JSON.object(["items": .array(Array(repeating: .integer(1), count: 100))]).text
        try life.run(at: 1_000)
        #expect(try life.timeline().events.count { $0.kind == .waiting && $0.wait == .activity } == 20)
    }
}
