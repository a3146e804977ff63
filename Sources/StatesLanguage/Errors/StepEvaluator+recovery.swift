extension StepEvaluator {
    /// `Retry`, then `Catch`, else the end.
    ///
    /// Source: Amazon States Language, "Errors": a rule that is used up makes room for `Catch`, not for the next rule.
    mutating func recover(_ state: State, _ cursor: Cursor, _ failure: StateFailure) -> Move {
        work.beginState()
        var failure = failure
        var cursor = recordEvaluation(state, cursor, &failure)
        var rules = rules(covering: failure, state, cursor)
        if let index = rules.retrier {
            do throws(StateFailure) {
                if let retrying = try retry(cursor, after: failure, by: index, of: state) {
                    note(failure, of: cursor, retryAt: retrying.wakeUp)
                    return .end(.resting(retrying))
                }
            } catch {
                // A rule that cannot be made out does not retry what comes of that.
                failure = error
                cursor = recordEvaluation(state, cursor, &failure)
                rules = self.rules(covering: failure, state, cursor)
            }
        }
        note(failure, of: cursor, retryAt: nil)
        cursor = recordFailure(state, cursor, failure)
        guard let catcher = rules.catcher.map({ state.catchers[$0] }) else {
            return .end(.failed(cursor, failure))
        }
        do throws(StateFailure) {
            let leaving = try leaving(after: failure, caughtBy: catcher, cursor)
            return .enter(catcher.next, input: leaving.output, previous: try recordExit(state, cursor, leaving))
        } catch {
            var failure = error
            let failed = recordEvaluation(state, cursor, &failure)
            return .end(.failed(failed, failure))
        }
    }

    /// Writes that a query of the state failed, where that is why it fails. AWS has the event come from the one that led to
    /// the state, unless more happened in it or it waits.
    ///
    /// - Parameter failure: Loses its place: of the states around this one no query failed.
    mutating func recordEvaluation(_ state: State, _ cursor: Cursor, _ failure: inout StateFailure) -> Cursor {
        guard let evaluation = failure.evaluation.take() else { return cursor }
        var previous = cursor.previousID
        if previous == cursor.enteredID, previous == entry.id, !state.isWait { previous = entry.previous }
        let (error, cause) = (failure.error, failure.cause)
        var cursor = cursor
        cursor.previousID = record(
            "EvaluationFailed",
            previous: previous,
            .evaluationFailed(state.name, error: error, cause: cause, location: evaluation.location)
        )
        return cursor
    }

    /// The first retrier and the first catcher that cover a failure.
    func rules(covering failure: StateFailure, _ state: State, _ cursor: Cursor) -> (retrier: Int?, catcher: Int?) {
        let error = failure.error ?? ""
        let isOfBranch = isOfBranch(failure, state, cursor)
        func covers(_ patterns: [String]) -> Bool {
            patterns.contains { ErrorName.matches($0, error) || isOfBranch && $0 == ErrorName.branchFailed }
        }
        return (
            state.retriers.firstIndex { covers($0.errors) },
            state.catchers.firstIndex { covers($0.errors) }
        )
    }

    private mutating func note(_ failure: StateFailure, of cursor: Cursor, retryAt: Instant?) {
        note(
            .failed(
                StateNote.Failure(
                    state: cursor.state,
                    attempt: cursor.attempt,
                    error: failure.error,
                    cause: failure.cause?.shortened(to: StateNote.longestCause),
                    retryAt: retryAt
                )
            )
        )
    }

    /// Whether `States.BranchFailed` covers a failure too. A branch's error keeps its own name; those that only their own
    /// names cover stay so.
    private func isOfBranch(_ failure: StateFailure, _ state: State, _ cursor: Cursor) -> Bool {
        guard case .parallel = state.kind, case .branches = cursor.phase else { return false }
        return ErrorName.matches(ErrorName.all, failure.error ?? "")
    }

    /// Writes that a Parallel or Map state failed. AWS does not where the state itself asked for what is not there.
    private mutating func recordFailure(_ state: State, _ cursor: Cursor, _ failure: StateFailure) -> Cursor {
        guard !state.graphs.isEmpty else { return cursor }
        if failure.error == ErrorName.runtime {
            guard case .branches = cursor.phase else { return cursor }
        }
        var cursor = cursor
        cursor.previousID = record(state.typeName + "StateFailed", previous: cursor.previousID, nil)
        return cursor
    }

    /// The cursor in the pause before a retry; `nil` where the rule is used up.
    private mutating func retry(
        _ cursor: Cursor,
        after failure: StateFailure,
        by index: Int,
        of state: State
    ) throws(StateFailure) -> Cursor? {
        var cursor = cursor
        let count = state.retriers.count
        if cursor.retries.count != count { cursor.retries = Array(repeating: 0, count: count) }
        let attempt = cursor.retries[index]
        var random = StepRandom(execution: context.executionID, event: lastEventID)
        let scope = scope(of: cursor).with(error: Self.errorOutput(failure))
        guard let delay = try state.retriers[index].delay(attempt: attempt, scope, random: &random) else { return nil }
        cursor.retries[index] += 1
        retries += 1
        cursor.phase = .retrying(at: now.adding(seconds: delay))
        return cursor
    }

    /// A failure as `Retry` and `Catch` see it. AWS leaves neither member out: a time-out's cause is empty, any other one
    /// that is missing is null.
    private static func errorOutput(_ failure: StateFailure) -> JSON {
        let absent: JSON = failure.error == ErrorName.timeout ? .string("") : .null
        return .object([
            "Error": failure.error.map(JSON.string) ?? .null,
            "Cause": failure.cause.map(JSON.string) ?? absent,
        ])
    }

    /// What a catcher hands on.
    private func leaving(
        after failure: StateFailure,
        caughtBy catcher: Catcher,
        _ cursor: Cursor
    ) throws(StateFailure) -> Leaving {
        let error = Self.errorOutput(failure)
        let scope = scope(of: cursor)
        let assigned = try catcher.assignment?.values(scope.with(error: error))
        let output = try catcher.dataFlow.output(ofError: error, scope)
        if catcher.dataFlow.makesData, let failure = dataFailure(of: output, from: cursor.state) { throw failure }
        return Leaving(output: output, assigned: assigned)
    }
}
