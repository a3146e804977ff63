/// One run of a ``StateTest``.
struct StateTestRun {
    private let test: StateTest
    private let setup: StateTestSetup
    private var evaluator: StepEvaluator
    private var inspection = JSONObject()
    private var tasks = MockedTasks()

    private var state: State { test.state }

    init(_ test: StateTest, _ setup: StateTestSetup, _ context: ExecutionContext, at now: Instant) {
        self.test = test
        self.setup = setup
        evaluator = StepEvaluator(Interpreter(machine: test.machine, context: context), at: now, lastEventID: 1)
        var line = BranchContext(graph: test.graph, input: context.input, item: nil)
        line.variables.own = setup.variables.isEmpty ? nil : setup.variables
        evaluator.line = line
        inspection["input"] = .string(context.inputText)
    }

    /// Runs the state until it is left, or has failed.
    mutating func run() throws(StateTestError) -> StateTestResult {
        var move = try begin(evaluator.enter(state, input: nil, previous: 0, phase: .entering))
        var failure: StateFailure?
        while true {
            switch move {
            case .act(let state, let cursor):
                move = evaluator.act(state, cursor, &tasks)
            case .exit(let state, let cursor, let leaving):
                move = evaluator.exit(state, cursor, leaving)
            case .fail(_, let cursor, let failed):
                failure = plain(failed, of: cursor)
                move = recover(cursor, plain(failed, of: cursor))
            case .walk(_, let cursor, _, by: _):
                move = mocked(cursor)
            case .enter(let next, let output, previous: _):
                return result(failure == nil ? .succeeded : .caught, output, failure, next: next)
            case .end(.succeeded(let output, previous: _)):
                return result(.succeeded, output, nil, next: nil)
            case .end(.failed(_, let failed)):
                return result(.failed, nil, failed, next: nil)
            case .end(.resting(let cursor)):
                switch cursor.phase {
                case .waiting: move = evaluator.rest(until: evaluator.now, state, cursor)
                case .task: move = mocked(cursor)
                case .entering, .retrying, .branches, .failed: return result(.retriable, nil, failure, next: nil)
                }
            }
        }
    }

    private func result(
        _ status: StateTestResult.Status,
        _ output: JSON?,
        _ failure: StateFailure?,
        next: String?
    ) -> StateTestResult {
        var inspection = inspection
        if let variables = evaluator.line.variables.visible, !variables.isEmpty {
            inspection["variables"] = .string(JSON.object(variables).text)
        }
        return StateTestResult(
            status: status,
            output: output,
            error: failure?.error,
            cause: failure?.cause,
            nextState: next,
            inspection: inspection
        )
    }

    // MARK: Into the state

    private mutating func begin(_ cursor: Cursor) throws(StateTestError) -> StepEvaluator.Move {
        evaluator.work.beginState()
        let scope = evaluator.scope(of: cursor)
        var shown: [(InspectedStage, JSON)] = []
        // What fails here fails again where the state is run.
        try? state.dataFlow.inspectInput(waitsForToken ? scope.with(taskToken: tasks.token) : scope) {
            shown.append(($0, $1))
        }
        for (stage, data) in shown { show(stage, data) }
        if case .pass(let pass) = state.kind, let payload = try? state.dataFlow.payload(scope) {
            inspectOutput(of: pass.result ?? payload.json, cursor)
        }
        guard case .map(let map) = state.kind else { return .act(state, cursor) }
        do throws(StateFailure) {
            evaluator.work.beginState()
            let data = scope.with(try state.dataFlow.input(scope))
            let items = try items(of: map, data)
            guard setup.failedIterations <= items.count else {
                throw StateFailure(error: nil, cause: Self.tooManyFailures)
            }
            if case .result = setup.mock, let failure = try excess(of: map, items.count, data) { throw failure }
            return mocked(cursor)
        } catch {
            if error.error == nil, let cause = error.cause { throw StateTestError(cause) }
            return .fail(state, cursor, error)
        }
    }

    private static let tooManyFailures =
        "Map iteration failure count must be less than or equal to the number of Map iterations"

    private var waitsForToken: Bool {
        if case .task(let task) = state.kind { task.resource.waitsForToken } else { false }
    }

    /// A Map state's items, with all that is shown of them.
    private mutating func items(of map: MapState, _ data: DataScope) throws(StateFailure) -> [JSON] {
        let items: [JSON]
        if let read = setup.readItems {
            items = read
        } else {
            items = try map.items.items(data)
            if state.dataFlow.hasPaths { show(.afterItemsPath, .array(items)) }
        }
        if map.selector != nil {
            var selected: [JSON] = []
            for index in items.indices { selected.append(try map.selected(index, of: items, data) ?? items[index]) }
            show(.afterItemSelector, .array(selected))
        }
        if let batcher = map.distribution?.batcher, let batches = try map.batches(of: items, data) {
            var inputs: [JSON] = []
            for batch in batches {
                var batched: [JSON] = []
                for index in batch { batched.append(try map.selected(index, of: items, data) ?? items[index]) }
                inputs.append(try batcher.value(of: batched, data))
            }
            show(.afterItemBatcher, .array(inputs))
        }
        inspection["maxConcurrency"] = .integer(Int64(try map.maxConcurrency?.count(data) ?? 0))
        if let count = try map.distribution?.toleratedCount?.count(data) {
            inspection["toleratedFailureCount"] = .integer(Int64(count))
        }
        if let percentage = try map.distribution?.toleratedPercentage?.percentage(data) {
            inspection["toleratedFailurePercentage"] = .double(percentage)
        }
        return items
    }

