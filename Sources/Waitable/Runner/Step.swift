public import StatesLanguage

/// What running an execution on came to, before it is committed.
public struct Step: Sendable {
    /// The execution after the step.
    public var execution: Execution
    /// The execution before the step, for a second try.
    public var before: Execution?
    /// Its place in the `due` set after the commit.
    public var next: Transition.Next
    /// What went into the step; `nil` for one that did nothing yet.
    public var journal: JournalEntry?
    /// What else its commit does.
    public var effects: [Effect]
    /// What has to be called once it is committed.
    public var calls: [OutsideCall] = []
    /// What happened; empty unless asked for.
    public var events: [HistoryEvent] = []
    /// The id of the execution's last event.
    public var lastEventID = 0
    /// How much of the history is kept.
    public var history = HistoryLevel.all
    /// Retries that the step began.
    public var retries = 0

    /// The commit's form of the step.
    ///
    /// - Parameters:
    ///   - lease: The fencing token under which it is committed, written into the document so that a repeated commit can
    ///     be told from a late one; `nil` for a start.
    ///   - worker: The name of the worker that made it; `nil` for ingest.
    public func transition(lease: String?, by worker: String? = nil) -> Transition {
        var execution = execution
        var journal = journal
        journal?.worker = worker
        execution.lease = lease
        return Transition(
            key: execution.key,
            next: next,
            document: ExecutionDocument.encode(execution),
            history: journal.map { history.history(of: $0, hasSucceeded: execution.status == .succeeded) } ?? "",
            effects: effects
        )
    }

    /// The step that makes an execution due at once without having begun it, for a worker to begin.
    public static func unbegun(_ execution: Execution) -> Step {
        Step(execution: execution, next: .due(execution.startDate), journal: nil, effects: [])
    }
}

extension Execution {
    /// A step that leaves it as it is, for an execution that cannot be run on just now.
    public func postponed(until instant: Instant) -> Step {
        Step(execution: self, next: .due(instant), journal: nil, effects: [])
    }
}
