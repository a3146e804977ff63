/// One step of an execution: a line walks from state to state until it has to wait, or ends.
struct Walk<Tasks: TaskHandler> {
    let machine: StateMachine
    let context: ExecutionContext
    let now: Instant
    var tasks: Tasks
    private let records: Bool
    private var events: [HistoryEvent] = []
    private(set) var lastEventID: Int
    private var entered = 0

    /// What the line does next.
    enum Move {
        case enter(String, input: JSON?, previous: Int)
        case act(Cursor)
        case exit(Cursor, output: JSON)
        case fail(Cursor, StateFailure)
        case rest(Cursor)
    }

    /// Where the line got to.
    enum End {
        case resting(Cursor)
        case succeeded(JSON, previous: Int)
        case failed(Cursor, StateFailure)
    }

    /// States that one step enters at the most: a loop without a wait gives way to others.
    private static var mostStates: Int { 500 }
    /// Events that an execution has at the most, as on AWS.
    private static var mostEvents: Int { 25_000 }

    init(_ interpreter: Interpreter, at now: Instant, lastEventID: Int, tasks: Tasks) {
        machine = interpreter.machine
        context = interpreter.context
        records = interpreter.records
        self.now = now
        self.lastEventID = lastEventID
        self.tasks = tasks
    }

    mutating func run(_ first: Move) -> End {
        var move = first
        while true {
            switch move {
            case .enter(let name, let input, let previous): move = enter(name, input, previous)
            case .act(let cursor): move = act(cursor)
            case .exit(let cursor, let output):
                switch exit(cursor, output) {
                case .next(let next): move = next
                case .end(let end): return end
                }
            case .fail(let cursor, let failure):
                switch recover(cursor, failure) {
                case .next(let next): move = next
                case .end(let end): return end
                }
            case .rest(let cursor): return .resting(cursor)
            }
        }
    }

    // MARK: Events

    /// Counts an event, and keeps it where events are asked for.
    @discardableResult
    mutating func record(
        _ type: String,
        previous: Int,
        _ details: @autoclosure () -> HistoryEvent.Details?
    ) -> Int {
        lastEventID += 1
        if records {
            events.append(
                HistoryEvent(id: lastEventID, previousID: previous, timestamp: now, type: type, details: details())
            )
        }
        return lastEventID
    }

    mutating func begin() {
        let context = context
        record(
            "ExecutionStarted",
            previous: 0,
            .executionStarted(input: context.inputText, roleARN: context.roleARN)
        )
    }

    // MARK: States

    private mutating func enter(_ name: String, _ input: JSON?, _ previous: Int) -> Move {
        guard let state = machine.states[name] else {
            let cursor = Cursor(
                state: name,
                input: input,
                enteredAt: now,
                enteredID: previous,
                previousID: previous,
                phase: .failed
            )
            let cause = "The state '\(name)' does not exist."
            return .fail(cursor, StateFailure(error: ErrorName.runtime, cause: cause))
        }
        entered += 1
        if entered > Self.mostStates {
            return .rest(
                Cursor(
                    state: name,
                    input: kept(input),
                    enteredAt: now,
                    enteredID: previous,
                    previousID: previous,
                    phase: .entering
                )
            )
        }
        let cursor = enter(state, input: input, previous: previous, phase: .entering)
        if lastEventID >= Self.mostEvents {
            let cause = "The execution reached the maximum number of history events (\(Self.mostEvents))."
            return .fail(cursor, StateFailure(error: ErrorName.runtime, cause: cause))
        }
        return .act(cursor)
    }

    mutating func enter(_ state: State, input: JSON?, previous: Int, phase: Cursor.Phase) -> Cursor {
        let isFirst = lastEventID == 1
        let context = context
        let event = record(
            state.typeName + "StateEntered",
            previous: previous,
            .stateEntered(state.name, input: isFirst ? context.inputText : (input ?? context.input).text)
        )
        return Cursor(
            state: state.name,
            input: input,
            enteredAt: now,
            enteredID: event,
            previousID: event,
            retries: state.retriers.isEmpty ? [] : Array(repeating: 0, count: state.retriers.count),
            phase: phase
        )
    }

    private mutating func act(_ cursor: Cursor) -> Move {
        guard let state = machine.states[cursor.state] else {
            return .enter(cursor.state, input: cursor.input, previous: cursor.previousID)
        }
        let scope = scope(of: cursor)
        do throws(StateFailure) {
            switch state.kind {
            case .pass(let pass):
                let input = try state.dataFlow.effectiveInput(scope)
                return .exit(cursor, output: try state.dataFlow.output(of: pass.result ?? input, scope))
            case .succeed:
                let input = try state.dataFlow.inputPath.apply(to: scope.input, scope)
                return .exit(cursor, output: try state.dataFlow.outputPath.apply(to: input, scope))
            case .fail(let fail):
                return .fail(cursor, try fail.failure(scope))
            case .wait(let wait):
                let input = try state.dataFlow.inputPath.apply(to: scope.input, scope)
                var waiting = cursor
                waiting.phase = .waiting(until: try wait.end(from: cursor.enteredAt, scope.with(input)))
                return resumption(of: waiting, by: [])
            case .choice(let choice):
                let input = try state.dataFlow.inputPath.apply(to: scope.input, scope)
                guard let next = try choice.next(scope.with(input)) else {
                    return .fail(
                        cursor,
                        StateFailure(
                            error: ErrorName.noChoiceMatched,
                            cause:
                                "Failed to transition out of the state '\(cursor.state)': no choice rule matched, and "
                                + "there is no Default."
                        )
                    )
                }
                let output = try state.dataFlow.outputPath.apply(to: input, scope)
                let event = recordExit(state, cursor, output)
                return .enter(next, input: output, previous: event)
            case .task(let task):
                return try begin(task, of: state, cursor, scope)
            }
        } catch {
            return .fail(cursor, error)
        }
    }

