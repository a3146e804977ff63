import Foundation
import StatesLanguage
import Testing

@testable import Waitable

/// Documents and journals that versions have written, kept as files: every later version reads them to the same history.
///
/// `WAITABLE_RECORD=FILE` writes the file of this version, which a release adds to `Recorded`.
@Suite("Recorded executions", .timeLimit(.minutes(1)))
struct RecordedExecutionTests {
    /// What Redis held of an execution, and the history that it had.
    private struct Record {
        var name: String
        var definition: String
        var document: String
        var list: [String]
        var events: [JSON]

        init(_ name: String, _ definition: String, _ document: [UInt8], _ list: [String], _ events: [JSON]) {
            self.name = name
            self.definition = definition
            self.document = String(decoding: document, as: UTF8.self)
            self.list = list
            self.events = events
        }

        init(json: JSON) throws {
            let object = try #require(json.objectValue)
            func text(_ member: String) throws -> String { try #require(object[member]?.stringValue, "\(member)") }
            func array(_ member: String) throws -> [JSON] { try #require(object[member]?.arrayValue, "\(member)") }
            name = try text("name")
            definition = try text("definition")
            document = try text("document")
            list = try array("list").compactMap(\.stringValue)
            events = try array("events")
        }

        var json: JSON {
            .object([
                "name": .string(name), "definition": .string(definition), "document": .string(document),
                "list": .array(list.map(JSON.string)), "events": .array(events),
            ])
        }
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Recorded")
    private static let start = Instant(milliseconds: 1_893_456_000_123)
    private static let hash = "0123456789abcdef"

    private static func runner(_ definition: String) throws -> ExecutionRunner {
        let revision = Revision(definition: definition, roleARN: "arn:aws:iam::000000000000:role/any")
        let machine = try DeployedMachine(name: "m", hash: hash, revision: revision)
        let secret = try #require(TaskTokenKey(base64: Data(count: 32).base64EncodedString()))
        return ExecutionRunner(machine: machine, arn: ARN(), secret: secret)
    }

    private static func history(
        _ execution: Execution,
        _ entries: [JournalEntry],
        _ runner: ExecutionRunner
    ) throws -> [JSON] {
        var replay = HistoryReplay(of: execution, runner: runner, EventPage.Window(ids: 1..<10_000))
        for entry in entries { try replay.take(entry) }
        replay.finish()
        return replay.events.map(\.json)
    }

    @Test("are read to the histories that they had, and are what their journals come to")
    func recorded() throws {
        let files = try FileManager.default.contentsOfDirectory(at: Self.folder, includingPropertiesForKeys: nil)
        #expect(!files.isEmpty)
        for file in files {
            let records = try #require(JSON(parsing: [UInt8](Data(contentsOf: file))).arrayValue)
            #expect(records.count >= 8, "\(file.lastPathComponent)")
            for json in records {
                let record = try Record(json: json)
                try check(record, "\(file.lastPathComponent): \(record.name)")
            }
        }
    }

    private func check(_ record: Record, _ place: Comment) throws {
        let runner = try Self.runner(record.definition)
        let key = ExecutionKey(machine: "m", name: record.name)
        let execution = try ExecutionDocument.decode(Array(record.document.utf8), key: key)
        let journal = try #require(execution.journal, place)
        let entries = journal.entries(list: record.list, since: execution.startDate)
        #expect(!entries.isEmpty, place)
        #expect(try Self.history(execution, entries, runner) == record.events, place)
        var check = ReplayCheck(of: execution, runner: runner)
        for entry in entries { try check.take(entry) }
        #expect(check.difference == nil, place)
        let again = ExecutionDocument.encode(execution, lease: nil)
        #expect(try ExecutionDocument.decode(again, key: key) == execution, place)
    }

    @Test("this version's can be recorded")
    func record() throws {
        let records = try Self.lives.map { try Self.record($0) }
        for record in records { try check(record, "\(record.name)") }
        guard let path = ProcessInfo.processInfo.environment["WAITABLE_RECORD"] else { return }
        let text = "[\n" + records.map(\.json.text).joined(separator: ",\n") + "\n]\n"
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    // MARK: Lives

    /// An execution to be recorded: how it is told what, before a step.
    private struct Life {
        var name: String
        var definition: String
        var input = #"{"Id":"a","n":2,"l":[1,2,3]}"#
        var steps = 100
        var tell: @Sendable (inout Execution, _ step: Int, _ now: Instant) -> Void = { _, _, _ in }
    }

    private static func record(_ life: Life) throws -> Record {
        let runner = try runner(life.definition)
        let key = ExecutionKey(machine: "m", name: life.name)
        var execution = Execution(key: key, revision: hash, startDate: start, input: life.input)
        var list: [String] = []
        var entries: [JournalEntry] = []
        var now = start
        for number in 0..<life.steps where execution.status.isOpen {
            life.tell(&execution, number, now)
            var step = try runner.run(execution, at: now)
            entries.append(try #require(step.journal))
            entries[number].worker = "w-\(number % 2)"
            step.enterJournal(by: entries[number].worker)
            if case .element(let element) = step.listing { list.append(element) }
            execution = try ExecutionDocument.decode(step.transition(lease: nil).document, key: key)
            now = max(execution.flow?.wakeUp ?? now, now)
        }
        if life.name == "aborted" {
            execution.status = .aborted
            execution.stopDate = now
        }
        let document = ExecutionDocument.encode(execution, lease: nil)
        return Record(life.name, life.definition, document, list, try history(execution, entries, runner))
    }

    private static let activity = "arn:aws:states:us-east-1:000000000000:activity:work"

    private static func task(_ more: String) -> String {
        #"{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"\#(activity)",\#(more)},"E":{"Type":"Pass","End":true}}}"#
    }

    private static let lives: [Life] = [
        Life(
            name: "waits",
            definition: #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":5,"Next":"E"},"E":{"Type":"Succeed"}}}"#
        ),
        Life(
            name: "open",
            definition: #"{"StartAt":"W","States":{"W":{"Type":"Wait","SecondsPath":"$.n","End":true}}}"#,
            steps: 1
        ),
        Life(
            name: "moved",
            definition: #"""
                {"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":5,"Next":"V"},"V":{"Type":"Wait","Seconds":1,"End":true}}}
                """#,
            tell: { execution, step, now in
                guard step == 1 else { return }
                execution.messages.rescheduledTo = now.adding(milliseconds: -1_000)
                execution.messages.rescheduledAt = now.adding(milliseconds: -500)
            }
        ),
        Life(
            name: "aborted",
            definition: #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":5,"End":true}}}"#,
            steps: 1
        ),
        Life(
            name: "branches",
            definition: #"""
                {"StartAt":"P","States":{"P":{"Type":"Parallel","Next":"M","ResultPath":"$.p","Branches":[
                  {"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":1,"Next":"B"},"B":{"Type":"Pass","Result":"b","End":true}}},
                  {"StartAt":"C","States":{"C":{"Type":"Pass","Assign":{"v":1},"Next":"D"},"D":{"Type":"Wait","Seconds":2,"End":true}}}]},
                "M":{"Type":"Map","ItemsPath":"$.l","MaxConcurrency":2,"End":true,
                  "ItemSelector":{"i.$":"$$.Map.Item.Index","text.$":"States.Format('é {}', $$.Map.Item.Value)"},
                  "ItemProcessor":{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"End":true}}}}}}
                """#
        ),
        Life(
            name: "retries",
            definition: task(
                #""TimeoutSeconds":3,"Retry":[{"ErrorEquals":["States.Timeout"],"MaxAttempts":2,"JitterStrategy":"FULL"}],"#
                    + #""Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.e","Next":"E"}],"Next":"E""#
            ),
            tell: { execution, _, now in
                // An activity's time begins when somebody takes it.
                guard let task = execution.flow?.pendingTasks.first, task.timeoutAt == nil else { return }
                execution.messages.answers = ["s\(task.id)": .object(["at": .integer(now.milliseconds)])]
            }
        ),
        Life(
            name: "answered",
            definition: task(#""ResultPath":"$.r","Next":"E""#),
            tell: { execution, step, now in
                guard step == 1, let task = execution.flow?.pendingTasks.first else { return }
                execution.messages.answers = [
                    "s\(task.id)": .object(["worker": .string("é"), "at": .integer(now.milliseconds)]),
                    "\(task.id)": TaskAnswer.succeeded(.object(["done": .bool(true)])).json,
                ]
            }
        ),
        Life(
            name: "failed",
            definition: #"""
                {"StartAt":"C","States":{
                  "C":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericGreaterThan":1,"Next":"F"}],"Default":"E"},
                  "F":{"Type":"Fail","ErrorPath":"$.Id","Cause":"why"},"E":{"Type":"Succeed"}}}
                """#
        ),
        Life(
            name: "long",
            definition: #"""
                {"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"Next":"C"},"E":{"Type":"Succeed"},
                  "C":{"Type":"Choice","Choices":[{"Variable":"$.stop","IsPresent":true,"Next":"E"}],"Default":"W"}}}
                """#
        ),
        Life(
            name: "jsonata",
            definition: #"""
                {"QueryLanguage":"JSONata","StartAt":"A","States":{
                  "A":{"Type":"Pass","Assign":{"t":"{% $states.input.l[1] * 2.5 %}"},"Output":{"at":"{% $now() %}"},"Next":"B"},
                  "B":{"Type":"Wait","Seconds":"{% $floor($t) %}","Output":"{% [$t, $uuid(), $random() < 1] %}","End":true}}}
                """#
        ),
    ]
}
