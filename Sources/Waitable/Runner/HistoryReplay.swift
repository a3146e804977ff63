package import StatesLanguage

/// Makes one page of an execution's events from its journal.
package struct HistoryReplay: Sendable {
    private let execution: Execution
    private var replay: ExecutionReplay
    private var page: EventPage

    /// A page that the journal's entries are to be given to, in order.
    ///
    /// - Parameters:
    ///   - execution: As its document says.
    ///   - runner: With the revision that the execution started with.
    ///   - window: Which events. An empty one counts the events only.
    package init(of execution: Execution, runner: ExecutionRunner, _ window: EventPage.Window) {
        self.execution = execution
        replay = ExecutionReplay(of: execution, runner: runner)
        page = EventPage(window)
    }

    /// The id of the last event so far.
    package var lastEventID: Int { replay.lastEventID }

    /// The page's events so far, in order.
    package var events: [HistoryEvent] { page.events }

    /// Whether no further entry changes the page.
    package var isDone: Bool {
        page.window.keepsLast ? lastEventID + 1 >= page.window.ids.upperBound : hasLaterEvents
    }

    /// Whether there are events behind those of the page.
    package var hasLaterEvents: Bool { page.events.last.map { $0.id < lastEventID } ?? false }

    /// Makes the next step again.
    ///
    /// - Throws: `JSONError` where the execution's input is not JSON.
    package mutating func take(_ entry: JournalEntry) throws(JSONError) {
        let step = try replay.make(entry, page.window.ids.isEmpty ? .nothing : .events(page.rest))
        if let abortion = step.abortion { page.append(abortion) }
        for event in step.made.events { page.append(event) }
    }

    /// Adds what comes behind all entries.
    package mutating func finish() {
        guard execution.status == .aborted else { return }
        page.append(replay.abort(at: execution.stopDate, execution.failure))
    }
}
