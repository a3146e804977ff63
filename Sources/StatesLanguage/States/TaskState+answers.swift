extension StepEvaluator {
    /// Asks for a task, and goes on at once where it is answered at once.
    mutating func begin(
        _ task: TaskState,
        of state: State,
        _ cursor: Cursor,
        _ tasks: inout some TaskHandler
    ) throws(StateFailure) -> Move {
        if case .task(let pending) = cursor.phase, pending.poll != nil {
            return try poll(pending, task, of: state, cursor, &tasks)
        }
        // What could not be told must not be begun.
        guard hasEventRoom else { throw Self.fullHistory }
        let id = lastEventID + 1
        let scope = scope(of: cursor)
        let payload =
            task.resource.waitsForToken
            ? try state.dataFlow.payload(scope.with(taskToken: tasks.token(ofTask: id)))
            : try state.dataFlow.payload(scope)
        if let failure = DataLimit.failure(of: payload, "task", scope, nesting: mostNested) { throw failure }
        // What was looked up was counted then.
        work.spend(bytes: payload.shape.constantSize)
        if payload.shape === PayloadShape.whole { work.spend(on: payload.values[0]) }
        var request = TaskRequest(
            id: id,
            state: state.name,
            resource: task.resource.arn,
            payload: payload,
            attempt: cursor.retries.reduce(0, +),
            timeoutSeconds: try task.timeout?.seconds(scope),
            heartbeatSeconds: try task.heartbeat?.seconds(scope),
            needsOutput: makesEvents || state.needsResult
        )
        request.role = try task.role(scope)
        let disposition = tasks.begin(request)
        // Parameters that no task can be started with: AWS schedules none, and names the state.
        if case .failed(ErrorName.runtime, let cause) = disposition { throw scope.runtimeError(cause ?? "") }
        var cursor = cursor
        let region = context.region
        write("Scheduled", task, &cursor) { .scheduled(request, task.resource, region: region, role: request.role) }
        if disposition != .waiting(.activity) {
            write("Started", task, &cursor) { .started(task.resource, worker: nil) }
        }
        switch disposition {
        case .succeeded(let output):
            return succeed(task, of: state, cursor, output, scope)
        case .failed(let error, let cause):
            return fail(task, of: state, cursor, StateFailure(error: error, cause: cause))
        case .submitted(let output):
            write("Submitted", task, &cursor) { .ended("Submitted", task.resource, output: output.text) }
            return .end(.resting(cursor.pending(PendingTask(request, .token, since: now))))
        case .pending:
            // The commit does it, and may have much to do: a step asks for a few of them.
            work.spend(WorkBudget.unitsOfRequest)
            return .end(.resting(cursor.pending(PendingTask(request, .commit, since: now))))
        case .waiting(let answerer):
            return .end(.resting(cursor.pending(PendingTask(request, answerer, since: now))))
        }
    }

    /// Asks after a task that wanted to be asked again.
    private mutating func poll(
        _ pending: PendingTask,
        _ task: TaskState,
        of state: State,
        _ cursor: Cursor,
        _ tasks: inout some TaskHandler
    ) throws(StateFailure) -> Move {
        var pending = pending
        var request = TaskRequest(
            id: pending.id,
            state: state.name,
            resource: task.resource.arn,
            parameters: .object([:]),
            attempt: cursor.retries.reduce(0, +),
            // What is left of it.
            timeoutSeconds: pending.timeoutAt.map { Int(max(1, ($0.milliseconds - now.milliseconds + 999) / 1_000)) },
            heartbeatSeconds: nil
        )
        request.role = try task.role(scope(of: cursor))
        request.poll = pending.poll
        switch tasks.begin(request) {
        case .failed(let error, let cause):
            return fail(task, of: state, cursor, StateFailure(error: error, cause: cause))
        case .succeeded, .pending, .submitted, .waiting:
            pending.answerer = .call
            pending.live(at: now, heartbeat: nil)
            return .end(.resting(cursor.pending(pending)))
        }
    }

    // MARK: Answers

    /// Goes on with a task that has no answer yet, as far as stimuli and time allow.
    mutating func resume(
        _ pending: PendingTask,
        _ task: TaskState,
        of state: State,
        _ cursor: Cursor,
        _ stimuli: [Stimulus]
    ) -> Move {
        var cursor = cursor
        var pending = pending
        let scope = scope(of: cursor)
        let limits = limits(of: task, scope)
        for stimulus in stimuli where stimulus.task == pending.id {
            switch stimulus {
            case .started(_, let worker, let instant):
                guard pending.answerer == .activity else { continue }
                write("Started", task, &cursor) { .started(task.resource, worker: worker) }
                pending.start(at: instant, timeout: limits.timeout, heartbeat: limits.heartbeat)
            case .submitted(_, let output):
                write("Submitted", task, &cursor) { .ended("Submitted", task.resource, output: output.text) }
                pending.answerer = .token
                pending.poll = nil
                pending.live(at: now, heartbeat: limits.heartbeat)
            case .postponed(_, let poll, let output):
                // An answer that comes twice, or after the next one was asked for.
                guard pending.answerer == .call, poll.number == (pending.poll?.number ?? 0) + 1 else { continue }
                if let output {
                    write("Submitted", task, &cursor) { .ended("Submitted", task.resource, output: output.text) }
                }
                pending.postpone(poll, since: now)
            case .heartbeat(_, let instant):
                pending.live(at: instant, heartbeat: limits.heartbeat)
            case .succeeded(_, let output):
                return succeed(task, of: state, cursor, output, scope)
            case .failed(_, let error, let cause):
                // Nobody has taken a task of an activity that does not exist.
                let event = pending.answerer == .activity ? "ScheduleFailed" : "Failed"
                return fail(task, of: state, cursor, StateFailure(error: error, cause: cause), event)
            case .rescheduled, .tuned:
                continue
            }
        }
        pending.keep(within: limits.timeout, heartbeat: limits.heartbeat, of: now)
        guard let limit = pending.wakeUp, hasPassed(limit) else { return .end(.resting(cursor.pending(pending))) }
        if let poll = pending.nextPoll(at: now) {
            guard poll.failures <= TaskPoll.mostFailures else { return fail(task, of: state, cursor, .lostCall) }
            guard poll.number <= TaskPoll.most else { return fail(task, of: state, cursor, .polledTooOften) }
            // What a step has no room for stays due.
            guard !isUsedUp() else { return .end(.resting(cursor.pending(pending))) }
            pending.poll = poll
            return .act(state, cursor.pending(pending))
        }
        if pending.isLost(at: now) { return fail(task, of: state, cursor, .lostCall) }
        let failure = StateFailure(error: ErrorName.timeout, cause: nil)
        write("TimedOut", task, &cursor) { .ended("TimedOut", task.resource, failure) }
        return .fail(state, cursor, failure)
    }

    /// The limits once more: they were found good when the task was asked for.
    private func limits(of task: TaskState, _ scope: DataScope) -> (timeout: Int?, heartbeat: Int?) {
        (
            try? task.timeout?.seconds(scope),
            try? task.heartbeat?.seconds(scope)
        )
    }

    private mutating func succeed(
        _ task: TaskState,
        of state: State,
        _ cursor: consuming Cursor,
        _ output: JSON,
        _ scope: DataScope
    ) -> Move {
        if let failure = dataFailure(of: output, from: task.resource.service) {
            return fail(task, of: state, cursor, failure)
        }
        write("Succeeded", task, &cursor) { .ended("Succeeded", task.resource, output: output.text) }
        do throws(StateFailure) {
            let leaving = try leaving(state, with: output, scope)
            return .exit(state, cursor, leaving)
        } catch {
            return .fail(state, cursor, error)
        }
    }

    private mutating func fail(
        _ task: TaskState,
        of state: State,
        _ cursor: Cursor,
        _ failure: StateFailure,
        _ event: String = "Failed"
    ) -> Move {
        var cursor = cursor
        write(event, task, &cursor) { .ended(event, task.resource, failure) }
        return .fail(state, cursor, failure)
    }

    /// Writes an event of a task, and moves the line's last event on.
    private mutating func write(
        _ event: String,
        _ task: TaskState,
        _ cursor: inout Cursor,
        _ details: () -> HistoryEvent.Details?
    ) {
        cursor.previousID = record(task.resource.kind.rawValue + event, previous: cursor.previousID, details())
    }
}

