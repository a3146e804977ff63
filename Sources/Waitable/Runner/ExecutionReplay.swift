public import StatesLanguage

/// Makes an execution's steps again, by its journal: for its history, and for its timeline.
public struct ExecutionReplay: Sendable {
    private let runner: ExecutionRunner

    /// A replay with the revision that the execution started with.
    public init(runner: ExecutionRunner) { self.runner = runner }

    /// The events of an execution, in order.
    ///
    /// - Parameters:
    ///   - execution: As its document says.
    ///   - list: The elements of the list beside its document.
    /// - Throws: `JSONError` where the execution's input is not JSON.
    public func events(of execution: Execution, list: [String]) throws(JSONError) -> [HistoryEvent] {
        var events: [HistoryEvent] = []
        for step in try steps(of: execution, list: list) {
            if let abortion = step.abortion { events.append(abortion) }
            events += step.made.events
        }
        if execution.status == .aborted {
            events.append(Self.abortion(after: events.last, at: execution.stopDate, execution.failure))
        }
        return events
    }

    /// A step made again.
    struct Remade {
        /// What went into it.
        var entry: JournalEntry
        /// The stop before it, which wrote no event of its own.
        var abortion: HistoryEvent?
        /// What it came to.
        var made: Step
    }

    /// The steps of an execution, in order.
    func steps(of execution: Execution, list: [String]) throws(JSONError) -> [Remade] {
        var current = Execution(
            key: execution.key,
            revision: execution.revision,
            startDate: execution.startDate,
            input: execution.input
        )
        var steps: [Remade] = []
        var last: HistoryEvent?
        for entry in execution.journal?.entries(list: list, since: execution.startDate) ?? [] {
            var abortion: HistoryEvent?
            if let closing = entry.inbox.closing, closing.status == .aborted {
                abortion = Self.abortion(after: last, at: closing.instant, closing.failure)
                current.flow?.lastEventID = abortion?.id ?? 0
            }
            let made = try runner.step(of: current, entry, records: true)
            last = made.events.last ?? abortion ?? last
            current = made.execution
            steps.append(Remade(entry: entry, abortion: abortion, made: made))
        }
        return steps
    }

    /// A stop is made by a function, which writes no event: the document says when and why.
    private static func abortion(
        after last: HistoryEvent?,
        at instant: Instant?,
        _ failure: ExecutionFailure?
    ) -> HistoryEvent {
        HistoryEvent(
            id: (last?.id ?? 0) + 1,
            previousID: 0,
            timestamp: instant ?? last?.timestamp ?? Instant(milliseconds: 0),
            type: "ExecutionAborted",
            details: .executionEnded(
                "executionAbortedEventDetails",
                error: failure?.error,
                cause: failure?.cause
            )
        )
    }
}
