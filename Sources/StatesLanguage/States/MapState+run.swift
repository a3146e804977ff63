extension StepEvaluator {
    /// Goes on with a map run: takes what its executions came to, and starts as many as may run.
    mutating func distribute(
        _ state: State,
        _ cursor: Cursor,
        _ branches: Branches,
        _ run: Int,
        by stimuli: [Stimulus],
        _ tasks: inout some TaskHandler
    ) -> Move {
        guard case .map(let map) = state.kind, let distribution = map.distribution else {
            return .end(.failed(cursor, Self.missingState(cursor.state)))
        }
        var fork = BranchingState(state: state, cursor: cursor, branches: branches)
        for case .tuned(run, let settings) in stimuli { fork.tune(settings) }
        if let stream = branches.stream { return distribute(stream, fork, map, distribution, run, by: stimuli, &tasks) }
        do throws(StateFailure) {
            work.beginState()
            let scope = scope(of: cursor).at(cursor.enteredAt)
            let data = scope.with(try state.dataFlow.input(scope))
            let items = try map.items.items(data)
            let batches = try map.batches(of: items, data)
            guard batches?.count ?? items.count == branches.count else {
                throw scope.runtimeError("The state's items are those of another definition.")
            }
            for stimulus in stimuli {
                guard let index = stimulus.task.flatMap({ MapItemRequest.index(of: $0, in: run) }) else { continue }
                fork.take(stimulus, at: index, keeps: state.needsResult)
            }
            let failed = fork.branches.failed.reduce(0) { $0 + (batches?[$1].count ?? 1) }
            func report(_ status: MapRunNote.Status) -> StateNote {
                .mapRun(MapRunNote(status, of: fork, map, distribution, batches: batches, data))
            }
            if try distribution.isExceeded(by: failed, of: items.count, data, changed: fork.branches.settings) {
                note(report(.failed))
                return fail(fork, MapDistribution.exceeded)
            }
            try start(&fork, map, distribution, run, data, &tasks) { (index) throws(StateFailure) in
                try map.input(of: index, items, batches, data)
            }
            note(report(fork.isDone ? .succeeded : .running))
            guard fork.isDone else { return .end(.resting(fork.resting)) }
            fork.cursor.previousID = record("MapRunSucceeded", previous: cursor.previousID, nil)
            return try leave(fork)
        } catch {
            return .fail(state, fork.resting, error)
        }
    }

    /// Starts items' executions: those that had no room in the last step, then the next ones.
    private mutating func start(
        _ fork: inout BranchingState,
        _ map: MapState,
        _ distribution: MapDistribution,
        _ run: Int,
        _ scope: DataScope,
        _ tasks: inout some TaskHandler,
        input: (Int) throws(StateFailure) -> JSON
    ) throws(StateFailure) {
        let label = distribution.label(of: fork.state.name)
        var room = try map.concurrency(scope, changed: fork.branches.settings.maxConcurrency) - fork.openCount
        var next = fork.branches.begun.indices.filter { fork.isUnstarted($0) }[...]
        while true {
            let index: Int
            if let unstarted = next.popFirst() {
                index = unstarted
            } else {
                guard room > 0, fork.branches.begun.count < fork.branches.count else { return }
                room -= 1
                index = fork.branches.begun.count
                fork.begin(start(of: map.processor, input: nil, previous: fork.cursor.previousID))
            }
            // One that has no room stands at its beginning, and so is due at once.
            guard hasRoom else { return }
            move()
            let request = MapItemRequest(
                id: MapItemRequest.id(of: index, in: run),
                label: label,
                input: try input(index),
                isExpress: distribution.isExpress,
                wantsDescription: false
            )
            let input = Payload(request.input)
            if let failure = DataLimit.failure(of: input, "iteration", scope, nesting: mostNested) { throw failure }
            guard tasks.begin(request) else { return }
            fork.wait(for: request.id, at: index)
        }
    }

    /// Fails the state with its map run: because too many of its items did, for example.
    mutating func fail(_ fork: BranchingState, _ failure: StateFailure) -> Move {
        var fork = fork
        fork.cursor.previousID = record(
            "MapRunFailed",
            previous: fork.cursor.previousID,
            .executionEnded("mapRunFailedEventDetails", error: failure.error, cause: failure.cause)
        )
        return .fail(fork.state, fork.resting, failure)
    }
}

extension MapState {
    /// Which items each of the map run's executions has; `nil` for one item each.
    ///
    /// - Parameter scope: With the effective input.
    func batches(of items: [JSON], _ scope: DataScope) throws(StateFailure) -> [Range<Int>]? {
        try distribution?.batcher?.batches(of: items.count, scope) { (index) throws(StateFailure) in
            try selected(index, of: items, scope) ?? items[index]
        }
    }

    /// What one of the map run's executions has for input.
    fileprivate func input(
        of index: Int,
        _ items: [JSON],
        _ batches: [Range<Int>]?,
        _ scope: DataScope
    ) throws(StateFailure) -> JSON {
        guard let batches, let batcher = distribution?.batcher else {
            return try selected(index, of: items, scope) ?? items[index]
        }
        var batch: [JSON] = []
        for item in batches[index] { batch.append(try selected(item, of: items, scope) ?? items[item]) }
        return try batcher.value(of: batch, scope)
    }
}

extension BranchingState {
    fileprivate func isUnstarted(_ index: Int) -> Bool {
        guard case .open(let cursor) = branches.begun[index] else { return false }
        return cursor.phase == .entering
    }

    /// Waits for the answer of an item's execution.
    fileprivate mutating func wait(for item: Int, at index: Int) {
        guard case .open(var cursor) = branches.begun[index] else { return }
        cursor.phase = .task(PendingTask(id: item, answerer: .token))
        set(index, cursor)
    }

    /// Takes what an item's execution came to.
    fileprivate mutating func take(_ stimulus: Stimulus, at index: Int, keeps: Bool) {
        guard branches.begun.indices.contains(index), case .open(let cursor) = branches.begun[index],
            case .task = cursor.phase
        else { return }
        switch stimulus {
        case .succeeded(_, let output): end(index, output: keeps ? output : nil)
        case .failed: fail(index)
        default: return
        }
    }
}
