/// What moves a flow on, beside the time.
public enum Stimulus: Sendable, Equatable {
    /// A worker took an activity's task.
    case started(task: Int, worker: String?, at: Instant)
    /// What a task was begun with has been accepted, with this answer; the task goes on.
    case submitted(task: Int, output: JSON)
    /// Whoever was called for a task wants to be asked again: the poll's instant is not looked at, but its pause.
    case postponed(task: Int, TaskPoll, output: JSON?)
    /// A task's sign of life.
    case heartbeat(task: Int, at: Instant)
    /// A task's answer.
    case succeeded(task: Int, output: JSON)
    /// A task's failure; without an error's name where whoever answered gave none.
    case failed(task: Int, error: String?, cause: String?)
    /// The wait that stands first ends at another instant.
    case rescheduled(to: Instant)
    /// A map run under way was changed.
    case tuned(run: Int, MapRunSettings)

    /// The task that it is for.
    var task: Int? {
        switch self {
        case .started(let task, _, _), .submitted(let task, _), .heartbeat(let task, _), .succeeded(let task, _),
            .failed(let task, _, _), .postponed(let task, _, _):
            task
        case .rescheduled, .tuned: nil
        }
    }
}
