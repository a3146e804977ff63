extension Walk {
    /// Asks for a task, and goes on at once where it is answered at once.
    mutating func begin(
        _ task: TaskState,
        of state: State,
        _ cursor: Cursor,
        _ scope: DataScope,
        _ tasks: inout some TaskHandler
    ) throws(StateFailure) -> Move {
        let timeout = try task.timeout?.seconds("TimeoutSecondsPath", scope)
        let heartbeat = try task.heartbeat?.seconds("HeartbeatSecondsPath", scope)
        let request = TaskRequest(
            id: lastEventID + 1,
            state: state.name,
            resource: task.resource.arn,
            parameters: try state.dataFlow.effectiveInput(scope),
            attempt: cursor.retries.reduce(0, +),
            timeoutSeconds: timeout,
            heartbeatSeconds: heartbeat
        )
        let disposition = tasks.begin(request)
        // Parameters that no task can be started with: AWS schedules none, and names the state.
        if case .failed(ErrorName.runtime, let cause) = disposition { throw scope.runtimeError(cause ?? "") }
        var cursor = cursor
        let region = context.region
        cursor.previousID = record(
            "TaskScheduled",
            previous: cursor.previousID,
            .taskScheduled(request, task.resource, region: region)
        )
        cursor.previousID = record("TaskStarted", previous: cursor.previousID, .taskStarted(task.resource))
        switch disposition {
        case .succeeded(let output):
            return succeed(task, of: state, cursor, output)
        case .failed(let error, let cause):
            return fail(task, of: state, cursor, StateFailure(error: error, cause: cause))
        case .pending:
            cursor.phase = .task(
                PendingTask(
                    id: request.id,
                    timeoutAt: timeout.map { now.adding(milliseconds: Int64($0) * 1_000) },
                    heartbeatAt: heartbeat.map { now.adding(milliseconds: Int64($0) * 1_000) }
                )
            )
            return .end(.resting(cursor))
        }
    }

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
            return .enter(cursor.state, input: cursor.input, previous: cursor.previousID)
        case .waiting(let until):
            return rest(until: until, state, cursor)
        case .retrying(let at):
            return at <= now ? .act(state, cursor) : .end(.resting(cursor))
        case .branches(let branches):
            guard !state.graphs.isEmpty else { return .end(.failed(cursor, Self.missingState(cursor.state))) }
            return .walk(state, cursor, branches, by: stimuli)
        case .task(let pending):
            guard case .task(let task) = state.kind else {
                return .end(.failed(cursor, Self.missingState(cursor.state)))
            }
            return answer(of: pending, task, of: state, cursor, stimuli)
        }
    }

    /// Rests in a Wait state until its end, or leaves it.
    func rest(until end: Instant, _ state: State, _ cursor: Cursor) -> Move {
        guard end <= now else {
            var cursor = cursor
            cursor.phase = .waiting(until: end)
            return .end(.resting(cursor))
        }
        do throws(StateFailure) {
            let scope = scope(of: cursor)
            let input = try state.dataFlow.inputPath.apply(to: scope.input, scope)
            let leaving = Leaving(
                output: try state.dataFlow.outputPath.apply(to: input, scope),
                assigned: try state.assignment?.values(scope.with(input))
            )
            return .exit(state, cursor, leaving)
        } catch {
            return .fail(state, cursor, error)
        }
    }

    // MARK: Answers

    private mutating func answer(
        of pending: PendingTask,
        _ task: TaskState,
        of state: State,
        _ cursor: Cursor,
        _ stimuli: [Stimulus]
    ) -> Move {
        for stimulus in stimuli {
            switch stimulus {
            case .succeeded(pending.id, let output):
                return succeed(task, of: state, cursor, output)
            case .failed(pending.id, let error, let cause):
                return fail(task, of: state, cursor, StateFailure(error: error, cause: cause))
            default:
                continue
            }
        }
        guard let limit = pending.wakeUp, limit <= now else { return .end(.resting(cursor)) }
        let failure = StateFailure(error: ErrorName.timeout, cause: nil)
        var cursor = cursor
        cursor.previousID = record(
            "TaskTimedOut",
            previous: cursor.previousID,
            .taskEnded("taskTimedOutEventDetails", task.resource, failure)
        )
        return .fail(state, cursor, failure)
    }

    private mutating func succeed(_ task: TaskState, of state: State, _ cursor: Cursor, _ output: JSON) -> Move {
        if let failure = dataFailure(of: output, from: task.resource.service) {
            return fail(task, of: state, cursor, failure)
        }
        var cursor = cursor
        cursor.previousID = record(
            "TaskSucceeded",
            previous: cursor.previousID,
            .taskSucceeded(task.resource, output: output.text)
        )
        do throws(StateFailure) {
            return .exit(state, cursor, try leaving(state, with: output, scope(of: cursor)))
        } catch {
            return .fail(state, cursor, error)
        }
    }

    private mutating func fail(
        _ task: TaskState,
        of state: State,
        _ cursor: Cursor,
        _ failure: StateFailure
    ) -> Move {
        var cursor = cursor
        cursor.previousID = record(
            "TaskFailed",
            previous: cursor.previousID,
            .taskEnded("taskFailedEventDetails", task.resource, failure)
        )
        return .fail(state, cursor, failure)
    }
}
