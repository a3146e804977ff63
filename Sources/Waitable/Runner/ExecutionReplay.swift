import StatesLanguage

/// Makes an execution's steps again, one after the other, by the entries of its journal. It holds no more than the
/// execution as the last one left it.
///
/// ``HistoryReplay`` and ``TimelineReplay`` are made of it.
struct ExecutionReplay: Sendable {
    private let runner: ExecutionRunner
    private var current: Execution
    /// The id of the last event.
    private(set) var lastEventID = 0
    private var lastInstant: Instant?

    /// - Parameter runner: With the revision that the execution started with.
    init(of execution: Execution, runner: ExecutionRunner) {
        self.runner = runner
        current = Execution(
            key: execution.key,
            revision: execution.revision,
            startDate: execution.startDate,
            input: execution.input
        )
    }

    /// A step made again.
    struct Remade {
        /// The stop before it, which wrote no event of its own.
        var abortion: HistoryEvent?
        /// What it came to.
        var made: Step
    }

    /// Makes the next step.
    ///
    /// - Parameter allowance: The units of work with which it breaks off. One that has used as many is no step of the execution's.
    /// - Throws: `JSONError` where the execution's input is not JSON.
    mutating func make(
        _ entry: JournalEntry,
        _ recording: Recording,
        within allowance: Int = .max
    ) throws(JSONError) -> Remade {
        var abortion: HistoryEvent?
        if let closing = entry.messages.closing, closing.status == .aborted {
            abortion = abort(at: closing.instant, closing.failure)
        }
        let made = try runner.step(of: current, entry, recording: recording, within: allowance)
        if made.lastEventID > lastEventID {
            lastEventID = made.lastEventID
            lastInstant = entry.instant
        }
        current = made.execution
        return Remade(abortion: abortion, made: made)
    }

    /// A stop is made by a function, which writes no event: the document says when and why.
    mutating func abort(at instant: Instant?, _ failure: ExecutionFailure?) -> HistoryEvent {
        lastEventID += 1
        lastInstant = instant ?? lastInstant
        return HistoryEvent(
            id: lastEventID,
            previousID: 0,
            timestamp: lastInstant ?? Instant(milliseconds: 0),
            type: "ExecutionAborted",
            details: .executionEnded(
                "executionAbortedEventDetails",
                error: failure?.error,
                cause: failure?.cause
            )
        )
    }
}
