package import RedisClient

/// What the store could not do.
package enum StoreError: Error, Sendable, CustomStringConvertible {
    /// Redis could not be reached, or its answer did not arrive. The cause tells whether the command was sent.
    case redis(RedisError)
    /// A function or Redis itself refused the call.
    case refused(RedisRefusal)
    /// The process is stopping: nothing was sent.
    case stopping
    /// Redis is full (`OOM`): starts are refused whole until memory is free again.
    case outOfMemory(String)
    /// Redis's clock is another one than the caller took it for: it was set, or it is another Redis. Nothing was changed.
    case clockChanged
    /// Redis would take the start, and could lose it: it was not sent.
    case unready(Unreadiness)
    /// An answer that this version does not understand.
    case unexpectedReply(function: String, reply: String)

    /// Whether the call may be sent again: it was not carried out, or nobody knows.
    package var isWorthRepeating: Bool { if case .redis(let error) = self { error.isWorthRepeating } else { false } }

    /// Whether Redis refused the call for a reason that passes (`OOM`, `BUSY`, `LOADING`, `READONLY`, …): nothing was
    /// done, and the same call may be taken later.
    package var isPassing: Bool {
        switch self {
        case .outOfMemory, .clockChanged, .unready, .stopping: true
        case .refused(let refusal): refusal.isPassing
        case .redis(let error): error.isPassing
        case .unexpectedReply: false
        }
    }

    /// Why the call was refused; `nil` where it was not.
    package var refusal: RedisRefusal? { if case .refused(let refusal) = self { refusal } else { nil } }

    /// Whether the user may not do it, or this Redis does not have it.
    package var isNotAllowed: Bool { refusal?.isNotAllowed ?? false }

    /// The error in one line, for a log or an error message.
    package var description: String {
        switch self {
        case .redis(let error): "\(error)"
        case .refused(let refusal): "\(refusal)"
        case .stopping: "the server is stopping"
        case .clockChanged: "Redis's clock was set, or it is another Redis"
        case .outOfMemory(let message): "Redis is out of memory: \(message)"
        case .unready(let unreadiness): unreadiness.reason
        case .unexpectedReply(let function, let reply): "\(function) answered unexpectedly: \(reply)"
        }
    }
}
