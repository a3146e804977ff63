public import StatesLanguage

/// One run of a state machine: everything that its document in Redis holds.
public struct Execution: Sendable, Equatable {
    /// Its state machine and name.
    public var key: ExecutionKey
    /// Running, or how it closed.
    public var status: ExecutionStatus
    /// The hash of the ``Revision`` it started with and keeps.
    public var revision: String
    /// The version of the machine that was started; `nil` where none was named.
    public var version: Int?
    /// The alias by which it was started; `nil` where none was named.
    public var alias: String?
    /// When it was started, by the Redis clock.
    public var startDate: Instant
    /// When it closed, by the Redis clock; `nil` while it is open.
    public var stopDate: Instant?
    /// The caller's input, verbatim.
    public var input: String
    /// Where it stands; `nil` before its first state was entered (a start by redis-cli).
    public var flow: Flow?
    /// The output as JSON text, once it succeeded.
    public var output: String?
    /// Error and cause, once it failed, timed out or was aborted with them.
    public var failure: ExecutionFailure?
    /// How often it was redriven.
    public var redriveCount: Int
    /// The task that started it and waits for its end; `nil` where none does.
    public var parent: ParentTask?
    /// What functions left for the next worker that claims it.
    public var inbox: Inbox
    /// What went into its steps; `nil` where no history is kept.
    public var journal: Journal?

    /// A task of another execution.
    public struct ParentTask: Sendable, Equatable {
        /// The execution.
        public var key: ExecutionKey
        /// The task's id in it.
        public var task: Int
        /// What it is answered with.
        public var answer: Answer

        /// What the end of an execution is to the task that started it.
        public enum Answer: Unicode.Scalar, Sendable {
            /// A description with input and output as text: `.sync`.
            case text = "@"
            /// A description with input and output as JSON: `.sync:2`.
            case json = "="
            /// The output itself, or error and cause: an item of a map run.
            case output = "*"
        }
    }

    /// Whether a task of it is answered from outside.
    public var awaitsAnswers: Bool { flow?.pendingTasks.contains { $0.answerer != .commit } ?? false }

    /// A new, open execution.
    public init(key: ExecutionKey, revision: String, startDate: Instant, input: String) {
        self.key = key
        self.status = .running
        self.revision = revision
        self.startDate = startDate
        self.input = input
        self.redriveCount = 0
        self.inbox = Inbox()
    }
}
