extension StepEvaluator {
    /// Enters a state, unless the step or the history is used up.
    mutating func enter(_ name: String, _ input: JSON?, _ previous: Int) -> Move {
        guard let state = line.graph.states[name] else {
            return .end(.failed(standing(before: name, input, previous, .failed), Self.missingState(name)))
        }
        guard hasEventRoom else {
            return .end(.failed(standing(before: name, input, previous, .failed), Self.fullHistory))
        }
        if isUsedUp() { return .end(.resting(standing(before: name, input, previous, .entering))) }
        return .act(state, enter(state, input: input, previous: previous, phase: .entering))
    }

    /// The cursor of a line that has not entered a state.
    func standing(before state: String, _ input: JSON?, _ previous: Int, _ phase: Cursor.Phase) -> Cursor {
        Cursor(
            state: state,
            input: input,
            enteredAt: now,
            enteredID: previous,
            previousID: previous,
            phase: phase
        )
    }

    mutating func enter(_ state: State, input: JSON?, previous: Int, phase: Cursor.Phase) -> Cursor {
        note(.entered(state.name))
        // The first state's event has the caller's own text.
        let isFirst = lastEventID == 1
        let text = context.inputText
        let initial = line.input
        let event = record(
            state.typeName + "StateEntered",
            previous: previous,
            .stateEntered(state.name, input: isFirst ? text : (input ?? initial).text)
        )
        entry = (event, previous)
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
        work.beginState()
        do throws(StateFailure) {
            switch state.kind {
            case .pass(let pass): return try act(pass, of: state, cursor)
            case .task(let task): return try begin(task, of: state, cursor, &tasks)
            case .choice(let choice): return try act(choice, of: state, cursor)
            case .wait(let wait): return try act(wait, of: state, cursor)
            case .succeed: return try succeed(state, cursor)
            case .fail(let fail): return .fail(state, cursor, try fail.failure(scope(of: cursor)))
            case .parallel(let parallel): return try begin(parallel, of: state, cursor)
            case .map(let map): return try begin(map, of: state, cursor)
            }
        } catch {
            return .fail(state, cursor, error)
        }
    }

    /// What a state is left with that came to a result.
    func leaving(_ state: State, with result: JSON, _ scope: DataScope) throws(StateFailure) -> Leaving {
        Leaving(
            output: try state.dataFlow.output(of: result, scope),
            assigned: try state.assignment?.values(state.isPass ? scope.with(result) : scope.with(result: result))
        )
    }

    /// Leaves a state for the next one, or ends the line.
    mutating func exit(_ state: State, _ cursor: Cursor, _ leaving: Leaving) -> Move {
        do throws(StateFailure) {
            try checkOutput(leaving.output, of: state)
            let event = try recordExit(state, cursor, leaving)
            if case .next(let next) = state.transition { return .enter(next, input: leaving.output, previous: event) }
            return .end(.succeeded(leaving.output, previous: event))
        } catch {
            return .fail(state, cursor, error)
        }
    }

    /// Checks what a state hands on, where that can be more than it was given.
    func checkOutput(_ output: JSON, of state: State) throws(StateFailure) {
        guard state.makesData else { return }
        if let failure = dataFailure(of: output, from: state.name) { throw failure }
        work.spend(on: output)
    }

    /// Writes that a state is left, and assigns its variables.
    mutating func recordExit(_ state: State, _ cursor: Cursor, _ leaving: Leaving) throws(StateFailure) -> Int {
        if let assigned = leaving.assigned { try assign(assigned, of: state) }
        let event = record(
            state.typeName + "StateExited",
            previous: cursor.previousID,
            .stateExited(state.name, output: leaving.output.text, assigned: leaving.assigned)
        )
        if overflows { throw Self.fullHistory }
        return event
    }

    private mutating func assign(_ values: JSONObject, of state: State) throws(StateFailure) {
        if let failure = dataFailure(of: .object(values), from: state.name) { throw failure }
        var own = line.variables.own ?? JSONObject()
        own.merge(values)
        if let failure = DataLimit.failure(ofVariables: own, from: state.name) { throw failure }
        line.variables.own = own
    }

    func scope(of cursor: Cursor) -> DataScope {
        let input = cursor.input ?? line.input
        return DataScope(
            state: cursor.state,
            enteredID: cursor.enteredID,
            input: input,
            stateInput: input,
            now: now,
            context: ContextObject(
                execution: context,
                state: cursor.state,
                enteredAt: cursor.enteredAt,
                graph: line.graph,
                retryCount: cursor.retries.reduce(0, +),
                item: line.item
            ),
            variables: line.variables,
            work: work
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
        case .pass, .task, .parallel, .map: dataFlow.makesData
        case .choice(let choice): dataFlow.gathers || choice.rules.contains { $0.output != nil }
        case .wait, .succeed, .fail: dataFlow.gathers
        }
    }
}
