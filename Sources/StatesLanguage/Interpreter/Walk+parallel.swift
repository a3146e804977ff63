extension Walk {
    /// Begins the branches of a Parallel state.
    mutating func begin(_ parallel: ParallelState, of state: State, _ cursor: Cursor) throws(StateFailure) -> Move {
        let scope = scope(of: cursor)
        let input = try state.dataFlow.effectiveInput(scope)
        if let failure = dataFailure(of: input, from: state.name) { throw failure }
        var cursor = cursor
        cursor.previousID = record("ParallelStateStarted", previous: cursor.previousID, nil)
        let branches = Branches(
            begun: parallel.branches.map { .open(start(of: $0, input: nil, previous: cursor.previousID)) },
            count: parallel.branches.count,
            input: input.isIdentical(to: scope.input) ? nil : input
        )
        return .walk(state, cursor, branches, by: [])
    }

    /// The cursor of a line that begins now.
    func start(of graph: StateGraph, input: JSON?, previous: Int) -> Cursor {
        Cursor(
            state: graph.startAt,
            input: input,
            enteredAt: now,
            enteredID: previous,
            previousID: previous,
            phase: .entering
        )
    }
}