extension Cursor {
    fileprivate func pending(_ task: PendingTask) -> Cursor {
        var cursor = self
        cursor.phase = .task(task)
        return cursor
    }
}

extension StateFailure {
    /// Whoever made a call gave no sign of life any more.
    fileprivate static let lostCall = StateFailure(
        error: "Waitable.WorkerLost",
        cause: "The worker that made the call gave no sign of life for \(PendingTask.callSeconds) seconds."
    )

    fileprivate static let polledTooOften = StateFailure(
        error: "Waitable.PolledTooOften",
        cause: "The task was asked after \(TaskPoll.most) times and is not done."
    )
}

extension PendingTask {
    fileprivate init(_ request: TaskRequest, _ answerer: Answerer, since now: Instant) {
        id = request.id
        self.answerer = answerer
        guard answerer != .activity else { return }
        start(at: now, timeout: request.timeoutSeconds, heartbeat: request.heartbeatSeconds)
    }

    /// Begins to count. An activity's task counts from when a worker takes it.
    fileprivate mutating func start(at instant: Instant, timeout: Int?, heartbeat: Int?) {
        if answerer == .activity { answerer = .token }
        timeoutAt = timeout.map { instant.adding(milliseconds: Int64($0) * 1_000) }
        live(at: instant, heartbeat: heartbeat)
    }

