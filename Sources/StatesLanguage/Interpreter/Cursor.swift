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
        indirect case task(PendingTask)
        /// The branches of a Parallel state, or the iterations of a Map state.
        indirect case branches(Branches)
        /// A redrive: the state failed.
        case failed
    }

    var state: String
    /// The state's raw input; `nil` where it is what the line began with.
    var input: JSON?
    var enteredAt: Instant
    /// The id of the state's `…StateEntered` event.
    var enteredID: Int
    /// The id of the line's last event.
    var previousID: Int
    /// How often each retrier was used.
    var retries: [Int] = []
    /// The variables of the line's own scope; `nil` for none.
    var variables: JSONObject?
    var phase: Phase
    /// Of a line that is redriven, the wait that it stood in. Used by the same step; not stored.
    var interruptedWait: InterruptedWait?

    /// A wait that a redrive begins again.
    struct InterruptedWait: Sendable, Equatable {
        var enteredAt: Instant
        var end: Instant
    }

    /// Which try of the state it is, from 1; in the pause before one, that one.
    var attempt: Int { retries.reduce(1, +) }

    /// When the line, or a branch of it, needs attention by itself.
    var wakeUp: Instant? {
        switch phase {
        case .entering: enteredAt
        case .waiting(let until): until
        case .retrying(let at): at
        case .task(let task): task.wakeUp
        case .branches(let branches): branches.stream?.wakeUp ?? branches.cursors.compactMap(\.wakeUp).min()
        case .failed: nil
        }
    }

    /// When the line, or a branch of it, entered its state last.
    var lastEntry: Instant {
        guard case .branches(let branches) = phase else { return enteredAt }
        return branches.cursors.reduce(enteredAt) { max($0, $1.lastEntry) }
    }

    /// The tasks without an answer, in the line and its branches.
    var pendingTasks: [PendingTask] {
        switch phase {
        case .task(let task): [task]
        case .branches(let branches): branches.streamedTasks ?? branches.cursors.flatMap(\.pendingTasks)
        case .entering, .waiting, .retrying, .failed: []
        }
    }

    /// The tasks that are asked after, in the line and its branches.
    var followedTasks: [FollowedTask] {
        switch phase {
        case .task(let task):
            guard let poll = task.poll else { return [] }
            return [FollowedTask(id: task.id, state: state, attempt: retries.reduce(0, +), poll: poll)]
        case .branches(let branches): return branches.stream == nil ? branches.cursors.flatMap(\.followedTasks) : []
        case .entering, .waiting, .retrying, .failed: return []
        }
    }

    /// The earliest end of a wait, or of a retry's pause, in the line and its branches.
    private var pauseEnd: Instant? {
        switch phase {
        case .waiting(let until): until
        case .retrying(let at): at
        case .branches(let branches): branches.cursors.compactMap(\.pauseEnd).min()
        case .entering, .task, .failed: nil
        }
    }

    /// Moves the end of a wait, or of a retry's pause: of several, the one that ends first.
    mutating func reschedule(to instant: Instant) {
        switch phase {
        case .waiting: phase = .waiting(until: instant)
        case .retrying: phase = .retrying(at: instant)
        case .branches(var branches):
            guard let end = pauseEnd else { return }
            var isMoved = false
            branches.forEachCursor { cursor in
                guard !isMoved, cursor.pauseEnd == end else { return }
                cursor.reschedule(to: instant)
                isMoved = true
            }
            phase = .branches(branches)
        case .entering, .task, .failed: break
        }
    }

    /// Leaves the line, and its open branches, for a redrive.
    mutating func close() {
        // What was read and not begun is not kept: a redrive begins the map run anew.
        guard case .branches(var branches) = phase, !branches.isDone, branches.stream == nil else {
            phase = .failed
            return
        }
        branches.forEachCursor { $0.close() }
        phase = .branches(branches)
    }

    /// Stands the line before its state again, or its open branches before theirs.
    mutating func redrive(at now: Instant, previous: Int) {
        previousID = previous
        retries = []
        guard case .branches(var branches) = phase, !branches.isDone else {
            if case .waiting(let end) = phase { interruptedWait = InterruptedWait(enteredAt: enteredAt, end: end) }
            enteredAt = now
            phase = .entering
            return
        }
        branches.forEachCursor { $0.redrive(at: now, previous: previous) }
        branches.reopen(
            Cursor(
                state: state,
                input: nil,
                enteredAt: now,
                enteredID: previous,
                previousID: previous,
                phase: .entering
            )
        )
        phase = .branches(branches)
    }
}
