package import StatesLanguage

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
            let tasks = flow.pendingTasks
            // What the commit itself answers, the worker goes on with at once.
            if tasks.contains(where: { $0.answerer == .commit }) { return .leased }
            return tasks.isEmpty ? .due(flow.wakeUp ?? now) : .answered(by: flow.wakeUp)
        case .succeeded(let output):
            close(.succeeded, nil, at: now)
            // Nearly always the same text: then one of them is held.
            self.output = output == input ? input : output
        case .failed(let flow, let error, let cause):
            close(.failed, flow, at: now)
            failure = ExecutionFailure(error: error, cause: cause)
        case .timedOut(let flow):
            close(.timedOut, flow, at: now)
        }
        return .closed
    }

    /// What the end of an execution brings with it, beside the task handler's effects.
    ///
    /// - Parameter mayHaveInbox: Whether somebody may have told its tasks something, though none waits any more: a sign that came
    ///   while a step did what its task was answered or given up for is read by no step.
    func closingEffects(mayHaveInbox: Bool) -> [Effect] {
        var effects: [Effect] = []
        if mayHaveInbox || awaitsAnswers || messages.hasStarted() { effects.append(.forget(answers: [])) }
        if let parent { effects.append(.report(to: parent)) }
        return effects
    }

    private mutating func close(_ status: ExecutionStatus, _ flow: Flow?, at now: Instant) {
        self.status = status
        self.flow = flow
        stopDate = now
    }

    /// The largest input that a failed execution keeps, in bytes.
    private static let largestInput = 1_048_576

    /// A step that fails the execution from outside the language, as it cannot be run any more.
    package func failing(_ failure: ExecutionFailure, at now: Instant) -> Step {
        var next = self
        next.messages = ExecutionMessages()
        if flow == nil { next.journal = Journal() }
        // No API takes as much. It has to fit into a document, so that the execution can fail.
        if input.utf8.count > Self.largestInput {
            next.input = JSON.string("An input of \(input.utf8.count) bytes was left out.").text
        }
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
            journal: JournalEntry(instant: now, messages: messages, kind: .failure(failure)),
            effects: closingEffects(mayHaveInbox: flow != nil) + [.tell(ExecutionEvent(closed: next))],
            events: [event],
            lastEventID: id
        )
    }
}
