package import RedisClient

/// What the store could not do.
package enum StoreError: Error, Sendable, CustomStringConvertible {
    /// Redis could not be reached, or its answer did not arrive. The cause tells whether the command was sent.
    case redis(RedisError)
    /// A function refused the call: its code (`VALIDATION`, `NOTFOUND`, …) and text. Nothing was changed.
    case refused(code: String, message: String)
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
        case .outOfMemory, .clockChanged, .unready: true
        case .refused(let code, let message): RedisServerError(line: "\(code) \(message)").isPassing
        case .redis(let error): error.isPassing
        case .unexpectedReply: false
        }
    }

    /// Whether a revision that was to be run is gone from Redis.
    var isRevisionMissing: Bool { if case .refused("REVISION", _) = self { true } else { false } }

    /// Whether the user may not do it, or this Redis does not have it (hosted ones take commands away).
    package var isNotAllowed: Bool {
        guard case .refused(let code, let message) = self else { return false }
        return code == "NOPERM" || message.hasPrefix("unknown command")
            // Of a command in a function: Redis 7.0, and later ones.
            || message.contains("The user executing the script can't") || message.contains("ACL failure in script")
    }

    /// The error in one line, for a log or an error message.
    package var description: String {
        switch self {
        case .redis(let error): "\(error)"
        case .refused(let code, let message): "\(code) \(message)"
        case .clockChanged: "Redis's clock was set, or it is another Redis"
        case .outOfMemory(let message): "Redis is out of memory: \(message)"
        case .unready(let unreadiness): unreadiness.reason
        case .unexpectedReply(let function, let reply): "\(function) answered unexpectedly: \(reply)"
        }
    }
}
