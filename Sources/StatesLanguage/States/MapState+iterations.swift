extension StepEvaluator {
    /// Begins the iterations of a Map state.
    mutating func begin(_ map: MapState, of state: State, _ cursor: Cursor) throws(StateFailure) -> Move {
        let scope = scope(of: cursor).at(cursor.enteredAt)
        let input = try state.dataFlow.input(scope)
        _ = try map.concurrency(scope.with(input))
        let items = map.distribution?.reader == nil ? try map.items.items(scope.with(input)) : []
        if let failure = dataFailure(of: input, from: state.name) { throw failure }
        let all = Payload(.array(items))
        if let failure = DataLimit.failure(of: all, "state's iterations", scope, nesting: mostNested) { throw failure }
        var cursor = cursor
        cursor.previousID = record(
            "MapStateStarted",
            previous: cursor.previousID,
            .mapStateStarted(length: items.count)
        )
        work.spend(items.count)
        var branches = Branches(begun: [], count: items.count)
        if let distribution = map.distribution {
            _ = try distribution.isExceeded(by: 0, of: items.count, scope.with(input))
            let arn = context.mapRunID(label: distribution.label(of: state.name), event: lastEventID + 1)
            cursor.previousID = record("MapRunStarted", previous: cursor.previousID, .mapRunStarted(arn))
            if distribution.isStreamed {
                branches = Branches(begun: [], count: 0)
                branches.stream = try ItemStream(items, distribution.reader, scope.with(input))
            } else {
                let count = try map.batches(of: items, scope.with(input))?.count ?? items.count
                branches = Branches(begun: [], count: count)
            }
            branches.run = cursor.previousID
        }
        return .walk(state, cursor, branches, by: [])
    }

    /// Begins as many iterations as may run beside those that do.
    ///
    /// - Parameter previous: The event that made room for them.
    /// - Returns: Their indexes; none for the branches of a Parallel state, which all begin at once.
    mutating func beginIterations(
        _ fork: inout BranchingState,
        _ lines: BranchLines,
        previous: Int
    ) throws(StateFailure) -> [Int] {
        guard let (map, items, scope) = lines.iterations, fork.branches.begun.count < items.count else { return [] }
        let first = fork.branches.begun.count
        let room = try map.concurrency(scope) - fork.openCount
        for index in first..<min(items.count, first + max(room, 0)) {
            // The first one stands at its beginning then, so that the others begin with the next step.
            guard index == first || hasRoom else { break }
            work.beginState()
            let input = try map.selected(index, of: items, scope.at(now))
            if let input,
                let failure = DataLimit.failure(of: Payload(input), "iteration", scope, nesting: mostNested)
            {
                throw failure
            }
            let event = record(
                "MapIterationStarted",
                previous: previous,
                .mapIteration("mapIterationStartedEventDetails", fork.state.name, index)
            )
            if overflows { throw Self.fullHistory }
            fork.begin(start(of: map.processor, input: input, previous: event))
        }
        return Array(first..<fork.branches.begun.count)
    }
}

extension MapState {
    /// What an iteration has for input; `nil` for the item itself.
    ///
    /// - Parameter scope: With the effective input.
    func selected(_ index: Int, of items: [JSON], _ scope: DataScope) throws(StateFailure) -> JSON? {
        let source = distribution == nil ? nil : MapItem.stateData
        return try selected(MapItem(index: index, value: items[index], source: source), scope)
    }

    /// What an iteration has for input; `nil` for the item itself.
    func selected(_ item: MapItem, _ scope: DataScope) throws(StateFailure) -> JSON? {
        try selector?.value(scope.with(item))
    }
}
