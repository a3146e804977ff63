extension Walk {
    /// Asks for a task, and goes on at once where it is answered at once.
    mutating func begin(
        _ task: TaskState,
        of state: State,
        _ cursor: Cursor,
        _ scope: DataScope
    ) throws(StateFailure) -> Move {
        let parameters = try state.dataFlow.effectiveInput(scope)
        let timeout = try task.timeout?.seconds("TimeoutSecondsPath", scope)
        let heartbeat = try task.heartbeat?.seconds("HeartbeatSecondsPath", scope)
        var cursor = cursor
        let region = context.region
        let request = TaskRequest(
            id: lastEventID + 1,
            state: state.name,
            resource: task.resource.arn,
            parameters: parameters,
            now: now,
            timeoutSeconds: timeout,
            heartbeatSeconds: heartbeat
        )
        cursor.previousID = record(
            "TaskScheduled",
            previous: cursor.previousID,
            .taskScheduled(request, task.resource, region: region)
        )
        cursor.previousID = record("TaskStarted", previous: cursor.previousID, .taskStarted(task.resource))
        switch tasks.begin(request) {
        case .succeeded(let output):
            return succeed(task, of: state, cursor, output)
        case .failed(let error, let cause):
            return fail(task, cursor, StateFailure(error: error, cause: cause))
        case .pending:
            cursor.phase = .task(
                PendingTask(
                    id: request.id,
                    timeoutAt: timeout.map { now.adding(milliseconds: Int64($0) * 1_000) },
                    heartbeatAt: heartbeat.map { now.adding(milliseconds: Int64($0) * 1_000) }
                )
            )
            return .rest(cursor)
        }
    }

    /// Goes on from where a line rests, as far as stimuli and time allow.
    mutating func resumption(of cursor: Cursor, by stimuli: [Stimulus]) -> Move {
        var cursor = cursor
        for case .rescheduled(let instant) in stimuli { cursor.reschedule(to: instant) }
        switch cursor.phase {
        case .entering, .failed:
            return .enter(cursor.state, input: cursor.input, previous: cursor.previousID)
        case .waiting(let until):
            return until <= now ? leaveWait(cursor) : .rest(cursor)
        case .retrying(let at):
            return at <= now ? .act(cursor) : .rest(cursor)
        case .task(let pending):
            return answer(of: pending, cursor, stimuli)
        }
    }

    private mutating func leaveWait(_ cursor: Cursor) -> Move {
        guard let state = machine.states[cursor.state] else { return .rest(cursor) }
        let scope = scope(of: cursor)
        do throws(StateFailure) {
            let input = try state.dataFlow.inputPath.apply(to: scope.input, scope)
            return .exit(cursor, output: try state.dataFlow.outputPath.apply(to: input, scope))
        } catch {
            return .fail(cursor, error)
        }
    }

    private mutating func answer(of pending: PendingTask, _ cursor: Cursor, _ stimuli: [Stimulus]) -> Move {
        guard let state = machine.states[cursor.state], case .task(let task) = state.kind else {
            return .enter(cursor.state, input: cursor.input, previous: cursor.previousID)
        }
        for stimulus in stimuli {
            switch stimulus {
            case .succeeded(pending.id, let output): return succeed(task, of: state, cursor, output)
            case .failed(pending.id, let error, let cause):
                return fail(task, cursor, StateFailure(error: error, cause: cause))
            default: continue
            }
        }
        guard let limit = pending.wakeUp, limit <= now else { return .rest(cursor) }
        let failure = StateFailure(error: ErrorName.timeout, cause: nil)
        var cursor = cursor
        cursor.previousID = record(
            "TaskTimedOut",
            previous: cursor.previousID,
            .taskEnded("taskTimedOutEventDetails", task.resource, failure)
        )
        return .fail(cursor, failure)
    }

    private mutating func succeed(_ task: TaskState, of state: State, _ cursor: Cursor, _ output: JSON) -> Move {
        var cursor = cursor
        cursor.previousID = record(
            "TaskSucceeded",
            previous: cursor.previousID,
            .taskSucceeded(task.resource, output: output.text)
        )
        do throws(StateFailure) {
            return .exit(cursor, output: try state.dataFlow.output(of: output, scope(of: cursor)))
        } catch {
            return .fail(cursor, error)
        }
    }

    private mutating func fail(_ task: TaskState, _ cursor: Cursor, _ failure: StateFailure) -> Move {
        var cursor = cursor
        cursor.previousID = record(
            "TaskFailed",
            previous: cursor.previousID,
            .taskEnded("taskFailedEventDetails", task.resource, failure)
        )
        return .fail(cursor, failure)
    }
}
