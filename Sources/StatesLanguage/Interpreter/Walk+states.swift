extension Walk {
    /// Enters a state, unless the step or the history is used up.
    mutating func enter(_ name: String, _ input: JSON?, _ previous: Int) -> Move {
        func standing(_ phase: Cursor.Phase) -> Cursor {
            Cursor(
                state: name,
                input: input,
                enteredAt: now,
                enteredID: previous,
                previousID: previous,
                phase: phase
            )
        }
        guard let state = line.graph.states[name] else {
            return .end(.failed(standing(.failed), Self.missingState(name)))
        }
        if let failure = fullHistory { return .end(.failed(standing(.failed), failure)) }
        if isUsedUp() { return .end(.resting(standing(.entering))) }
        return .act(state, enter(state, input: input, previous: previous, phase: .entering))
    }

    mutating func enter(_ state: State, input: JSON?, previous: Int, phase: Cursor.Phase) -> Cursor {
        // The first state's event has the caller's own text.
        let isFirst = lastEventID == 1
        let text = context.inputText
        let initial = line.input
        let event = record(
            state.typeName + "StateEntered",
            previous: previous,
            .stateEntered(state.name, input: isFirst ? text : (input ?? initial).text)
        )
        return Cursor(
            state: state.name,
            input: input,
            enteredAt: now,
            enteredID: event,
            previousID: event,
            phase: phase
        )
    }

    /// Does what the state is for.
    mutating func act(_ state: State, _ cursor: Cursor, _ tasks: inout some TaskHandler) -> Move {
        let scope = scope(of: cursor)
        do throws(StateFailure) {
            switch state.kind {
            case .pass(let pass):
                let input = try state.dataFlow.effectiveInput(scope)
                return .exit(state, cursor, output: try state.dataFlow.output(of: pass.result ?? input, scope))
            case .succeed:
                return .exit(state, cursor, output: try state.dataFlow.filtered(scope))
            case .fail(let fail):
                return .fail(state, cursor, try fail.failure(scope))
            case .wait(let wait):
                let input = try state.dataFlow.inputPath.apply(to: scope.input, scope)
                var cursor = cursor
                cursor.phase = .waiting(until: try wait.end(from: cursor.enteredAt, scope.with(input)))
                return resumption(of: cursor, by: [])
            case .choice(let choice):
                let input = try state.dataFlow.inputPath.apply(to: scope.input, scope)
                let next = try choice.next(scope.with(input))
                let output = try state.dataFlow.outputPath.apply(to: input, scope)
                return .enter(next, input: output, previous: recordExit(state, cursor, output))
            case .task(let task):
                return try begin(task, of: state, cursor, scope, &tasks)
            case .parallel(let parallel):
                return try begin(parallel, of: state, cursor)
            case .map(let map):
                return try begin(map, of: state, cursor)
            }
        } catch {
            return .fail(state, cursor, error)
        }
    }

    /// Leaves a state for the next one, or ends the line.
    mutating func exit(_ state: State, _ cursor: Cursor, _ output: JSON) -> Move {
        if state.makesData, let failure = dataFailure(of: output, from: state.name) {
            return .fail(state, cursor, failure)
        }
        let event = recordExit(state, cursor, output)
        if case .next(let next) = state.transition { return .enter(next, input: output, previous: event) }
        return .end(.succeeded(output, previous: event))
    }

    mutating func recordExit(_ state: State, _ cursor: Cursor, _ output: JSON) -> Int {
        record(
            state.typeName + "StateExited",
            previous: cursor.previousID,
            .stateExited(state.name, output: output.text)
        )
    }

    func scope(of cursor: Cursor) -> DataScope {
        DataScope(
            state: cursor.state,
            enteredID: cursor.enteredID,
            input: cursor.input ?? line.input,
            context: ContextObject(
                execution: context,
                state: cursor.state,
                enteredAt: cursor.enteredAt,
                retryCount: cursor.retries.reduce(0, +),
                item: line.item
            )
        )
    }

    /// A flow can only name a state that its definition lacks where it is run with another definition.
    static func missingState(_ name: String) -> StateFailure {
        StateFailure(error: ErrorName.runtime, cause: "The state '\(name)' does not exist in the state machine.")
    }
}

extension State {
    /// Whether the output can hold more than the input did.
    fileprivate var makesData: Bool {
        switch kind {
        case .pass, .task, .parallel, .map: dataFlow.resultPath != nil || dataFlow.outputPath != .all
        case .choice, .wait, .succeed, .fail: false
        }
    }
}
