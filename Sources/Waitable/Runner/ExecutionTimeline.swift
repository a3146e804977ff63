public import StatesLanguage

/// What happened to an execution, for people: when it was accepted, when it was due, who ran it, how it ended.
///
/// It is read off the journal, replayed. A cancel or a reschedule shows when it took effect, not when it was asked for.
public struct ExecutionTimeline: Sendable, Equatable {
    /// One thing that happened, or that is to come.
    public struct Event: Sendable, Equatable {
        /// What it is.
        public enum Kind: String, Sendable {
            /// The start was accepted.
            case accepted = "ACCEPTED"
            /// A worker, or ingest at the start, ran it on.
            case ran = "RAN"
            /// Its moment came, or will come.
            case due = "DUE"
            /// Its moment was moved.
            case rescheduled = "RESCHEDULED"
            /// It was opened again.
            case redriven = "REDRIVEN"
            /// It ended, with this status.
            case succeeded = "SUCCEEDED"
            case failed = "FAILED"
            case timedOut = "TIMED_OUT"
            case aborted = "ABORTED"
        }

        /// What it is.
        public var kind: Kind
        /// When, by the Redis clock.
        public var instant: Instant
        /// Who ran it on; `nil` for ingest and for what nobody runs.
        public var worker: String?
        /// The states that it was in, in order; empty for what runs none.
        public var states: [String] = []
        /// Error and cause, for an end that has some.
        public var failure: ExecutionFailure?

        /// An event from its parts.
        public init(_ kind: Kind, at instant: Instant, worker: String? = nil, states: [String] = []) {
            self.kind = kind
            self.instant = instant
            self.worker = worker
            self.states = states
        }

        /// `{"event","at","worker"?,"states"?,"error"?,"cause"?}`
        public var json: JSON {
            var object: JSONObject = ["event": .string(kind.rawValue), "at": .string(instant.iso8601)]
            object["worker"] = worker.map(JSON.string)
            if !states.isEmpty { object["states"] = .array(states.map(JSON.string)) }
            if let failure = failure?.json.objectValue { object.merge(failure) }
            return .object(object)
        }
    }

    /// What happened, in order.
    public var events: [Event]
}

extension ExecutionReplay {
    /// What happened to an execution, in order.
    ///
    /// - Parameters:
    ///   - execution: As its document says.
    ///   - journal: Its journal's entries as stored, in order.
    ///   - due: Where it stands in `due` now; `nil` where it does not, or a worker holds it.
    /// - Throws: `JSONError` where the execution's input is not JSON.
    public func timeline(
        of execution: Execution,
        journal: [String],
        due: Instant?
    ) throws(JSONError) -> ExecutionTimeline {
        var events = [ExecutionTimeline.Event(.accepted, at: execution.startDate)]
        var pending: Instant?
        for step in try steps(of: execution, journal: journal) {
            let inbox = step.entry.inbox
            if let instant = inbox.rescheduledTo {
                events.append(.init(.rescheduled, at: instant))
                pending = instant
            }
            if let closing = inbox.closing { events.append(closing.event(or: step.entry.instant)) }
            if let instant = inbox.redrivenAt {
                events.append(.init(.redriven, at: instant))
                pending = nil
            }
            if let pending, pending <= step.entry.instant { events.append(.init(.due, at: pending)) }
            let states = step.made.events.compactMap(\.enteredState)
            events.append(.init(.ran, at: step.entry.instant, worker: step.entry.worker, states: states))
            pending = step.made.execution.flow?.wakeUp
        }
        if execution.status.isOpen {
            if let instant = execution.inbox.rescheduledTo { events.append(.init(.rescheduled, at: instant)) }
            if let closing = execution.inbox.closing { events.append(closing.event(or: execution.startDate)) }
            if let instant = execution.inbox.redrivenAt { events.append(.init(.redriven, at: instant)) }
            if let due { events.append(.init(.due, at: due)) }
        } else {
            let closing = Inbox.Closing(
                status: execution.status,
                instant: execution.stopDate,
                failure: execution.failure
            )
            events.append(closing.event(or: execution.startDate))
        }
        return ExecutionTimeline(events: events)
    }
}

extension Inbox.Closing {
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

extension HistoryEvent {
    /// The state that it entered; `nil` for every other event.
    fileprivate var enteredState: String? {
        details?.name == "stateEnteredEventDetails" ? details?.members["name"]?.stringValue : nil
    }
}
