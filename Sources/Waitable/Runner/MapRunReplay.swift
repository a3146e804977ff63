package import StatesLanguage

/// A map run as `DescribeMapRun` tells of it.
package struct MapRun: Sendable, Equatable {
    /// How a map run stands.
    package enum Status: String, Sendable {
        case running = "RUNNING"
        case succeeded = "SUCCEEDED"
        case failed = "FAILED"
        case aborted = "ABORTED"
    }

    /// What the last step said of it.
    package fileprivate(set) var note: MapRunNote
    /// How it stands.
    package fileprivate(set) var status: Status
    /// When it began.
    package let startDate: Instant
    /// When it ended; `nil` while it is under way.
    package fileprivate(set) var stopDate: Instant?
    /// How often it was redriven.
    package fileprivate(set) var redriveCount = 0
    /// When it was redriven, the last time.
    package fileprivate(set) var redriveDate: Instant?

    fileprivate init(_ note: MapRunNote, at instant: Instant) {
        self.note = note
        startDate = instant
        status = .running
        take(note, at: instant)
    }

    fileprivate mutating func take(_ note: MapRunNote, at instant: Instant) {
        self.note = note
        status = Status(rawValue: note.status.rawValue) ?? .running
        stopDate = note.status == .running ? nil : instant
    }

    /// Gives it up, where it is under way.
    fileprivate mutating func abort(at instant: Instant?) {
        guard status == .running else { return }
        status = .aborted
        stopDate = instant
        note.items = note.items.closed
        note.executions = note.executions.closed
    }
}

/// Tells of an execution's map runs, from its journal.
package struct MapRunReplay: Sendable {
    private let execution: Execution
    private var replay: ExecutionReplay
    private var runs: [Int: MapRun] = [:]

    /// What is told when the journal's entries have been given to it, in order.
    ///
    /// - Parameter runner: With the revision that the execution started with.
    package init(of execution: Execution, runner: ExecutionRunner) {
        self.execution = execution
        replay = ExecutionReplay(of: execution, runner: runner)
    }

    /// Makes the next step again.
    ///
    /// - Throws: `JSONError` where the execution's input is not JSON.
    package mutating func take(_ entry: JournalEntry) throws(JSONError) {
        if entry.messages.redrivenAt != nil {
            for id in runs.keys { runs[id]?.abort(at: entry.messages.closing?.instant) }
        }
        let step = try replay.make(entry, .states).made
        for case .mapRun(let note) in step.notes {
            guard var run = runs[note.id] else {
                runs[note.id] = MapRun(note, at: entry.instant)
                continue
            }
            if run.status != .running {
                run.redriveCount += 1
                run.redriveDate = entry.instant
            }
            run.take(note, at: entry.instant)
            runs[note.id] = run
        }
        // One that its state has been left without, in another branch's failure for example.
        let open = step.execution.status.isOpen ? step.execution.flow?.mapRuns ?? [] : []
        for id in runs.keys where !open.contains(id) { runs[id]?.abort(at: entry.instant) }
    }

    /// The map runs, the latest first, once all entries have been taken.
    package func ended() -> [MapRun] {
        runs.values.map { run in
            var run = run
            if !execution.status.isOpen { run.abort(at: execution.stopDate) }
            return run
        }
        .sorted { $0.note.id > $1.note.id }
    }
}
