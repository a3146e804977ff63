package import StatesLanguage

/// One run of a state machine: everything that its document in Redis holds.
package struct Execution: Sendable, Equatable {
    /// Its state machine and name.
    package var key: ExecutionKey
    /// Running, or how it closed.
    package var status: ExecutionStatus
    /// The hash of the ``Revision`` it started with and keeps.
    package var revision: String
    /// The version of the machine that was started; `nil` where none was named.
    package var version: Int?
    /// The alias by which it was started; `nil` where none was named.
    package var alias: String?
    /// When it was started, by the Redis clock.
    package var startDate: Instant
    /// When it closed, by the Redis clock; `nil` while it is open.
    package var stopDate: Instant?
    /// The caller's input, verbatim.
    package var input: String
    /// Where it stands; `nil` before its first state was entered (a start by redis-cli).
    package var flow: Flow?
    /// The output as JSON text, once it succeeded.
    package var output: String?
    /// Error and cause, once it failed, timed out or was aborted with them.
    package var failure: ExecutionFailure?
    /// How often it was redriven.
    package var redriveCount: Int
    /// The task that started it and waits for its end; `nil` where none does.
    package var parent: ParentTask?
    /// What functions left for the next worker that claims it.
    package var messages: ExecutionMessages
    /// What went into its steps; `nil` where no history is kept.
    package var journal: Journal?

    /// A task of another execution.
    package struct ParentTask: Sendable, Equatable {
        /// The execution.
        package var key: ExecutionKey
        /// The task's id in it.
        package var task: Int
        /// What it is answered with.
        package var answer: Answer
        /// The execution's partition, where that is another one.
        package var partition: Int?

        /// Where the execution lies, as functions have it: `machine:id`, or `{5}machine:id` in another partition.
        var place: String { key.place(in: partition) }

        /// What the end of an execution is to the task that started it.
        package enum Answer: Unicode.Scalar, Sendable {
            /// A description with input and output as text: `.sync`.
            case text = "@"
            /// A description with input and output as JSON: `.sync:2`.
            case json = "="
            /// The output itself, or error and cause: an item of a map run.
            case output = "*"
        }
    }

    /// The map run that it is of; `nil` for an execution that is no item's.
    package var mapRun: MapRunKey? {
        guard let parent, let slash = key.machine.lastIndex(of: "/") else { return nil }
        let label = String(key.machine[key.machine.unicodeScalars.index(after: slash)...])
        return MapRunKey(execution: parent.key, label: label, id: MapItemRequest.run(ofTask: parent.task))
    }

    /// Whether a task of it is answered from outside.
    package var awaitsAnswers: Bool { flow?.pendingTasks.contains { $0.answerer != .commit } ?? false }

    /// A new, open execution.
    package init(key: ExecutionKey, revision: String, startDate: Instant, input: String) {
        self.key = key
        self.status = .running
        self.revision = revision
        self.startDate = startDate
        self.input = input
        self.redriveCount = 0
        self.messages = ExecutionMessages()
    }
}
