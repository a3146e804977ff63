package import StatesLanguage

/// What happened to an execution, for people: when it was accepted, when it was due, who ran it, how it ended.
///
/// It is read off the journal, replayed, and costs no storage of its own but the worker's name in each entry. So it does
/// not know who holds an execution now, which workers held it and lost their leases (only how many), which moments lay
/// between several reschedules of one wait, and, of a state machine with parallel branches, any moment but the earliest.
package struct ExecutionTimeline: Sendable, Equatable {
    /// One thing that happened, or that goes on.
    package struct Event: Sendable, Equatable {
        /// What it is.
        package enum Kind: String, Sendable {
            /// The start was accepted.
            case accepted = "ACCEPTED"
            /// A worker, or ingest at the start, ran it on.
            case ran = "RAN"
            /// Its moment came.
            case due = "DUE"
            /// Its moment was moved.
            case rescheduled = "RESCHEDULED"
            /// It was opened again.
            case redriven = "REDRIVEN"
            /// A state failed in the step before: it is tried again, or its failure is caught, or ends the execution.
            case stateFailed = "STATE_FAILED"
            /// A state waits, other than in a Wait state.
            case waiting = "WAITING"
            /// It ended, with this status.
            case succeeded = "SUCCEEDED"
            case failed = "FAILED"
            case timedOut = "TIMED_OUT"
            case aborted = "ABORTED"
        }

        /// What it is.
        package var kind: Kind
        /// When, by the Redis clock.
        package var instant: Instant
        /// Who ran it on; `nil` for ingest and for what nobody runs.
        package var worker: String?
        /// The states that it entered or tried again, in order; empty for what enters none.
        package var states: [String] = []
        /// The state that failed or waits.
        package var state: String?
        /// Which try of a state it was, from 1; `nil` for the first one, where none failed.
        package var attempt: Int?
        /// When a state that failed is tried again.
        package var retryAt: Instant?
        /// What a state waits for.
        package var wait: OpenWait.Reason?
        /// What the Task state that waits has asked for.
        package var resource: String?
        /// When a wait ends by itself.
        package var until: Instant?
        /// The moment that it was moved to, for a reschedule.
        package var newDue: Instant?
        /// How many workers had taken it before, and lost it with their leases.
        package var lostLeases = 0
        /// Error and cause, for a failure or an end that has some.
        package var failure: ExecutionFailure?

        /// An event from its parts.
        package init(_ kind: Kind, at instant: Instant, worker: String? = nil, states: [String] = []) {
            self.kind = kind
            self.instant = instant
            self.worker = worker
            self.states = states
        }

        /// `{"event","at","to"?,"worker"?,"lostLeases"?,"states"?,"state"?,"attempt"?,"for"?,"resource"?,"until"?,
        /// "retryAt"?,"error"?,"cause"?}`
        package var json: JSON {
            var object: JSONObject = ["event": .string(kind.rawValue), "at": .string(instant.iso8601)]
            object["to"] = newDue.map { .string($0.iso8601) }
            object["worker"] = worker.map(JSON.string)
            if lostLeases > 0 { object["lostLeases"] = .integer(Int64(lostLeases)) }
            if !states.isEmpty { object["states"] = .array(states.map(JSON.string)) }
            object["state"] = state.map(JSON.string)
            object["attempt"] = attempt.map { .integer(Int64($0)) }
            object["for"] = wait.map { .string($0.rawValue) }
            object["resource"] = resource.map(JSON.string)
            object["until"] = until.map { .string($0.iso8601) }
            object["retryAt"] = retryAt.map { .string($0.iso8601) }
            if let failure = failure?.json.objectValue { object.merge(failure) }
            return .object(object)
        }
    }

    /// What happened, in order; then, while it waits, what for.
    package var events: [Event]
    /// How many leases on it were lost, in all.
    package var lostLeases: Int
}

