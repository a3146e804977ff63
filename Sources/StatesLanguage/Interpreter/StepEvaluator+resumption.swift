extension StepEvaluator {
    /// Goes on from where the line rests, as far as stimuli and time allow.
    mutating func resumption(of cursor: Cursor, by stimuli: [Stimulus]) -> Move {
        line.variables.own = cursor.variables
        guard let state = line.graph.states[cursor.state] else {
            return .end(.failed(cursor, Self.missingState(cursor.state)))
        }
        switch cursor.phase {
        case .entering, .failed:
            // What a step has no room for stays as it is, so that what was cut off later goes on later.
            guard hasRoom else { return .end(.resting(cursor)) }
            line.interruptedWait = cursor.interruptedWait
            return .enter(cursor.state, input: cursor.input, previous: cursor.previousID)
        case .waiting(let until):
            move()
            return rest(until: until, state, cursor)
        case .retrying(let at):
            move()
            guard hasPassed(at) else { return .end(.resting(cursor)) }
            note(.retried(state.name, attempt: cursor.attempt))
            return .act(state, cursor)
        case .branches(let branches):
            guard !state.graphs.isEmpty else { return .end(.failed(cursor, Self.missingState(cursor.state))) }
            return .walk(state, cursor, branches, by: stimuli)
        case .task(let pending):
            guard case .task(let task) = state.kind else {
                return .end(.failed(cursor, Self.missingState(cursor.state)))
            }
            move()
            return resume(pending, task, of: state, cursor, stimuli)
        }
    }
}
