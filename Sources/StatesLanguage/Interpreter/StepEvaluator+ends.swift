extension StepEvaluator {
    mutating func begin() {
        let context = context
        record(
            "ExecutionStarted",
            previous: 0,
            .executionStarted(input: context.inputText, roleARN: context.roleARN)
        )
    }

    /// The step's result for where the line got to.
    mutating func advance(_ end: End, deadline: Instant?) -> Advance {
        switch end {
        case .resting(let resting):
            var cursor = stored(resting)
            if let failure = DataLimit.failure(of: cursor) {
                // What its branches came to is too much to be kept for a redrive, too: that runs the state anew.
                cursor.phase = .failed
                return advance(.failed(cursor, failure), deadline: deadline)
            }
            return advance(.running(Flow(root: cursor, lastEventID: lastEventID, deadline: deadline)))
        case .succeeded(let output, let previous):
            let text = output.text
            recordAlways("ExecutionSucceeded", previous: previous, .executionSucceeded(output: text))
            return advance(.succeeded(output: text))
        case .failed(let cursor, let failure):
            recordAlways(
                "ExecutionFailed",
                previous: cursor.previousID,
                .executionEnded("executionFailedEventDetails", error: failure.error, cause: failure.cause)
            )
            var failed = stored(cursor)
            if DataLimit.failure(of: failed) != nil { failed.phase = .failed }
            failed.close()
            let flow = Flow(root: failed, lastEventID: lastEventID, deadline: nil)
            return advance(.failed(flow, error: failure.error, cause: failure.cause))
        }
    }

    /// The execution has taken longer than the machine allows.
    mutating func timedOut(_ flow: Flow) -> Advance {
        recordAlways(
            "ExecutionTimedOut",
            previous: 0,
            .executionEnded("executionTimedOutEventDetails", error: nil, cause: nil)
        )
        var flow = flow
        flow.lastEventID = lastEventID
        flow.deadline = nil
        flow.root.close()
        return advance(.timedOut(flow))
    }

    /// A cursor as it is kept: without its input where that is the line's own, to the order of its members.
    func stored(_ cursor: Cursor) -> Cursor {
        guard let input = cursor.input, input.isIdentical(to: line.input) else { return cursor }
        var cursor = cursor
        cursor.input = nil
        return cursor
    }
}
