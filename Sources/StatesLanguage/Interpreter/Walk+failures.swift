extension Walk {
    /// `Retry`, then `Catch`, else the end.
    ///
    /// Source: Amazon States Language, "Errors": a rule that is used up makes room for `Catch`, not for the next rule.
    mutating func recover(_ state: State, _ cursor: Cursor, _ failure: StateFailure) -> Move {
        if let failure = fullHistory { return .end(.failed(cursor, failure)) }
        let error = failure.error ?? ""
        if let index = state.retriers.firstIndex(where: { $0.matches(error) }),
            let retrying = retry(cursor, by: state.retriers[index], at: index, of: state.retriers.count)
        {
            return .end(.resting(retrying))
        }
        guard let catcher = state.catchers.first(where: { $0.matches(error) }) else {
            return .end(.failed(cursor, failure))
        }
        do throws(StateFailure) {
            let output = try output(of: failure, caughtBy: catcher, cursor)
            return .enter(catcher.next, input: output, previous: recordExit(state, cursor, output))
        } catch {
            return .end(.failed(cursor, error))
        }
    }

    /// The cursor in the pause before a retry; `nil` where the rule is used up.
    private func retry(_ cursor: Cursor, by retrier: Retrier, at index: Int, of count: Int) -> Cursor? {
        var cursor = cursor
        if cursor.retries.count != count { cursor.retries = Array(repeating: 0, count: count) }
        let attempt = cursor.retries[index]
        guard attempt < retrier.maxAttempts else { return nil }
        var random = StepRandom(execution: context.executionID, event: lastEventID)
        cursor.retries[index] += 1
        cursor.phase = .retrying(at: now.adding(seconds: retrier.delay(attempt: attempt, random: &random)))
        return cursor
    }

    /// What a catcher hands on. AWS leaves neither member out: a time-out's cause is empty, any other one that is
    /// missing is null.
    private func output(
        of failure: StateFailure,
        caughtBy catcher: Catcher,
        _ cursor: Cursor
    ) throws(StateFailure) -> JSON {
        let absent: JSON = failure.error == ErrorName.timeout ? .string("") : .null
        let error: JSON = .object([
            "Error": failure.error.map(JSON.string) ?? .null,
            "Cause": failure.cause.map(JSON.string) ?? absent,
        ])
        let scope = scope(of: cursor)
        guard let path = catcher.resultPath else { return scope.input }
        let output = try path.placing(error, scope)
        if let failure = DataLimit.failure(of: output, from: cursor.state) { throw failure }
        return output
    }
}