    /// Counts anew from a sign of life.
    fileprivate mutating func live(at instant: Instant, heartbeat: Int?) {
        let seconds = answerer == .call ? Self.callSeconds : answerer == .poll ? nil : heartbeat
        heartbeatAt = seconds.map { instant.adding(milliseconds: Int64($0) * 1_000) }
    }

    /// Lets it rest until it is asked after.
    fileprivate mutating func postpone(_ poll: TaskPoll, since now: Instant) {
        answerer = .poll
        self.poll = poll.moved(to: now.adding(milliseconds: poll.pause))
        live(at: now, heartbeat: nil)
    }

    /// The poll whose time has come: also of one whose maker is gone, which is asked once more. `nil` for none, and where the
    /// task has timed out.
    fileprivate func nextPoll(at now: Instant) -> TaskPoll? {
        guard let poll, timeoutAt.map({ $0 > now }) ?? true else { return nil }
        if isLost(at: now) { return poll.again() }
        return answerer == .poll && poll.at <= now ? poll : nil
    }

    /// Lets limits that lie further ahead than their time count from now: a clock set them that was set back since.
    fileprivate mutating func keep(within timeout: Int?, heartbeat: Int?, of now: Instant) {
        // Readings of a clock differ by a little.
        func kept(_ limit: Instant?, _ seconds: Int?) -> Instant? {
            guard let limit, let seconds else { return limit }
            let time = Int64(seconds) * 1_000
            return limit > now.adding(milliseconds: time + 1_000) ? now.adding(milliseconds: time) : limit
        }
        timeoutAt = kept(timeoutAt, timeout)
        heartbeatAt = kept(heartbeatAt, answerer == .call ? Self.callSeconds : heartbeat)
        if let next = poll, next.at > now.adding(milliseconds: next.pause + 1_000) {
            poll = next.moved(to: now.adding(milliseconds: next.pause))
        }
    }

    /// Whether whoever makes the call is gone.
    fileprivate func isLost(at now: Instant) -> Bool {
        guard answerer == .call, let heartbeatAt, heartbeatAt <= now else { return false }
        return timeoutAt.map { $0 > now } ?? true
    }
}
