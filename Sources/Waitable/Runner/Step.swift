package import StatesLanguage

/// What running an execution on came to, before it is committed.
package struct Step: Sendable {
    /// The execution after the step.
    package var execution: Execution
    /// The execution before it.
    var before: Box<Execution>?
    /// When the step was due: the end of the wait, or the start; `nil` where no instant brought it about.
    package internal(set) var due: Instant?
    /// Its place in the `due` set after the commit.
    package var next: Transition.Next
    /// What went into the step; `nil` for one that did nothing yet, or is journaled.
    package var journal: JournalEntry?
    /// What becomes of the list beside the document.
    package private(set) var listing = Transition.Listing.unbegun
    /// Whether even plain item writes waited for their outcome.
    package private(set) var evaluatedAll = false
    /// What else its commit does.
    package var effects: [Effect]
    /// What has to be called once it is committed.
    package var calls: [OutsideCall] = []
    /// What happened; empty unless asked for.
    package var events: [HistoryEvent] = []
    /// What happened to states, in order; empty unless asked for.
    var notes: [StateNote] = []
    /// The id of the execution's last event.
    package var lastEventID = 0
    /// How much of the history is kept.
    package var history = HistoryLevel.all
    /// Retries that the step began.
    package var retries = 0
    /// The last instant that it took for passed; `nil` for none.
    package var passed: Instant?
    /// The size of the document that it replaces, in bytes; 0 for none.
    package var replacedBytes = 0
    /// The units of work that it took: a value looked at or made, or 16 bytes of text.
    package internal(set) var work = 0

    /// The execution before the step, for a second try.
    package var executionBefore: Execution? { before?.value }

    /// Takes the step's entry into the execution's journal, as far as a history is kept.
    ///
    /// - Parameter worker: The name of the worker that made it; `nil` for ingest.
    package mutating func enterJournal(by worker: String?) {
        guard var entry = journal else { return }
        entry.worker = worker
        journal = nil
        evaluatedAll = entry.evaluatesAll
        listing = execution.enter(entry, keeping: history)
    }

    /// The commit's form of the step, with its entry in the journal.
    ///
    /// - Parameters:
    ///   - lease: The fencing token under which it is committed, written into the document so that a repeated commit can
    ///     be told from a late one; `nil` for a start.
    ///   - worker: The name of the worker that made it; `nil` for ingest.
    package func transition(lease: String?, by worker: String? = nil) -> Transition {
        guard journal == nil else {
            var step = self
            step.enterJournal(by: worker)
            return step.transition(lease: lease)
        }
        return Transition(
            key: execution.key,
            revision: execution.revision,
            next: next,
            document: ExecutionDocument.encode(execution, lease: lease),
            listing: listing,
            effects: effects,
            passed: passed,
            replacedBytes: replacedBytes
        )
    }

    /// About what the machine would do in that time.
    private static let workOfReading = 100_000

    /// The step that keeps what an execution's tasks have read so far, and makes it due again at once, to read on.
    ///
    /// - Parameter now: The Redis clock.
    package static func reading(_ execution: Execution, at now: Instant) -> Step {
        var step = Step(execution: execution, next: .due(now), journal: nil, effects: [])
        step.listing = .unchanged
        // Others come before it.
        step.work = workOfReading
        return step
    }

    /// The step that makes an execution due at once without having begun it, for a worker to begin.
    package static func unbegun(_ execution: Execution) -> Step {
        Step(execution: execution, next: .due(execution.startDate), journal: nil, effects: [])
    }
}

extension Execution {
    /// Takes an entry into the journal, where there is one.
    ///
    /// - Returns: What becomes of the list beside the document.
    fileprivate mutating func enter(_ entry: JournalEntry, keeping level: HistoryLevel) -> Transition.Listing {
        if level == .error, status == .succeeded {
            let hasList = journal.map { $0.listed > 0 } ?? false
            journal = nil
            return hasList ? .removed : .unchanged
        }
        return journal?.append(entry, since: startDate).map(Transition.Listing.element) ?? .unchanged
    }
}