    /// The failure of a Map state of which more iterations fail than its settings tolerate; where it has none, AWS lets any
    /// number pass in a test.
    private func excess(of map: MapState, _ count: Int, _ data: DataScope) throws(StateFailure) -> StateFailure? {
        guard let distribution = map.distribution,
            distribution.toleratedCount != nil || distribution.toleratedPercentage != nil,
            try distribution.isExceeded(by: setup.failedIterations, of: count, data)
        else { return nil }
        return MapDistribution.exceeded
    }

    // MARK: Out of the state

    /// Goes on with the mock where the state's work would be.
    private mutating func mocked(_ cursor: Cursor) -> StepEvaluator.Move {
        var cursor = cursor
        switch setup.mock {
        case .result(let result):
            cursor.phase = .entering
            show(.result, result)
            inspectOutput(of: result, cursor)
            do throws(StateFailure) {
                let scope = evaluator.scope(of: cursor)
                return .exit(state, cursor, try evaluator.leaving(state, with: result, scope))
            } catch {
                return .fail(state, cursor, error)
            }
        case .failure(let error, let cause):
            // A branch's failure is what the state's own rules see.
            cursor.phase = state.graphs.isEmpty ? .entering : .branches(Branches(begun: [], count: 1))
            return .fail(state, cursor, StateFailure(error: error, cause: cause))
        case nil:
            let cause = "The state's work needs a mock"
            return .end(.failed(cursor, StateFailure(error: ErrorName.runtime, cause: cause)))
        }
    }

    private mutating func inspectOutput(of result: JSON, _ cursor: Cursor) {
        evaluator.work.beginState()
        show(.result, result)
        var shown: [(InspectedStage, JSON)] = []
        // What fails here fails again where the state is left.
        try? state.dataFlow.inspectOutput(of: result, evaluator.scope(of: cursor)) { shown.append(($0, $1)) }
        for (stage, data) in shown { show(stage, data) }
    }

    private mutating func show(_ stage: InspectedStage, _ data: JSON) {
        guard state.inspectedStages.contains(stage) else { return }
        // What a state could not go on with is not shown whole.
        inspection[stage.rawValue] = .string(data.excerpt(DataLimit.bytes))
    }

    // MARK: Failure

    /// `Retry` and `Catch`, with what they do about the failure.
    private mutating func recover(_ cursor: Cursor, _ failure: StateFailure) -> StepEvaluator.Move {
        var cursor = cursor
        let rules = evaluator.rules(covering: failure, state, cursor)
        var details = JSONObject()
        if let index = rules.retrier {
            cursor.retries = Array(repeating: 0, count: state.retriers.count)
            cursor.retries[index] = setup.retries
            details["retryIndex"] = .integer(Int64(index))
        }
        let move = evaluator.recover(state, cursor, failure)
        switch move {
        case .end(.resting(let resting)):
            if let wakeUp = resting.wakeUp {
                let pause = wakeUp.milliseconds - evaluator.now.milliseconds
                details["retryBackoffIntervalSeconds"] = .integer((pause + 999) / 1_000)
            }
        case .enter:
            if let index = rules.catcher { details["catchIndex"] = .integer(Int64(index)) }
        default: break
        }
        if !details.isEmpty { inspection["errorDetails"] = .object(details) }
        return move
    }

    /// A failure without the state and the event of an execution, which a test has not: as AWS tells it.
    private func plain(_ failure: StateFailure, of cursor: Cursor) -> StateFailure {
        let prefix = evaluator.scope(of: cursor).cause("")
        guard let detail = failure.cause?.without(prefix: prefix) else { return failure }
        return StateFailure(error: failure.error, cause: detail)
    }
}

/// Takes a task without doing anything: its outcome is mocked.
private struct MockedTasks: TaskHandler {
    let token = DerivedUUID.text("task")

    func begin(_ task: TaskRequest) -> TaskDisposition { .waiting(.token) }

    func begin(_ item: MapItemRequest) -> Bool { false }

    func begin(_ transfer: MapTransfer) {}

    func token(ofTask id: Int) -> String { token }
}

extension StateTest {
    /// Runs the state.
    ///
    /// - Throws: ``StateTestError`` where the setup does not go with the state's data.
    public func run(
        _ setup: StateTestSetup,
        context: ExecutionContext,
        at now: Instant
    ) throws(StateTestError) -> StateTestResult {
        var run = StateTestRun(self, setup, context, at: now)
        return try run.run()
    }
}
