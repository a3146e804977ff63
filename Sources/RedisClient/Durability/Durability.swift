/// How safe a write has to be before it counts as done.
public struct Durability: Sendable, Hashable {
    /// Whether the server has to have it in its append-only file, on disk (`WAITAOF`: Redis 7.2, Valkey).
    public var isOnDisk: Bool
    /// How many replicas have to have it in memory (`WAIT`).
    public var replicas: Int

    /// What is asked for.
    public init(isOnDisk: Bool = false, replicas: Int = 0) {
        self.isOnDisk = isOnDisk
        self.replicas = replicas
    }

    /// Whether that asks for more than the server's own memory.
    public var asksForMore: Bool { isOnDisk || replicas > 0 }

    /// The commands that wait for it on the connection of the write.
    ///
    /// - Parameter limit: How long each of them may wait.
    func commands(within limit: Duration) -> [RedisCommand] {
        let milliseconds = String(max(1, Int(limit / .milliseconds(1))))
        var commands: [RedisCommand] = []
        if isOnDisk { commands.append(RedisCommand("WAITAOF", "1", "0", milliseconds)) }
        if replicas > 0 { commands.append(RedisCommand("WAIT", String(replicas), milliseconds)) }
        return commands
    }
}

/// Why a server cannot reach a durability as it is now.
public struct DurabilityObstacle: Sendable, Hashable {
    /// A sentence for a user, without its end.
    public var reason: String
    /// Whether it can go away while the server runs: a replica comes back, a setting is changed.
    public var isPassing: Bool

    /// An obstacle.
    public init(_ reason: String, isPassing: Bool) {
        self.reason = reason
        self.isPassing = isPassing
    }
}

/// What became of commands that had to be safe.
public struct DurableReplies: Sendable, Equatable {
    /// The commands' own replies.
    public internal(set) var replies: [RedisValue]
    /// Whether what they wrote is on the server's disk; `false` where that was not asked for.
    public internal(set) var isOnDisk = false
    /// How many replicas have it; 0 where that was not asked for.
    public internal(set) var replicas = 0
    /// Why the server did not wait, such as for want of the command.
    public internal(set) var refusal: RedisServerError?

    /// Whether what was asked for was reached.
    public func reaches(_ durability: Durability) -> Bool {
        (isOnDisk || !durability.isOnDisk) && replicas >= durability.replicas && refusal == nil
    }

    /// Reads what the server answered to the commands that wait.
    init(_ replies: [RedisValue], waits: [RedisValue], _ durability: Durability) {
        self.replies = replies
        var waits = waits[...]
        if durability.isOnDisk, let reply = waits.popFirst() {
            isOnDisk = (reply.array?.first?.integer ?? 0) > 0
            if case .error(let error) = reply { refusal = error }
        }
        if durability.replicas > 0, let reply = waits.popFirst() {
            replicas = Int(reply.integer ?? 0)
            if case .error(let error) = reply { refusal = error }
        }
    }
}
