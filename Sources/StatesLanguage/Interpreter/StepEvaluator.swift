/// One step of an execution: its lines walk from state to state until they have to wait, or end.
struct StepEvaluator {
    /// The line that is being walked.
    var line: BranchContext
    let context: ExecutionContext
    let now: Instant
    /// What is told of what happens.
    private var records: Records
    private(set) var lastEventID: Int
    /// Whether there was an event that the history had no room for.
    private(set) var overflows = false
    private var statesEntered = 0
    /// The event of the state that was entered last, and the one that led to it.
    var entry = (id: 0, previous: 0)
    /// How deep data may be nested.
    let mostNested: Int
    /// Retries that the step began.
    var retries = 0
    /// The last instant that the step took for passed.
    private var passed: Instant?
    /// What the step costs.
    let work: WorkBudget
    /// The end of the next wait that is entered, where it was moved before.
    var movedEnd: Instant?
    /// Whether the step has moved any line: it moves one, whatever that costs.
    private var hasMoved = false

    /// What the line does next.
    enum Move {
        case enter(String, input: JSON?, previous: Int)
        case act(State, Cursor)
        case exit(State, Cursor, Leaving)
        indirect case fail(State, Cursor, StateFailure)
        indirect case walk(State, Cursor, Branches, by: [Stimulus])
        case end(End)
    }

    /// What a state is left with.
    struct Leaving {
        let output: JSON
        /// What becomes variables; `nil` where nothing is assigned.
        let assigned: JSONObject?
    }

    /// Where the line got to.
    enum End {
        case resting(Cursor)
        case succeeded(JSON, previous: Int)
        case failed(Cursor, StateFailure)
    }

    private struct Records {
        /// The events that are made; `nil` for none.
        var page: EventPage?
        /// What happened to states; `nil` where nobody asks for it.
        var notes: [StateNote]?

        init(_ recording: Recording) {
            switch recording {
            case .nothing: break
            case .states: notes = []
            case .events(let window): page = EventPage(window)
            }
        }
    }

    init(_ interpreter: borrowing Interpreter, at now: Instant, lastEventID: Int) {
        let graph = interpreter.machine.graph
        line = BranchContext(graph: graph, input: interpreter.context.input, item: nil)
        mostNested = DataLimit.nesting(within: graph.depth)
        context = interpreter.context
        work = WorkBudget(most: interpreter.allowance)
        records = Records(interpreter.recording)
        self.now = now
        self.lastEventID = lastEventID
    }

    /// Walks until the line rests or ends.
    mutating func run(_ first: Move, _ tasks: inout some TaskHandler) -> End {
        var move = first
        while true {
            if overflows, let end = fullEnd(before: move) { return end }
            switch consume move {
            case .enter(let name, let input, let previous): move = enter(name, input, previous)
            case .act(let state, let cursor): move = act(state, cursor, &tasks)
            case .exit(let state, let cursor, let leaving): move = exit(state, cursor, leaving)
            case .fail(let state, let cursor, let failure): move = recover(state, cursor, failure)
            case .walk(let state, let cursor, let branches, let stimuli):
                if let run = branches.run {
                    move = distribute(state, cursor, branches, run, by: stimuli, &tasks)
                } else {
                    move = walk(state, cursor, branches, by: stimuli, &tasks)
                }
            case .end(let end): return keeping(end)
            }
        }
    }

    /// The end of a line whose history is full; `nil` where it has ended well. Apart from ``run(_:_:)``, which would copy each
    /// move for it.
    @inline(never)
    private func fullEnd(before move: Move) -> End? {
        cursor(of: move).map { keeping(.failed($0, Self.fullHistory)) }
    }

    /// Where the line stands that has a move to make; `nil` where it has ended well.
    private func cursor(of move: Move) -> Cursor? {
        switch move {
        case .enter(let name, let input, let previous): standing(before: name, input, previous, .failed)
        case .act(_, let cursor), .exit(_, let cursor, _), .fail(_, let cursor, _), .walk(_, let cursor, _, by: _):
            cursor
        case .end(.resting(let cursor)), .end(.failed(let cursor, _)): cursor
        case .end(.succeeded): nil
        }
    }

    /// Keeps the line's variables where it can go on from.
    private func keeping(_ end: End) -> End {
        switch end {
        case .resting(var cursor):
            cursor.variables = line.variables.own
            return .resting(cursor)
        case .failed(var cursor, let failure):
            cursor.variables = line.variables.own
            return .failed(cursor, failure)
        case .succeeded: return end
        }
    }

    // MARK: Bounds

    /// Whether an instant has passed. What goes on because it has is right only where that holds of Redis's clock too.
    mutating func hasPassed(_ instant: Instant) -> Bool {
        guard instant <= now else { return false }
        passed = passed.map { max($0, instant) } ?? instant
        return true
    }

    /// States that one step enters at the most: a loop without a wait gives way to others.
    private static let mostStates = 500

    /// Whether the step may move another line, or enter another state.
    var hasRoom: Bool { statesEntered < Self.mostStates && (work.hasRoom || !hasMoved) }

    /// Whether the step has done its part; otherwise counts one more state.
    mutating func isUsedUp() -> Bool {
        guard hasRoom else { return true }
        statesEntered += 1
        hasMoved = true
        return false
    }

    /// Takes note that the step goes on with what a line waited for.
    mutating func move() {
        hasMoved = true
        work.beginState()
    }

    /// The failure of a state or task whose data is too large.
    func dataFailure(of data: JSON, from source: String) -> StateFailure? {
        DataLimit.failure(of: data, from: source, nesting: mostNested)
    }

    /// The most events of an execution, as AWS has it: the last one is that of its end.
    private static let mostEvents = 25_000

    /// Whether the history takes another event before the one of the execution's end.
    var hasEventRoom: Bool { lastEventID < Self.mostEvents - 1 }

    /// The failure of an execution whose history is full.
    static let fullHistory = StateFailure(
        error: ErrorName.runtime,
        cause: "The execution reached the maximum number of history events (\(mostEvents))."
    )

    // MARK: Events

    /// Counts an event, and keeps it where events are asked for. One that the history has no room for ends the
    /// execution.
    @discardableResult
    mutating func record(
        _ type: @autoclosure () -> String,
        previous: Int,
        _ details: @autoclosure () -> HistoryEvent.Details?
    ) -> Int {
        guard hasEventRoom else {
            overflows = true
            return lastEventID
        }
        return recordAlways(type(), previous: previous, details())
    }

    /// Counts an event that there always is room for: the one of the execution's end, or of a redrive.
    @discardableResult
    mutating func recordAlways(
        _ type: @autoclosure () -> String,
        previous: Int,
        _ details: @autoclosure () -> HistoryEvent.Details?
    ) -> Int {
        lastEventID += 1
        if let isTaken = records.page?.takes(lastEventID), isTaken {
            records.page?.append(
                HistoryEvent(id: lastEventID, previousID: previous, timestamp: now, type: type(), details: details())
            )
        }
        return lastEventID
    }

    /// Whether events are made.
    var makesEvents: Bool { records.page != nil }

    /// Keeps what happened to a state, where it is asked for.
    mutating func note(_ note: @autoclosure () -> StateNote) { records.notes?.append(note()) }

    func advance(_ outcome: Advance.Outcome) -> Advance {
        Advance(
            outcome: outcome,
            events: records.page?.events ?? [],
            notes: records.notes ?? [],
            lastEventID: lastEventID,
            retries: retries,
            passed: passed,
            work: work.used
        )
    }
}
