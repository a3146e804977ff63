/// What a line of an execution waits for.
public struct OpenWait: Sendable, Equatable {
    /// What ends the wait.
    public enum Reason: String, Sendable {
        /// An instant: the end of a Wait state.
        case instant = "INSTANT"
        /// The end of a retry's pause.
        case retry = "RETRY"
        /// An answer: of whoever has the task's token, or of an execution that the task has started.
        case answer = "ANSWER"
        /// A worker that takes the activity's task.
        case activity = "ACTIVITY"
        /// The answer to a call.
        case call = "CALL"
        /// The commit, here or in another partition, that does what the task asks for.
        case commit = "COMMIT"
        /// The executions of a distributed Map state.
        case executions = "EXECUTIONS"
    }

    /// The state that the line stands in.
    public var state: String
    /// What ends the wait.
    public var reason: Reason
    /// When the state was entered.
    public var since: Instant
    /// When the wait ends by itself: its end, or a time-out; `nil` for never.
    public var until: Instant?
    /// Which try of the state comes next, for a retry's pause; else which one waits.
    public var attempt: Int
}

extension Flow {
    /// What the execution's lines wait for, in the order of its branches.
    ///
    /// - Parameter most: How many are told at the most.
    public func waits(upTo most: Int) -> [OpenWait] {
        var waits: [OpenWait] = []
        root.addWaits(to: &waits, upTo: most)
        return waits
    }
}

extension Cursor {
    fileprivate func addWaits(to waits: inout [OpenWait], upTo most: Int) {
        guard waits.count < most else { return }
        func add(_ reason: OpenWait.Reason, until: Instant? = nil) {
            waits.append(OpenWait(state: state, reason: reason, since: enteredAt, until: until, attempt: attempt))
        }
        switch phase {
        case .entering, .failed: break
        case .waiting(let until): add(.instant, until: until)
        case .retrying(let at): add(.retry, until: at)
        case .task(let task): add(OpenWait.Reason(task.answerer), until: task.wakeUp)
        case .branches(let branches) where branches.run != nil: add(.executions)
        case .branches(let branches): for cursor in branches.cursors { cursor.addWaits(to: &waits, upTo: most) }
        }
    }
}

extension OpenWait.Reason {
    fileprivate init(_ answerer: PendingTask.Answerer) {
        switch answerer {
        case .commit, .message: self = .commit
        case .token: self = .answer
        case .activity: self = .activity
        case .call, .poll: self = .call
        }
    }
}
