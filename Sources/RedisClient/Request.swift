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
    /// The word that a `PING` of the connection's own asks for.
    var ping: String?

    /// Whether these can be its replies; all that is known of callers' commands is how many there are.
    func isAnswered(by replies: [RedisValue]) -> Bool {
        guard let ping else { return true }
        return switch replies.first {
        // A user may be barred from it.
        case .error(let error): error.prefix == "NOPERM"
        // A connection that listens answers with two words.
        case .array(let words): words.last?.string == ping
        case let reply: reply?.string == ping
        }
    }
}
