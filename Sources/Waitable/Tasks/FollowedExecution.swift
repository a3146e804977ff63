/// A `StartSyncExecution` of a task. It keeps a worker's call for a moment only: an execution that has not closed by then is asked
/// after, as a job of an adapter is. If calls waited for executions that make such calls themselves, they could take all places
/// that those need.
package enum FollowedExecution {
    /// The operation that starts one: answered when it has closed, or a moment later with the status `RUNNING`.
    package static let start = "StartSyncExecution"
    /// The operation that asks after one by its `executionArn`. No task can name it.
    package static let poll = "StartSyncExecution:poll"
    /// How long the one that starts it may take.
    package static let patience: Duration = .seconds(1)

    /// The pause before a poll, in ms.
    ///
    /// - Parameter number: Which one it is, from 1.
    package static func pause(before number: Int) -> Int64 { min(2_000, 100 << Int64(min(number, 10))) }
}
