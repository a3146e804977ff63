import StatesLanguage
import Testing

@testable import Waitable

@Suite("What went into the steps of an execution", .timeLimit(.minutes(1)))
struct JournalTests {
    private static let start = Instant(milliseconds: 1_700_000_000_000)

    private static func text(_ journal: Journal) -> String {
        var text: [UInt8] = []
        journal.write(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private static let entries: [JournalEntry] = {
        var inbox = ExecutionMessages()
        inbox.rescheduledTo = Instant(milliseconds: 9)
        inbox.outcomes = ["7": .object(["task": .integer(7)])]
        var lost = JournalEntry(instant: start.adding(milliseconds: 5), evaluatesAll: true)
        lost.worker = "w"
        lost.lostLeases = 2
        return [
            JournalEntry(instant: start), JournalEntry(instant: start.adding(milliseconds: 3), messages: inbox), lost,
            JournalEntry(instant: start.adding(milliseconds: 5), kind: .adoption),
            JournalEntry(
                instant: start.adding(milliseconds: 6),
                kind: .failure(ExecutionFailure(error: "E", cause: "C"))
            ),
        ]
    }()

    @Test("A plain step is its instant alone; all entries read back as they were")
    func entries() throws {
        var journal = Journal()
        #expect(Self.text(journal) == "[0]")
        for (count, entry) in Self.entries.enumerated() {
            #expect(journal.append(entry, since: Self.start) == nil)
            if count == 0 { #expect(Self.text(journal) == "[0,0]") }
            let read = try #require(Journal(Array(Self.text(journal).utf8)))
            #expect(read == journal)
            #expect(read.entries(list: [], since: Self.start) == Array(Self.entries[...count]))
        }
    }

    @Test("An entry keeps the worker and the lost leases, in few bytes")
    func entry() {
        var entry = JournalEntry(instant: Self.start.adding(milliseconds: 7))
        #expect(entry.json(since: Self.start).text == "7")
        entry.worker = "w"
        #expect(entry.json(since: Self.start).text == #"[7,{"by":"w"}]"#)
        entry.lostLeases = 3
        entry.messages.rescheduledTo = Instant(milliseconds: 6)
        entry.messages.rescheduledAt = Instant(milliseconds: 5)
        #expect(JournalEntry(json: entry.json(since: Self.start), since: Self.start) == entry)
    }

    @Test("What has no room goes to the list, in order; a reader that comes late sees what its document says")
    func listing() throws {
        var journal = Journal()
        var list: [String] = []
        var written: [JournalEntry] = []
        var documents: [(journal: Journal, count: Int)] = []
        for number in 0..<200 {
            var entry = JournalEntry(instant: Self.start.adding(milliseconds: Int64(number)))
            entry.worker = "worker-1"
            written.append(entry)
            if let element = journal.append(entry, since: Self.start) { list.append(element) }
            #expect(Self.text(journal).utf8.count < 1_100)
            documents.append((journal, number + 1))
        }
        #expect(list.count > 2)
        for (journal, count) in documents {
            #expect(journal.entries(list: list, since: Self.start) == Array(written[..<count]))
        }
        #expect(journal.entries(list: [], since: Self.start).isEmpty)
    }

    @Test("A journal of another version is kept as it is, and none of its entries are used")
    func version() throws {
        let text = #"["2",0,7]"#
        let other = try #require(Journal(Array(text.utf8)))
        #expect(other.version == 2)
        #expect(Self.text(other) == text)
        #expect(other.entries(list: [], since: Self.start).isEmpty)
        #expect(Journal().version == Journal.currentVersion)
        #expect(Journal(Array(#"["2,0]"#.utf8)) == nil)
    }

    @Test("What is no journal is not read in the compact form either", arguments: ["-5", "+5", "5 ", "1e3", "x,0"])
    func noCompactJournal(text: String) {
        let journal = Array(text.utf8).withUnsafeBufferPointer { Journal(compact: $0) }
        #expect(journal == nil)
    }

    @Test("What is no journal is not read", arguments: ["", "[", "[]", "{}", #"["0"]"#, "[0 1]", "[-1]", "7"])
    func unreadable(text: String) {
        #expect(Journal(Array(text.utf8)) == nil)
    }

    private static func level(_ level: HistoryLevel, status: ExecutionStatus) -> Step {
        var execution = Execution(
            key: ExecutionKey(machine: "m", name: "a"),
            revision: "h",
            startDate: start,
            input: "{}"
        )
        execution.status = status
        execution.journal = level == .off ? nil : Journal()
        var step = Step(
            execution: execution,
            next: .closed,
            journal: JournalEntry(instant: start),
            effects: []
        )
        step.history = level
        step.enterJournal(by: nil)
        return step
    }

    @Test("A success of a machine that keeps the histories of failures leaves nothing; entries are made once")
    func levels() {
        #expect(Self.level(.all, status: .succeeded).execution.journal != nil)
        #expect(Self.level(.error, status: .succeeded).execution.journal == nil)
        #expect(Self.level(.error, status: .failed).execution.journal != nil)
        #expect(Self.level(.off, status: .failed).execution.journal == nil)
        let step = Self.level(.all, status: .succeeded)
        var again = step
        again.enterJournal(by: "w")
        #expect(again.execution.journal == step.execution.journal)
        #expect(step.transition(lease: nil).listing == .unchanged)
    }
}
