public import StatesLanguage

/// Makes an execution's history: runs its steps again, by its journal, and keeps the events.
public struct ExecutionReplay: Sendable {
    private let runner: ExecutionRunner

    /// A replay with the revision that the execution started with.
    public init(runner: ExecutionRunner) { self.runner = runner }

    /// The events of an execution, in order.
    ///
    /// - Parameters:
    ///   - execution: As its document says.
    ///   - journal: Its journal's entries as stored, in order.
    /// - Throws: `JSONError` where the execution's input is not JSON.
    public func events(of execution: Execution, journal: [String]) throws(JSONError) -> [HistoryEvent] {
        var current = Execution(
            key: execution.key,
            revision: execution.revision,
            startDate: execution.startDate,
            input: execution.input
        )
        var events: [HistoryEvent] = []
        for entry in journal.compactMap(JournalEntry.init(text:)) {
            if let closing = entry.inbox.closing, closing.status == .aborted {
                events.append(Self.abortion(after: events, at: closing.instant, closing.failure))
                current.flow?.lastEventID = events.count
            }
            let step = try runner.step(of: current, entry, records: true)
            events += step.events
            current = step.execution
        }
        if execution.status == .aborted {
            events.append(Self.abortion(after: events, at: execution.stopDate, execution.failure))
        }
        return events
    }

    /// A stop is made by a function, which writes no event: the document says when and why.
    private static func abortion(
        after events: [HistoryEvent],
        at instant: Instant?,
        _ failure: ExecutionFailure?
    ) -> HistoryEvent {
        HistoryEvent(
            id: events.count + 1,
            previousID: 0,
            timestamp: instant ?? events.last?.timestamp ?? Instant(milliseconds: 0),
            type: "ExecutionAborted",
            details: .executionEnded(
                "executionAbortedEventDetails",
                error: failure?.error,
                cause: failure?.cause
            )
        )
    }
}