/// Makes an execution's timeline from its journal.
package struct TimelineReplay: Sendable {
    private let execution: Execution
    private let definition: StateMachine
    private var replay: ExecutionReplay
    private var events: [ExecutionTimeline.Event]
    private var pending: Instant?
    private var lost = 0

    /// A timeline that the journal's entries are to be given to, in order.
    ///
    /// - Parameters:
    ///   - execution: As its document says.
    ///   - runner: With the revision that the execution started with.
    package init(of execution: Execution, runner: ExecutionRunner) {
        self.execution = execution
        definition = runner.machine.definition
        replay = ExecutionReplay(of: execution, runner: runner)
        events = [ExecutionTimeline.Event(.accepted, at: execution.startDate)]
        pending = execution.startDate
    }

    /// Makes the next step again.
    ///
    /// - Throws: `JSONError` where the execution's input is not JSON.
    package mutating func take(_ entry: JournalEntry) throws(JSONError) {
        let messages = entry.messages
        events += messages.events(noLaterThan: entry.instant)
        if let instant = messages.rescheduledTo { pending = instant }
        if messages.redrivenAt != nil { pending = nil }
        let made = try replay.make(entry, .states).made
        let last = events.last { $0.kind != .stateFailed }
        // The same claim: the step before waited only for what Redis said of an item.
        let goesOn = last.map { $0.kind == .ran && $0.instant == entry.instant && $0.worker == entry.worker } ?? false
        if !goesOn {
            if let pending, pending > execution.startDate, pending <= entry.instant {
                events.append(.init(.due, at: pending))
            }
            events.append(.init(.ran, at: entry.instant, worker: entry.worker))
            events[events.count - 1].lostLeases = entry.lostLeases
        }
        for note in made.notes { take(note, at: entry.instant) }
        lost += entry.lostLeases
        pending = made.execution.flow?.wakeUp
    }

    /// Adds what happened to a state in the last step.
    private mutating func take(_ note: StateNote, at instant: Instant) {
        guard let ran = events.lastIndex(where: { $0.kind == .ran }) else { return }
        switch note {
        case .mapRun: break
        case .entered(let state): events[ran].states.append(state)
        case .retried(let state, let attempt):
            events[ran].states.append(state)
            events[ran].attempt = max(events[ran].attempt ?? 0, attempt)
        case .failed(let failure):
            var event = ExecutionTimeline.Event(.stateFailed, at: instant)
            event.state = failure.state
            event.attempt = failure.attempt
            event.retryAt = failure.retryAt
            event.failure = ExecutionFailure(error: failure.error, cause: failure.cause)
            events.append(event)
        }
    }

    /// The most waits that are told: a Map state may have thousands.
    private static let mostWaits = 20

    /// What the execution waits for besides an instant.
    private var waits: [ExecutionTimeline.Event] {
        let waits = execution.flow?.waits(upTo: Self.mostWaits) ?? []
        // Only where nothing else waits is it known what a reschedule has moved.
        let moved = waits.count == 1 ? execution.messages.rescheduledTo : nil
        return waits.filter { $0.reason != .instant }.map { wait in
            var event = ExecutionTimeline.Event(.waiting, at: wait.since)
            if wait.reason == .retry {
                // The pause begins with the failure, not when the state was entered.
                let failure = events.last { $0.kind == .stateFailed && $0.state == wait.state }
                event.instant = failure?.instant ?? wait.since
            }
            event.state = wait.state
            event.wait = wait.reason
            event.attempt = wait.attempt > 1 ? wait.attempt : nil
            event.resource = definition.resource(ofTask: wait.state)
            event.until = wait.reason == .retry ? moved ?? wait.until : wait.until
            return event
        }
    }

    /// What happened, in order, once all entries were taken.
    ///
    /// - Parameters:
    ///   - due: Where the execution stands in `due` now; `nil` where it does not, or a worker holds it.
    ///   - now: The present, by the Redis clock: a moment that lies ahead has not happened.
    ///   - lostLeases: How many leases on it were lost since its last progress.
    package func timeline(due: Instant?, now: Instant, lostLeases: Int = 0) -> ExecutionTimeline {
        var events = events
        if execution.status.isOpen {
            events += execution.messages.events(noLaterThan: nil)
            events += waits
            if let due, due <= now { events.append(.init(.due, at: due)) }
        } else {
            events += execution.messages.events(noLaterThan: execution.stopDate)
            let closing = ExecutionMessages.Closing(
                status: execution.status,
                instant: execution.stopDate,
                failure: execution.failure
            )
            events.append(closing.event(or: execution.startDate))
        }
        return ExecutionTimeline(events: events, lostLeases: lost + lostLeases)
    }
}

extension ExecutionMessages {
    /// What functions did since the step before, in order.
    ///
    /// - Parameter end: When the next thing happened, for what has no instant of its own.
    fileprivate func events(noLaterThan end: Instant?) -> [ExecutionTimeline.Event] {
        var events: [ExecutionTimeline.Event] = []
        if let rescheduledTo {
            var event = ExecutionTimeline.Event(.rescheduled, at: rescheduledAt ?? end ?? rescheduledTo)
            event.newDue = rescheduledTo
            events.append(event)
        }
        if let redrivenAt {
            if let closing { events.append(closing.event(or: redrivenAt)) }
            events.append(.init(.redriven, at: redrivenAt))
        }
        // A redrive comes after the end that it undoes, also within one millisecond.
        return events.enumerated().sorted {
            $0.element.instant == $1.element.instant ? $0.offset < $1.offset : $0.element.instant < $1.element.instant
        }.map(\.element)
    }
}

extension ExecutionMessages.Closing {
    fileprivate func event(or other: Instant) -> ExecutionTimeline.Event {
        let kind: ExecutionTimeline.Event.Kind =
            switch status {
            case .succeeded, .running: .succeeded
            case .failed: .failed
            case .timedOut: .timedOut
            case .aborted: .aborted
            }
        var event = ExecutionTimeline.Event(kind, at: instant ?? other)
        event.failure = failure
        return event
    }
}
