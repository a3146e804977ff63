import StatesLanguage
import Testing
import Waitable

/// A history by pages: each is what it would be of the whole, and holds no more.
@Suite("Pages of a history", .timeLimit(.minutes(1)))
struct HistoryReplayTests {
    /// A loop of Pass states that ends when the history is full.
    private static let definition = """
        {"StartAt":"A","States":{
          "A":{"Type":"Pass","Next":"B"},
          "B":{"Type":"Choice","Choices":[{"Variable":"$.stop","IsPresent":true,"Next":"E"}],"Default":"A"},
          "E":{"Type":"Succeed"}}}
        """

    private let runner: ExecutionRunner
    private let execution: Execution
    private let list: [String]

    init() throws {
        let input = JSON.object(["text": .string(String(repeating: "x", count: 2_000))]).text
        (runner, execution, list) = try Self.life(Self.definition, input: input)
    }

    /// An execution to its end, with its journal.
    private static func life(
        _ definition: String,
        input: String
    ) throws -> (runner: ExecutionRunner, execution: Execution, list: [String]) {
        let revision = Revision(definition: definition, roleARN: "")
        let machine = try DeployedMachine(name: "m", hash: "h", revision: revision)
        let runner = ExecutionRunner(machine: machine, arn: ARN(), secret: .make())
        var execution = Execution(
            key: ExecutionKey(machine: "m", name: "a"),
            revision: "h",
            startDate: Instant(milliseconds: 1_000),
            input: input
        )
        var list: [String] = []
        var steps: Int64 = 0
        while execution.status.isOpen {
            var step = try runner.run(execution, at: Instant(milliseconds: 1_000 + steps))
            step.enterJournal(by: "w")
            if case .element(let element) = step.listing { list.append(element) }
            execution = step.execution
            steps += 1
        }
        return (runner, execution, list)
    }

    /// A page, and how many entries were taken for it.
    private func page(_ window: EventPage.Window) throws -> (replay: HistoryReplay, entries: Int) {
        var replay = HistoryReplay(of: execution, runner: runner, window)
        var taken = 0
        for entry in execution.journal?.entries(list: list, since: execution.startDate) ?? [] {
            try replay.take(entry)
            taken += 1
            if replay.isDone { return (replay, taken) }
        }
        replay.finish()
        return (replay, taken)
    }

    @Test("the pages are the parts of the whole, in both orders")
    func pages() throws {
        let whole = try page(.init(ids: 1..<100_000)).replay
        #expect(whole.lastEventID > 24_000)
        #expect(whole.lastEventID == execution.flow?.lastEventID)
        #expect(whole.events.map(\.id) == Array(1...whole.lastEventID))
        #expect(!whole.hasLaterEvents)
        let first = try page(.init(ids: 1..<2))
        #expect(first.replay.events == Array(whole.events[..<1]))
        #expect(first.replay.hasLaterEvents)
        #expect(first.entries == 1)
        for start in [1, 999, 12_345, whole.lastEventID - 5] {
            let part = try page(.init(ids: start..<start + 10)).replay
            #expect(part.events == Array(whole.events[(start - 1)...].prefix(10)))
            let reversed = try page(.init(ids: start..<start + 10, keepsLast: true)).replay
            #expect(reversed.events == part.events)
        }
        let last = try page(.init(ids: whole.lastEventID..<whole.lastEventID + 1)).replay
        #expect(last.events == Array(whole.events.suffix(1)))
        #expect(!last.hasLaterEvents)
    }

    @Test("steps that end for want of work end where they did, though only the history looks at the tasks' outputs")
    func sameSteps() throws {
        let definition = """
            {"StartAt":"P","States":{
              "P":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","ResultPath":null,"Next":"A",
                   "Parameters":{"TableName":"items","Item":{"Id":{"S.$":"$.id"},"text":{"S.$":"$.text"}}},
                   "Catch":[{"ErrorEquals":["States.Timeout"],"Next":"E"}]},
              "A":{"Type":"Pass","Parameters":{"id.$":"$.id","text.$":"States.Format('{}', $.text)"},"Next":"P"},
              "E":{"Type":"Succeed"}}}
            """
        let input = JSON.object(["id": .string("a"), "text": .string(String(repeating: "x", count: 20_000))]).text
        let (runner, execution, list) = try Self.life(definition, input: input)
        let entries = execution.journal?.entries(list: list, since: execution.startDate) ?? []
        #expect(entries.count > 40)
        var replay = HistoryReplay(of: execution, runner: runner, .init(ids: 1..<100_000, includesData: false))
        for entry in entries { try replay.take(entry) }
        #expect(replay.lastEventID == execution.flow?.lastEventID)
        #expect(replay.events.map(\.id) == Array(1...replay.lastEventID))
        var timeline = TimelineReplay(of: execution, runner: runner)
        for entry in entries { try timeline.take(entry) }
        let states = timeline.timeline(due: nil, now: execution.startDate).events.flatMap(\.states)
        #expect(states.count == replay.events.count { $0.type.hasSuffix("StateEntered") })
    }

    @Test("an empty window counts the events, and makes none")
    func counting() throws {
        let counted = try page(.init(ids: 1..<1)).replay
        #expect(counted.events.isEmpty)
        #expect(counted.lastEventID == (try page(.init(ids: 1..<100_000)).replay.lastEventID))
    }

    @Test("a page of large events ends when it is full: the first ones in order, the last ones in reverse order")
    func bytes() throws {
        let first = try page(.init(ids: 1..<1_001, mostBytes: 100_000)).replay
        #expect((40...60).contains(first.events.count))
        #expect(first.events.first?.id == 1)
        #expect(first.hasLaterEvents)
        let last = try page(.init(ids: 101..<1_101, mostBytes: 100_000, keepsLast: true)).replay
        #expect((40...60).contains(last.events.count))
        #expect(last.events.last?.id == 1_100)
        let single = try page(.init(ids: 7..<9, mostBytes: 1)).replay
        #expect(single.events.map(\.id) == [7])
        let singleReversed = try page(.init(ids: 7..<9, mostBytes: 1, keepsLast: true)).replay
        #expect(singleReversed.events.map(\.id) == [8])
    }

    @Test("without data a page has room for all")
    func withoutData() throws {
        let replay = try page(.init(ids: 1..<301, mostBytes: 200_000, includesData: false)).replay
        #expect(replay.events.count == 300)
        let members = replay.events.compactMap(\.details?.members)
        #expect(members.allSatisfy { $0["input"] == nil && $0["output"] == nil })
    }

    @Test("a stop is the last event")
    func aborted() throws {
        var stopped = execution
        stopped.status = .aborted
        stopped.stopDate = Instant(milliseconds: 9_999)
        var replay = HistoryReplay(of: stopped, runner: runner, .init(ids: 1..<10))
        replay.finish()
        #expect(replay.events.map(\.type) == ["ExecutionAborted"])
        #expect(replay.events.first?.id == 1)
    }
}
