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

        init(until due: Int64) throws {
            let revision = Revision(definition: ExecutionTimelineTests.definition, roleARN: "")
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

        func timeline(due: Int64? = nil, lostLeases: Int = 0) throws -> ExecutionTimeline {
            var replay = TimelineReplay(of: execution, runner: runner)
            for entry in execution.journal?.entries(list: list, since: execution.startDate) ?? [] {
                try replay.take(entry)
            }
            return replay.timeline(due: due.map(Instant.init(milliseconds:)), lostLeases: lostLeases)
        }

        /// The events as `KIND@instant`.
        func events(due: Int64? = nil) throws -> [String] {
            try timeline(due: due).events.map { "\($0.kind.rawValue)@\($0.instant.milliseconds)" }
        }
    }

    @Test("Accepted, due, run by a worker, ended; leases that were lost before count")
    func whole() throws {
        var life = try Life(until: 5_000)
        try life.run(at: 1_000)
        #expect(try life.events(due: 5_000) == ["ACCEPTED@1000", "RAN@1000", "DUE@5000"])
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
        life.execution.inbox.rescheduledTo = Instant(milliseconds: 3_000)
        life.execution.inbox.rescheduledAt = Instant(milliseconds: 2_000)
        let waiting = ["ACCEPTED@1000", "RAN@1000", "RESCHEDULED@2000", "DUE@3000"]
        #expect(try life.events(due: 3_000) == waiting)
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
                #"{"s":"A","e":4000,"x":{"error":"E","cause":"C"},"r":3000,"m":2000,"d":"h","b":1000,"h":[0,0],"input":{}}"#
                    .utf8
            ),
            key: life.execution.key
        )
        stopped.execution.input = life.execution.input
        let ended = ["ACCEPTED@1000", "RAN@1000", "RESCHEDULED@2000", "ABORTED@4000"]
        #expect(try stopped.events() == ended)
        #expect(try stopped.timeline().events.last?.failure == ExecutionFailure(error: "E", cause: "C"))

        let head = #"{"s":"R","e":4000,"r":3000,"m":2000,"v":4000,"was":"A","d":"h","b":1000,"input":{}}"#
        let redriven = try ExecutionDocument.decode(Array(head.utf8), key: life.execution.key)
        life.execution.inbox = redriven.inbox
        #expect(try life.events(due: 4_000) == ended + ["REDRIVEN@4000", "DUE@4000"])
        try life.run(at: 4_005, by: "w")
        #expect(try life.events(due: 5_000) == ended + ["REDRIVEN@4000", "RAN@4005", "DUE@5000"])
    }
}
