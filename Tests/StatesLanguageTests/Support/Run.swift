import StatesLanguage
import Testing

/// One execution with a clock of its own.
struct Run {
    static let start = Instant(milliseconds: 1_800_000_000_123)

    let interpreter: Interpreter
    var tasks: ScriptedTasks
    private(set) var now: Instant
    private(set) var outcome: Advance.Outcome
    private(set) var events: [HistoryEvent]
    /// Whether the flow goes through its stored form between any two steps.
    var isRecoded = false

    init(_ definition: String, input: String = "{}", at now: Instant = start, tasks: [TaskDisposition] = []) throws {
        let machine = try StateMachine(definition: definition, resources: TestCatalog())
        interpreter = Interpreter(machine: machine, context: try Self.context(input: input), recording: .all)
        self.tasks = ScriptedTasks(tasks)
        self.now = now
        let advance = interpreter.start(at: now, tasks: &self.tasks)
        outcome = advance.outcome
        events = advance.events
    }

    static func context(input: String, redriveCount: Int = 0) throws -> ExecutionContext {
        try ExecutionContext(
            executionID: "arn:aws:states:eu-west-1:123456789012:execution:machine:run",
            executionName: "run",
            startTime: start,
            roleARN: "arn:aws:iam::123456789012:role/machine",
            redriveCount: redriveCount,
            stateMachineID: "arn:aws:states:eu-west-1:123456789012:stateMachine:machine",
            stateMachineName: "machine",
            region: "eu-west-1",
            inputText: input
        )
    }

    var flow: Flow? { if case .running(let flow) = outcome { flow } else { nil } }

    /// The output's text; `nil` unless it succeeded.
    var output: String? { if case .succeeded(let output) = outcome { output } else { nil } }

    /// Error and cause; `nil` unless it failed.
    var failure: Failure? {
        if case .failed(_, let error, let cause) = outcome { Failure(error: error, cause: cause) } else { nil }
    }

    struct Failure: Equatable {
        var error: String?
        var cause: String?
    }

    /// Makes one step at an instant.
    mutating func advance(to instant: Instant, by stimuli: [Stimulus] = []) throws {
        let flow = try #require(flow)
        let stored = isRecoded ? try Flow(json: JSON(parsing: flow.json.text)) : flow
        now = instant
        let advance = interpreter.advance(stored, by: stimuli, at: instant, tasks: &tasks)
        outcome = advance.outcome
        events += advance.events
    }

    /// Makes one step so much later.
    mutating func advance(milliseconds: Int64, by stimuli: [Stimulus] = []) throws {
        try advance(to: now.adding(milliseconds: milliseconds), by: stimuli)
    }

    /// Goes from wake-up to wake-up until the execution has closed, or only an answer moves it on.
    mutating func finish(most steps: Int = 100) throws {
        for _ in 0..<steps {
            guard let wakeUp = flow?.wakeUp else { return }
            try advance(to: max(wakeUp, now))
        }
    }

    /// The types of the events so far.
    var types: [String] { events.map(\.type) }

    /// The events so far, one line each: id, previous id, type, details.
    var history: [String] {
        events.map { "\($0.id)<\($0.previousID) \($0.type) \($0.details.map { JSON.object($0.members).text } ?? "")" }
    }
}

/// Text of a machine with one state `S` that ends, and `T` behind it for catchers.
func machine(_ state: String, _ more: String = "") -> String {
    #"{"StartAt":"S","States":{"S":"# + state + more + "}}"
}

/// The cause that names state `S`, entered first.
func cause(_ detail: String) -> String {
    "An error occurred while executing the state 'S' (entered at the event id #2). " + detail
}
