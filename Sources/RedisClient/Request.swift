import NIOCore
import Synchronization

/// What one caller waits for: some replies in a row.
struct Request {
    /// How it ended.
    enum Outcome: Sendable {
        case replies([RedisValue])
        /// Written, or perhaps written; no reply will come.
        case failed(RedisError)
        /// Not a byte of it was written: it may go over another connection.
        case unwritten
    }

    /// A caller's side of a request: tells it from the others, and knows whether the caller went away.
    final class Ticket: Sendable {
        let isCancelled = Atomic(false)
    }

    typealias Waiter = CheckedContinuation<Outcome, Never>

    let ticket: Ticket?
    /// How many.
    let replies: Int
    /// `nil` once the caller has been told that it waits no more, and for a `PING` of the connection's own.
    var waiter: Waiter?
    let written: NIODeadline
    /// When the caller stops waiting.
    let deadline: NIODeadline
    /// Called when the request leaves the connection: with its reply, not with its caller.
    let onSettled: (@Sendable () -> Void)?
}
