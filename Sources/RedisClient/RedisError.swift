import Transport

/// An error reply of Redis.
public struct RedisServerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The first word, which names the kind: `ERR`, `OOM`, `WRONGTYPE`, `NOAUTH`, …
    public var prefix: String
    /// The rest.
    public var message: String

    /// An error from its line.
    public init(line: String) {
        let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        prefix = String(words[0])
        message = words.count > 1 ? String(words[1]) : ""
    }

    /// Whether the server refuses the command for a reason that passes: nothing of it was done, and the same command may
    /// be taken later, by this server or by the one that takes its place.
    public var isPassing: Bool {
        switch prefix {
        case "ASK", "BUSY", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "MISCONF", "MOVED", "NOREPLICAS", "OOM", "READONLY",
            "TRYAGAIN":
            true
        default: false
        }
    }

    /// Whether the server is none that takes writes: after a failover another one does.
    ///
    /// - Parameter isOfSlot: Whether the server is the primary of a slot, as far as is known.
    func isOfNoPrimary(ofSlot isOfSlot: Bool) -> Bool {
        switch prefix {
        // A replica, or a server that reads its data: it takes no writes.
        case "READONLY", "MASTERDOWN", "LOADING": true
        // Another node has the slot.
        case "MOVED": isOfSlot
        default: false
        }
    }

    /// The whole line.
    public var description: String { message.isEmpty ? prefix : "\(prefix) \(message)" }
}

/// Why a command has no reply.
public struct RedisError: Error, Sendable, CustomStringConvertible {
    /// What a caller can know about its command.
    public enum Code: Sendable, Hashable {
        /// It never left this process: repeating it is safe.
        case notSent
        /// It was handed to the connection, and no reply came: it may have been carried out.
        case outcomeUnknown
        /// The server refused it, with an error reply.
        case server
        /// The configuration cannot be used.
        case configuration
    }

    /// What a caller can know about its command.
    public var code: Code
    /// What happened, without secrets.
    public var message: String
    /// The server's error reply, for ``Code/server``.
    public var server: RedisServerError?
    /// Whether the server does not take the credentials: it will not take them a moment later either.
    public internal(set) var isLoginRefusal = false
    /// Whether what was answered is none of Redis's protocol.
    var isForeign = false
    /// Why the connection was not made or broke, where that is known.
    var cause: ConnectFailure?

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// A connection that broke.
    init(broken cause: ConnectFailure) {
        self.init(.outcomeUnknown, "the connection broke: \(cause.words)")
        self.cause = cause
    }

    init(_ server: RedisServerError) {
        code = .server
        message = server.description
        self.server = server
    }

    /// The same for a command that waited for a connection in vain.
    var notSent: RedisError {
        var error = self
        error.code = .notSent
        return error
    }

    /// Whether the command may be sent again: it was not carried out, or nobody knows.
    public var isWorthRepeating: Bool { code == .notSent || code == .outcomeUnknown }

    /// Whether the server refused the command for a reason that passes: see ``RedisServerError/isPassing``.
    public var isPassing: Bool { server?.isPassing ?? false }

    /// The error in one line.
    public var description: String {
        switch code {
        case .notSent: "not sent to Redis: \(message)"
        case .outcomeUnknown: "outcome unknown: \(message)"
        case .server: message
        case .configuration: "bad Redis configuration: \(message)"
        }
    }
}