    private enum Next {
        case next(Move)
        case end(End)
    }

    private mutating func exit(_ cursor: Cursor, _ output: JSON) -> Next {
        guard let state = machine.states[cursor.state] else {
            return .end(.succeeded(output, previous: cursor.previousID))
        }
        if let failure = DataLimit.failure(of: output, state: state, input: cursor.input ?? context.input) {
            return .next(.fail(cursor, failure))
        }
        let event = recordExit(state, cursor, output)
        if case .next(let next) = state.transition {
            return .next(.enter(next, input: output, previous: event))
        }
        return .end(.succeeded(output, previous: event))
    }

    private mutating func recordExit(_ state: State, _ cursor: Cursor, _ output: JSON) -> Int {
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
            input: cursor.input ?? context.input,
            context: ContextObject(
                execution: context,
                state: cursor.state,
                enteredAt: cursor.enteredAt,
                retryCount: cursor.retries.reduce(0, +)
            )
        )
    }

    /// An input as it is kept: not at all where it is the execution's own.
    func kept(_ input: JSON?) -> JSON? { input == context.input ? nil : input }

    // MARK: Failures

    /// `Retry`, then `Catch`, else the end.
    private mutating func recover(_ cursor: Cursor, _ failure: StateFailure) -> Next {
        guard let state = machine.states[cursor.state], let error = failure.error else {
            return .end(.failed(cursor, failure))
        }
        var cursor = cursor
        if let index = state.retriers.firstIndex(where: { $0.matches(error) }),
            cursor.retries.indices.contains(index) || cursor.retries.isEmpty
        {
            if cursor.retries.isEmpty { cursor.retries = Array(repeating: 0, count: state.retriers.count) }
            let retrier = state.retriers[index]
            let attempt = cursor.retries[index]
            if attempt < retrier.maxAttempts {
                var random = StepRandom(execution: context.executionID, event: lastEventID)
                let delay = retrier.delay(attempt: attempt, random: &random)
                cursor.retries[index] += 1
                cursor.phase = .retrying(at: now.adding(seconds: delay))
                cursor.input = kept(cursor.input)
                return .end(.resting(cursor))
            }
        }
        guard let catcher = state.catchers.first(where: { $0.matches(error) }) else {
            return .end(.failed(cursor, failure))
        }
        var output: JSONObject = ["Error": .string(error)]
        output["Cause"] = failure.cause.map(JSON.string)
        do throws(StateFailure) {
            let input = cursor.input ?? context.input
            let caught = try catcher.resultPath?.placing(.object(output), scope(of: cursor)) ?? input
            let event = recordExit(state, cursor, caught)
            return .next(.enter(catcher.next, input: caught, previous: event))
        } catch {
            return .end(.failed(cursor, error))
        }
    }

    // MARK: Ends

    mutating func advance(_ end: End, deadline: Instant?) -> Advance {
        switch end {
        case .resting(var cursor):
            cursor.input = kept(cursor.input)
            return finished(.running(Flow(root: cursor, lastEventID: lastEventID, deadline: deadline)))
        case .succeeded(let output, let previous):
            let text = output.text
            record("ExecutionSucceeded", previous: previous, .executionSucceeded(output: text))
            return finished(.succeeded(output: text))
        case .failed(var cursor, let failure):
            record(
                "ExecutionFailed",
                previous: cursor.previousID,
                .executionEnded("executionFailedEventDetails", error: failure.error, cause: failure.cause)
            )
            cursor.input = kept(cursor.input)
            cursor.phase = .failed
            let flow = Flow(root: cursor, lastEventID: lastEventID, deadline: nil)
            return finished(.failed(flow, error: failure.error, cause: failure.cause))
        }
    }

    mutating func timedOut(_ flow: Flow) -> Advance {
        record(
            "ExecutionTimedOut",
            previous: 0,
            .executionEnded("executionTimedOutEventDetails", error: nil, cause: nil)
        )
        var flow = flow
        flow.lastEventID = lastEventID
        flow.deadline = nil
        flow.root.phase = .failed
        return finished(.timedOut(flow))
    }

    private func finished(_ outcome: Advance.Outcome) -> Advance {
        Advance(outcome: outcome, events: events, lastEventID: lastEventID)
    }
}
