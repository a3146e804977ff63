/// Where one line of an execution stands: a node of the flow's tree.
struct Cursor: Sendable, Equatable {
    /// What the line waits for.
    enum Phase: Sendable, Equatable {
        /// Nothing: the state is entered with the next step.
        case entering
        /// The end of a Wait state.
        case waiting(until: Instant)
        /// The end of a retry's pause.
        case retrying(at: Instant)
        /// The answer of a task.
        case task(PendingTask)
        /// A redrive: the state failed.
        case failed
    }

    var state: String
    /// The state's raw input; `nil` where it is the execution's input.
    var input: JSON?
    var enteredAt: Instant
    /// The id of the state's `…StateEntered` event.
    var enteredID: Int
    /// The id of the line's last event.
    var previousID: Int
    /// How often each retrier was used.
    var retries: [Int] = []
    var phase: Phase

    /// When the line needs attention by itself.
    var wakeUp: Instant? {
        switch phase {
        case .entering: enteredAt
        case .waiting(let until): until
        case .retrying(let at): at
        case .task(let task): task.wakeUp
        case .failed: nil
        }
    }

    var pendingTasks: [PendingTask] {
        if case .task(let task) = phase { [task] } else { [] }
    }

    /// Moves the end of a wait, or of a retry's pause.
    mutating func reschedule(to instant: Instant) {
        switch phase {
        case .waiting: phase = .waiting(until: instant)
        case .retrying: phase = .retrying(at: instant)
        case .entering, .task, .failed: break
        }
    }
}
