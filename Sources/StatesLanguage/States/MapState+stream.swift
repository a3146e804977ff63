extension StepEvaluator {
    /// Goes on with a map run whose items are read, or whose results are written, piece by piece.
    mutating func distribute(
        _ stream: ItemStream,
        _ fork: BranchingState,
        _ map: MapState,
        _ distribution: MapDistribution,
        _ run: Int,
        by stimuli: [Stimulus],
        _ tasks: inout some TaskHandler
    ) -> Move {
        var fork = fork
        var stream = stream
        var scope = scope(of: fork.cursor).at(fork.cursor.enteredAt)
        do throws(StateFailure) {
            work.beginState()
            scope = scope.with(try fork.state.dataFlow.input(scope))
            let details = try take(stimuli, &stream, fork.state, distribution, run, scope)
            if let details {
                fork.set(stream)
                return try end(fork, stream, map, distribution, run, details, scope)
            }
            if stream.phase == .running {
                let settings = fork.branches.settings
                let failures = stream.failed.items
                if try distribution.isExceeded(by: failures, of: stream.itemCount, scope, changed: settings) {
                    stream.giveUp()
                    guard distribution.writer?.exports == true else { throw MapDistribution.exceeded }
                    stream.write(.writingFailed)
                } else {
                    let most = try map.concurrency(scope, changed: settings.maxConcurrency)
                    try fill(&stream, of: map, distribution, as: run, labelled: fork.state.name, most, scope, &tasks)
                    if stream.isDone {
                        guard distribution.writer?.exports == true else {
                            fork.set(stream)
                            return try end(fork, stream, map, distribution, run, nil, scope)
                        }
                        stream.write(.writing)
                    }
                }
            }
            try write(&stream, fork, distribution, run, scope, &tasks)
            fork.set(stream)
            note(.mapRun(MapRunNote(.running, of: fork, map, distribution, batches: nil, scope)))
            return .end(.resting(fork.resting))
        } catch {
            stream.giveUp()
            stream.callUntil = nil
            fork.set(stream)
            note(.mapRun(MapRunNote(.failed, of: fork, map, distribution, batches: nil, scope)))
            return fail(fork, error)
        }
    }

    /// Takes what has been answered.
    ///
    /// - Returns: What the state's result tells of the results, once all of them are written.
    private func take(
        _ stimuli: [Stimulus],
        _ stream: inout ItemStream,
        _ state: State,
        _ distribution: MapDistribution,
        _ run: Int,
        _ scope: DataScope
    ) throws(StateFailure) -> JSON? {
        var details: JSON?
        let keeps = state.needsResult && distribution.writer?.exports != true
        for stimulus in stimuli {
            switch stimulus {
            case .succeeded(run, let output) where stream.phase == .running:
                let most = try distribution.reader?.mostItems(scope) ?? 0
                try stream.takePage(output, most: most, nesting: mostNested)
            case .succeeded(run, let output): details = stream.takePart(output) ?? details
            case .failed(run, let error, let cause):
                if stream.callUntil != nil { throw StateFailure(error: error, cause: cause) }
            case .heartbeat(run, let instant):
                if stream.callUntil != nil { stream.callUntil = instant.adding(milliseconds: Self.callTime) }
            case .succeeded(let task, let output):
                guard let index = MapItemRequest.index(of: task, in: run) else { continue }
                stream.end(index, output: keeps ? output : nil, succeeds: true)
            case .failed(let task, _, _):
                guard let index = MapItemRequest.index(of: task, in: run) else { continue }
                stream.end(index, output: nil, succeeds: false)
            default: continue
            }
        }
        // More than a result holds is told before a million executions have run.
        if keeps, let failure = dataFailure(of: .array(stream.outputs.map(\.value)), from: state.name) { throw failure }
        return details
    }

    /// How long whoever was asked may give no sign of life, in ms.
    private static let callTime = Int64(PendingTask.callSeconds) * 1_000
    /// The most items of a page.
    private static let mostItems = 400
    /// The next page is asked for when there are no more items than one or two steps begin.
    private static let fewItems = 160

    /// Starts as many executions as may run, and asks for the next items where there are few.
    private mutating func fill(
        _ stream: inout ItemStream,
        of map: MapState,
        _ distribution: MapDistribution,
        as run: Int,
        labelled state: String,
        _ most: Int,
        _ scope: DataScope,
        _ tasks: inout some TaskHandler
    ) throws(StateFailure) {
        let label = distribution.label(of: state)
        let batching = try distribution.batcher?.limits(scope)
        let first = stream.itemsBegun
        let source = try distribution.reader?.source(scope) ?? MapItem.stateData
        var taken = 0
        var needsMore = false
        stream.heldSince = nil
        while stream.open.count < most {
            let rest = stream.items[taken...]
            guard
                let batch = try map.batch(
                    rest,
                    from: first + taken,
                    isLast: stream.isAtEnd,
                    batching,
                    scope,
                    source: { stream.source(of: $0) ?? source }
                )
            else {
                needsMore = true
                break
            }
            guard stream.begun < MapItemRequest.most else { throw .tooManyExecutions }
            guard hasRoom else {
                stream.heldSince = now
                break
            }
            move()
            let request = MapItemRequest(
                id: MapItemRequest.id(of: stream.begun, in: run),
                label: label,
                input: batch.input,
                isExpress: distribution.isExpress,
                wantsDescription: distribution.writer?.wantsDescriptions ?? false
            )
            let input = Payload(request.input)
            if let failure = DataLimit.failure(of: input, "iteration", scope, nesting: mostNested) { throw failure }
            guard tasks.begin(request) else {
                stream.heldSince = now
                break
            }
            stream.begin(items: batch.count)
            taken += batch.count
        }
        stream.drop(taken)
        guard let reader = distribution.reader, !stream.isAtEnd else { return }
        if let until = stream.callUntil {
            guard hasPassed(until) else { return }
        } else {
            guard needsMore || stream.items.count < Self.fewItems else { return }
            stream.ask()
        }
        let left = try reader.mostItems(scope) - stream.itemsRead
        let page = (id: run, number: stream.page, most: min(left, Self.mostItems))
        tasks.begin(.read(try reader.reading(page, from: stream.position, scope)))
        stream.callUntil = now.adding(milliseconds: Self.callTime)
    }

    /// Asks for the next part of the results to be written, where it is time for that.
    private mutating func write(
        _ stream: inout ItemStream,
        _ fork: BranchingState,
        _ distribution: MapDistribution,
        _ run: Int,
        _ scope: DataScope,
        _ tasks: inout some TaskHandler
    ) throws(StateFailure) {
        guard let writer = distribution.writer, stream.phase != .running else { return }
        if let until = stream.callUntil {
            guard hasPassed(until) else { return }
        } else {
            stream.ask()
        }
        let label = distribution.label(of: fork.state.name)
        let arn = context.mapRunID(label: label, event: run)
        let writing = try writer.writing(stream, (run, label, arn, distribution.isExpress), scope)
        tasks.begin(.write(writing))
        stream.callUntil = now.adding(milliseconds: Self.callTime)
    }

    /// Ends the map run: all items have ended, and the results are where they belong.
    ///
    /// - Parameter details: Where the results were written to; `nil` where they become the state's own.
    private mutating func end(
        _ fork: BranchingState,
        _ stream: ItemStream,
        _ map: MapState,
        _ distribution: MapDistribution,
        _ run: Int,
        _ details: JSON?,
        _ scope: DataScope
    ) throws(StateFailure) -> Move {
        var fork = fork
        if stream.phase == .writingFailed { throw MapDistribution.exceeded }
        note(.mapRun(MapRunNote(.succeeded, of: fork, map, distribution, batches: nil, scope)))
        fork.cursor.previousID = record("MapRunSucceeded", previous: fork.cursor.previousID, nil)
        guard let details else {
            let outputs = stream.outputs.map(\.value)
            return try leave(fork, with: distribution.writer?.result(of: outputs) ?? .array(outputs))
        }
        let arn = context.mapRunID(label: distribution.label(of: fork.state.name), event: run)
        return try leave(fork, with: .object(["MapRunArn": .string(arn), "ResultWriterDetails": details]))
    }
}

