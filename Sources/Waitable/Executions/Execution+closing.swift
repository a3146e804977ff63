public import StatesLanguage

extension Execution {
    /// Takes over what a step came to.
    ///
    /// - Returns: The place in the `due` set that goes with it.
    mutating func take(_ outcome: Advance.Outcome, at now: Instant) -> Transition.Next {
        failure = nil
        stopDate = nil
        switch outcome {
        case .running(let flow):
            self.flow = flow
            // A task without an answer is answered by the commit itself: the worker goes on with it at once.
            return flow.pendingTasks.isEmpty ? .due(flow.wakeUp ?? now) : .leased
        case .succeeded(let output):
            close(.succeeded, nil, at: now)
            self.output = output
        case .failed(let flow, let error, let cause):
            close(.failed, flow, at: now)
            failure = ExecutionFailure(error: error, cause: cause)
        case .timedOut(let flow):
            close(.timedOut, flow, at: now)
        }
        return .closed
    }

    private mutating func close(_ status: ExecutionStatus, _ flow: Flow?, at now: Instant) {
        self.status = status
        self.flow = flow
        stopDate = now
    }

    /// A step that fails the execution from outside the language, as it cannot be run any more.
    public func failing(_ failure: ExecutionFailure, at now: Instant) -> Step {
        var next = self
        next.inbox = Inbox()
        next.close(.failed, flow, at: now)
        next.failure = failure
        let id = (flow?.lastEventID ?? 0) + 1
        next.flow?.lastEventID = id
        let event = HistoryEvent(
            id: id,
            previousID: 0,
            timestamp: now,
            type: "ExecutionFailed",
            details: .executionEnded("executionFailedEventDetails", error: failure.error, cause: failure.cause)
        )
        return Step(
            execution: next,
            next: .closed,
            journal: JournalEntry(instant: now, inbox: inbox, kind: .failure(failure)),
            effects: [],
            events: [event],
            lastEventID: id
        )
    }
}
