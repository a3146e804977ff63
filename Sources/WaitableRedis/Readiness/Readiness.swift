/// When starts are taken.
package struct ReadinessPolicy: Sendable, Hashable {
    /// Whether Redis may be set up to evict keys: items can be lost then, without a word.
    package var allowsEviction: Bool
    /// The share of `maxmemory` in percent from which no start is taken, so that what waits can still be worked on.
    package var highWaterPercent: Int

    /// A policy; the defaults lose nothing.
    package init(allowsEviction: Bool = false, highWaterPercent: Int = 90) {
        self.allowsEviction = allowsEviction
        self.highWaterPercent = highWaterPercent
    }
}

/// Why a start would be lost or refused now.
package enum Unreadiness: Sendable, Equatable {
    /// There is no connection to Redis, or it does not answer.
    case unreachable
    /// Redis reads its data after a restart.
    case loading
    /// This Redis is a replica that only reads.
    case readOnly
    /// Redis refuses writes: its own error, such as `MISCONF …` where it cannot save, `NOREPLICAS …`, or `BUSY …`
    /// where a script has run for long.
    case refusesWrites(String)
    /// Redis has reached `maxmemory`.
    case full
    /// Used memory is above the high-water mark; both in percent of `maxmemory`.
    case memoryHigh(used: Double, mark: Int)
    /// Redis may evict keys: its `maxmemory-policy`.
    case evicts(policy: String)
    /// The next restart of Redis would lose what is in its append-only file: why.
    case losesFile(String)
    /// The function library cannot be used: why.
    case functions(String)
    /// The process has not looked yet whether its folder's state machines are deployed.
    case deploying
    /// There is no default state machine.
    case noDefaultMachine
    /// A start could not be made as safe as it has to be: why.
    case unsafe(String)

    /// Judges what Redis says of its memory.
    package init?(_ info: RedisInfo, _ policy: ReadinessPolicy) {
        if let eviction = info["maxmemory_policy"], eviction != "noeviction", !policy.allowsEviction {
            self = .evicts(policy: eviction)
        } else if let percent = info.memoryPercent, percent >= Double(policy.highWaterPercent) {
            self = .memoryHigh(used: percent, mark: policy.highWaterPercent)
        } else {
            return nil
        }
    }

    /// Reads the refusal of a call that only Redis can have refused.
    package init(_ error: StoreError) {
        switch error {
        case .redis, .clockChanged: self = .unreachable
        case .outOfMemory: self = .full
        case .unready(let unreadiness): self = unreadiness
        case .refused(let refusal) where refusal.code == .loading: self = .loading
        case .refused(let refusal) where refusal.code == .readOnly: self = .readOnly
        case .refused where error.isPassing: self = .refusesWrites("\(error)")
        case .refused, .unexpectedReply, .stopping: self = .functions("\(error)")
        }
    }

    /// A word for programs.
    package var code: String {
        switch self {
        case .unreachable: "RedisUnavailable"
        case .loading: "RedisLoading"
        case .readOnly: "RedisReadOnly"
        case .refusesWrites: "RedisRefusesWrites"
        case .full: "OutOfMemory"
        case .memoryHigh: "MemoryHigh"
        case .evicts: "EvictionPolicy"
        case .losesFile: "AppendOnlyFile"
        case .functions: "FunctionLibrary"
        case .deploying: "Deploying"
        case .noDefaultMachine: "NoStateMachine"
        case .unsafe: "DurabilityUnreachable"
        }
    }

    /// The same in a sentence for people.
    package var reason: String {
        switch self {
        case .unreachable: "there is no connection to Redis"
        case .loading: "Redis reads its data after a restart"
        case .readOnly: "this Redis is a replica that only reads"
        case .refusesWrites(let error): "Redis refuses writes: \(error)"
        case .full: "Redis has reached maxmemory"
        case .memoryHigh(let used, let mark):
            "used memory is \(Int(used)) % of maxmemory, and the high-water mark is \(mark) %"
        case .evicts(let policy):
            "maxmemory-policy is \(policy), which can evict items: it must be noeviction "
                + "(WAITABLE_ALLOW_EVICTION=true takes the risk)"
        case .losesFile(let problem): problem
        case .functions(let problem): "the function library cannot be used: \(problem)"
        case .deploying: "the state machines of the folder are being deployed"
        case .noDefaultMachine: "no default state machine is deployed"
        case .unsafe(let obstacle): "a start cannot be made as safe as it has to be: \(obstacle)"
        }
    }

    /// After how many seconds it is worth asking again.
    package var retryAfter: Int {
        switch self {
        case .unreachable, .loading, .deploying, .noDefaultMachine: 1
        case .full, .memoryHigh, .refusesWrites, .unsafe: 5
        case .readOnly, .evicts, .losesFile, .functions: 10
        }
    }
}