extension StateFailure {
    fileprivate static let tooManyExecutions = StateFailure(
        error: ErrorName.itemReaderFailed,
        cause: "A map run has at most \(MapItemRequest.most) executions: put items together with 'ItemBatcher', or set "
            + "'MaxItems'."
    )
}

extension MapState {
    /// The input of the next execution, and how many items it has; `nil` where more items must be read first, or there are none.
    ///
    /// - Parameters:
    ///   - items: Those that come next.
    ///   - first: The index of the first of them.
    ///   - isLast: Whether there are no others.
    ///   - limits: How items are put together; `nil` for one each.
    ///   - source: Where an item comes from.
    fileprivate func batch(
        _ items: ArraySlice<JSON>,
        from first: Int,
        isLast: Bool,
        _ limits: ItemBatcher.Limits?,
        _ scope: DataScope,
        source: (_ index: Int) -> String
    ) throws(StateFailure) -> (input: JSON, count: Int)? {
        func selected(_ offset: Int) throws(StateFailure) -> JSON {
            let item = items[items.startIndex + offset]
            let index = first + offset
            return try self.selected(MapItem(index: index, value: item, source: source(index)), scope) ?? item
        }
        guard !items.isEmpty else { return nil }
        guard let limits, let batcher = distribution?.batcher else { return (try selected(0), 1) }
        var batch: [JSON] = []
        var bytes = limits.frame
        for offset in 0..<items.count {
            let item = try selected(offset)
            let size = item.textSize(upTo: limits.mostBytes) + (batch.isEmpty ? 0 : 1)
            guard batch.isEmpty || batch.count < limits.mostItems && bytes + size <= limits.mostBytes else {
                return (try batcher.value(of: batch, scope), batch.count)
            }
            batch.append(item)
            bytes += size
        }
        guard isLast || batch.count == limits.mostItems else { return nil }
        return (try batcher.value(of: batch, scope), batch.count)
    }
}
