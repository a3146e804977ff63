import WaitableRedis

/// What `waitable_examine` finds, by its codes.
enum DataProblem: String, CaseIterable {
    case openNotDue = "open-not-due"
    case openInClosed = "open-in-closed"
    case closedInDue = "closed-in-due"
    case closedNotListed = "closed-not-listed"
    case listedWithoutDocument = "listed-without-document"
    case failureNotListed = "failure-not-listed"
    case listedAsFailed = "listed-as-failed"
    case historyWithoutExecution = "history-without-execution"
    case redeliveredNotDue = "redelivered-not-due"
    case leaseTooLong = "lease-too-long"
    case parkedNotPaused = "parked-not-paused"
    case parkedForEver = "parked-for-ever"
    case nothingToRun = "nothing-to-run"
    case machineNotDeployed = "machine-not-deployed"
    case cannotBeAdopted = "cannot-be-adopted"
    case neverDue = "never-due"
    case revisionMissing = "revision-missing"
    case itemMissing = "item-missing"
    case itemBehind = "item-behind"
    case itemAhead = "item-ahead"
    case documentUnreadable = "document-unreadable"
    case wrongType = "wrong-type"

    var severity: Finding.Severity {
        switch self {
        case .openNotDue, .openInClosed, .closedInDue, .leaseTooLong, .parkedNotPaused, .parkedForEver,
            .machineNotDeployed, .cannotBeAdopted, .neverDue, .revisionMissing, .documentUnreadable, .wrongType:
            .error
        case .closedNotListed, .listedWithoutDocument, .failureNotListed, .listedAsFailed, .historyWithoutExecution,
            .redeliveredNotDue, .nothingToRun, .itemMissing, .itemBehind, .itemAhead:
            .warning
        }
    }

    /// Whether somebody passes through it who writes by hand, command by command, or who resumes a state machine: it
    /// counts only where it is there a second time.
    var canPass: Bool {
        switch self {
        case .nothingToRun, .machineNotDeployed, .cannotBeAdopted, .itemMissing, .itemBehind, .itemAhead,
            .parkedNotPaused, .revisionMissing, .wrongType:
            true
        default: false
        }
    }

    /// What is wrong.
    ///
    /// - Parameter detail: What the function says beside the code.
    func text(_ detail: String) -> String {
        switch self {
        case .openNotDue: "The execution is open and not in the due set: nobody will run it."
        case .openInClosed: "The execution is open and listed as closed."
        case .closedInDue: "The execution is closed and in the due set: a worker would run it again."
        case .closedNotListed: "The execution is closed and not listed as closed: retention will never remove it."
        case .listedWithoutDocument: "It is listed as closed, but there is no execution of that name."
        case .failureNotListed: "The execution did not succeed and is not listed as failed: lists of failures lack it."
        case .listedAsFailed: "It is listed as failed, but no execution of that name has failed."
        case .historyWithoutExecution: "The history's execution is gone."
        case .redeliveredNotDue: "Lost leases are counted for something that is not due."
        case .leaseTooLong:
            "It is held until \(detail) ms, longer than any worker holds: has the clock of Redis been set back?"
        case .parkedNotPaused:
            "It is parked as for a pause, but the state machine '\(detail)' is not paused: nobody will run it."
        case .parkedForEver:
            "It is parked for the pause of the state machine '\(detail)', which is not deployed any more: nobody will run it."
        case .nothingToRun: "It is in the due set, but there is neither an execution nor the item \(detail)."
        case .machineNotDeployed:
            detail.isEmpty
                ? "It was put into the due set by hand, and there is no default state machine to take it over."
                : "It was put into the due set by hand, and its state machine '\(detail)' is not deployed."
        case .cannotBeAdopted:
            "It was put into the due set by hand, but the execution '\(detail)' exists: no worker can take it over."
        case .neverDue: "Its instant in the due set is beyond the year 9999."
        case .revisionMissing:
            "The execution is open, and the revision \(detail) of its state machine is gone: it will fail when it is due."
        case .itemMissing: "The execution waits, but its item \(detail) is gone."
        case .itemBehind: "The execution succeeded, but its item \(detail) still has its first status."
        case .itemAhead: "The execution waits, but its item \(detail) has its last status already."
        case .documentUnreadable: "The document \(detail): nobody can read it, and no worker run it."
        case .wrongType: "The key holds another type than Waitable's: what belongs there cannot be written."
        }
    }

    /// What to do about it, or what mending did.
    func advice(_ outcome: Finding.Outcome) -> String {
        guard let mending else { return ownersAdvice }
        return outcome == .mended ? "Mended: \(mending)." : "With --repair: \(mending)."
    }

    private var mending: String? {
        switch self {
        case .openNotDue: "put into the due set, due now; a state that waits goes on waiting for its instant"
        case .openInClosed: "taken off the list of closed executions"
        case .closedInDue: "taken out of the due set"
        case .closedNotListed: "listed as closed at the instant at which it closed"
        case .listedWithoutDocument: "taken off the list, with its history"
        case .failureNotListed: "listed as failed at the instant at which it closed"
        case .listedAsFailed: "taken off the list of failures"
        case .historyWithoutExecution: "the history is removed"
        case .redeliveredNotDue: "the count is removed"
        case .leaseTooLong: "made due now; a worker that should still hold it is refused when it commits"
        case .parkedNotPaused: "given its due instant back"
        case .parkedForEver: "the pause is ended; the next claims bring back what is parked for it"
        default: nil
        }
    }

    /// What only the owner of the data can decide.
    private var ownersAdvice: String {
        switch self {
        case .nothingToRun:
            "Write the item (HSET), or take the member out (ZREM). When it is due, it becomes a failed execution."
        case .machineNotDeployed: "Deploy the state machine (waitable deploy), or take the member out (ZREM)."
        case .cannotBeAdopted:
            "Take the member out (ZREM); waitable_reschedule moves the execution, a new Id runs the item again."
        case .neverDue: "Give it an instant: FCALL waitable_reschedule, or ZADD where it is a bare Id."
        case .revisionMissing: "Deploy the same definition again (waitable deploy): that brings the revision back."
        case .itemMissing: "If it was removed on purpose, stop the execution; else write it again (HSET)."
        case .itemBehind: "Something else wrote to the item. Set its status (HSET), or start it again by a new Id."
        case .itemAhead: "Something else wrote to the item. If it is done, stop the execution."
        case .documentUnreadable:
            "Restore the document from a backup, or remove the execution's keys and start it again."
        case .wrongType: "Look at the key, move it elsewhere (RENAME), and run the doctor again."
        default: ""
        }
    }
}
