import StatesLanguage

/// What a step tells of its execution in the change feed.
package struct ExecutionEvent: Sendable, Equatable {
    /// What has happened.
    enum Kind: String, Sendable {
        case accepted
        case completed
        case failed
    }

    let kind: Kind
    /// When it is due next; `nil` for no instant.
    let due: Instant?
    let status: ExecutionStatus?
    /// The name of the error with which it failed.
    let error: String?
    /// The hash of the execution's revision.
    let revision: String

    /// An execution that is new.
    init(accepted execution: Execution, next: Transition.Next) {
        kind = .accepted
        due =
            switch next {
            case .due(let instant): instant
            case .answered(let limit): limit
            case .closed, .leased: nil
            }
        status = nil
        error = nil
        revision = execution.revision
    }

    /// An execution that has closed.
    init(closed execution: Execution) {
        kind = execution.status == .succeeded ? .completed : .failed
        due = nil
        status = execution.status
        error = execution.failure?.error
        revision = execution.revision
    }

    /// As the functions take it.
    var words: [String] {
        [
            kind.rawValue, due.map { String($0.milliseconds) } ?? "", status?.rawValue ?? "", error ?? "", revision,
        ]
    }
}

extension Step {
    /// The same step of an execution that is new with it, told of where the machine has that done.
    package consuming func accepted(by machine: DeployedMachine) -> Step {
        guard machine.revision.hasEvents else { return self }
        effects.insert(.tell(ExecutionEvent(accepted: execution, next: next)), at: 0)
        return self
    }
}
