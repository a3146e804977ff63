import Foundation
import RedisClient
import StatesLanguage
import Waitable
import WaitableRedis

/// What the Redis is set up to do with items, and whether starts and commits would go through now.
struct ServerCheckup {
    let store: RedisStore
    let policy: ReadinessPolicy
    var findings: FindingLog
    private(set) var facts = ServerFacts()

    init(store: RedisStore, policy: ReadinessPolicy, findings: FindingLog) {
        self.store = store
        self.policy = policy
        self.findings = findings
    }

    mutating func run() async throws(StoreError) {
        if let reply = try await ask(RedisCommand("INFO")) { facts.info = RedisInfo(reply.string ?? "") }
        if let reply = try await ask(RedisCommand("CONFIG", "GET", "appendfsync", "save"), as: "CONFIG GET") {
            facts.set(configuration: reply)
        }
        facts.clock = try await clock()
        try await checkFunctions()
        checkRole()
        checkMemory()
        try await checkPersistence()
        checkClock()
    }

    /// Sends a command; `nil` where it is not allowed.
    private mutating func ask(_ command: RedisCommand, as name: String = "INFO") async throws(StoreError) -> RedisValue?
    {
        do {
            return try await store.send(command)
        } catch {
            guard error.isNotAllowed else { throw error }
            facts.notAllowed.append(name)
            add(
                "not-allowed",
                .info,
                at: name,
                "This user may not call it, so what it would tell is not looked at.",
                "Give the doctor's user +\(name.lowercased().replacing(" ", with: "|")), or read on without it."
            )
            return nil
        }
    }

    private mutating func add(
        _ code: String,
        _ severity: Finding.Severity,
        at place: String,
        _ problem: String,
        _ advice: String
    ) {
        findings.add(Finding(code, severity, at: place, problem, advice))
    }

    // MARK: Functions

    /// Whether a start would be taken, and by which version of the functions.
    private mutating func checkFunctions() async throws(StoreError) {
        do {
            let reply = try await store.send(RedisCommand("FCALL_RO", "waitable_version", "1", store.keys.prefix))
            facts.functions = reply.integer.map(Int.init)
        } catch {
            switch error {
            case _ where error.isNotAllowed: facts.notAllowed.append("FCALL_RO")
            case .refused(let refusal) where refusal.isUnknownFunction: break
            case .refused(let refusal) where refusal.code == .loading:
                add("loading", .error, at: "Redis", "Redis reads its data after a restart.", "Wait until it has.")
                return
            default: throw error
            }
        }
        let advice = "With --repair: loaded. An ingest loads it at its start too."
        switch facts.functions {
        case nil where facts.notAllowed.contains("FCALL_RO"):
            findings.add(.unexamined("this user may not call FCALL_RO"))
        case nil:
            add("functions-missing", .error, at: "functions", "The function library is not loaded.", advice)
        case let version? where version < FunctionLibrary.version:
            add(
                "functions-old",
                .error,
                at: "functions",
                "The function library is version \(version), and this build needs \(FunctionLibrary.version).",
                advice
            )
        case let version? where version > FunctionLibrary.version:
            add(
                "functions-newer",
                .info,
                at: "functions",
                "The function library is version \(version), newer than this build's \(FunctionLibrary.version).",
                "Nothing: newer functions serve older processes. Use the newer build's doctor."
            )
        default:
            try await checkFunctionText()
            await checkStarts()
        }
    }

    /// Whether the library is this build's, and not another text that says so.
    private mutating func checkFunctionText() async throws(StoreError) {
        do {
            guard try await store.functionText() != FunctionLibrary.source else { return }
            add(
                "functions-changed",
                .error,
                at: "functions",
                "The function library says version \(FunctionLibrary.version), but its text is not this build's.",
                "With --repair: loaded again. Look at which Redis users may run FUNCTION LOAD."
            )
        } catch {
            guard error.isNotAllowed else { throw error }
            add(
                "not-allowed",
                .info,
                at: "FUNCTION LIST",
                "This user may not call it, so the text of the function library is not looked at.",
                "Give the doctor's user +function|list, or read on without it."
            )
        }
    }

    /// Asks Redis itself whether it would take a start; what has a finding of its own is left to that.
    private mutating func checkStarts() async {
        do throws(RedisError) {
            _ = try await store.client.send(RedisCommand("FCALL", "waitable_ready", "1", store.keys.prefix))
        } catch {
            switch Unreadiness(RedisStore.storeError(error)) {
            case .readOnly:
                add(
                    "read-only",
                    .error,
                    at: "role",
                    "This Redis is a replica: it takes no writes.",
                    "Point WAITABLE_REDIS_URL at the master."
                )
            case .full:
                add(
                    "memory-full",
                    .error,
                    at: "maxmemory",
                    "Redis has reached maxmemory: starts are refused.",
                    "Raise maxmemory, shorten the retention (WAITABLE_RETENTION_AGE), or move to a bigger machine."
                )
            case .refusesWrites(let reason):
                add(
                    "refuses-writes",
                    .error,
                    at: "Redis",
                    "Redis refuses writes: \(reason)",
                    "Mend the disk or the replicas that it names: nothing starts and nothing completes until then."
                )
            case .functions where error.server?.prefix == "NOPERM":
                facts.notAllowed.append("FCALL")
                add(
                    "not-allowed",
                    .info,
                    at: "FCALL",
                    "This user may not call functions that write.",
                    "For --repair the doctor's user needs +fcall and the commands of the functions."
                )
            default: break
            }
        }
    }

    // MARK: Settings of Redis

    private mutating func checkRole() {
        if let version = facts.info["redis_version"],
            let major = version.split(separator: ".").first.flatMap({ Int($0) }),
            major < 7
        {
            add(
                "redis-too-old",
                .error,
                at: "redis_version",
                "Redis is \(version): it has no functions.",
                "Waitable needs Redis 7.0 or later."
            )
        }
    }

    private mutating func checkMemory() {
        let info = facts.info
        if let eviction = info["maxmemory_policy"], eviction != "noeviction" {
            add(
                "eviction",
                policy.allowsEviction ? .info : .error,
                at: "maxmemory-policy",
                "The policy is \(eviction): a full Redis may remove items, executions or the due set, without a word.",
                "CONFIG SET maxmemory-policy noeviction, and the same in redis.conf."
            )
        }
        if let percent = info.memoryPercent, percent >= Double(policy.highWaterPercent) {
            add(
                "memory-high",
                .error,
                at: "maxmemory",
                "\(Int(percent)) % of maxmemory is used, above the high-water mark of \(policy.highWaterPercent) %: "
                    + "starts are refused.",
                "Raise maxmemory, shorten the retention (WAITABLE_RETENTION_AGE), or move to a bigger machine."
            )
        }
        if info["maxmemory"] == "0" {
            add(
                "memory-unlimited",
                .info,
                at: "maxmemory",
                "There is no limit: when the machine is full, the kernel kills Redis instead of Redis refusing starts.",
                "CONFIG SET maxmemory to what the machine can spare, and the same in redis.conf."
            )
        }
    }

    private mutating func checkPersistence() async throws(StoreError) {
        let info = facts.info
        if info["aof_enabled"] == "0" {
            if facts.configuration["save"] == "" {
                add(
                    "not-persistent",
                    .warning,
                    at: "appendonly",
                    "Neither an append-only file nor snapshots: a restart of Redis loses everything.",
                    "CONFIG SET appendonly yes, and the same in redis.conf."
                )
            } else {
                add(
                    "snapshots-only",
                    .warning,
                    at: "appendonly",
                    "No append-only file: a crash of Redis loses what was done since the last snapshot, if there are any.",
                    "CONFIG SET appendonly yes, and the same in redis.conf."
                )
            }
        }
        if info["aof_enabled"] == "1", facts.configuration["appendfsync"] == "no" {
            add(
                "fsync-off",
                .warning,
                at: "appendfsync",
                "The append-only file is synced when the system likes: a crash of the machine loses about half a minute.",
                "CONFIG SET appendfsync everysec, and the same in redis.conf."
            )
        }
        if info["aof_enabled"] == "1" { try await checkDefaultUser() }
        for (field, file) in [
            ("aof_last_write_status", "the append-only file"), ("aof_last_bgrewrite_status", "a new append-only file"),
            ("rdb_last_bgsave_status", "the last snapshot"),
        ] where info[field].map({ $0 != "ok" }) ?? false {
            add(
                "not-written",
                .error,
                at: field,
                "Redis could not write \(file).",
                "Look at the disk of Redis (full? read-only?) and at its log; then BGREWRITEAOF or BGSAVE."
            )
        }
    }

    /// Whether the append-only file could be loaded again.
    private mutating func checkDefaultUser() async throws(StoreError) {
        guard let problem = try await DefaultUser.problem(in: store) else { return }
        let text = problem.description
        add(
            problem == .unknown ? "file-unchecked" : "file-lost-at-restart",
            problem == .unknown ? .warning : .error,
            at: "ACL",
            "\(text.prefix(1).uppercased() + text.dropFirst()).",
            "\(problem.advice)."
        )
    }

    // MARK: Clock

    /// How far the clock of Redis is ahead of this machine's, in ms, and by how much that may be wrong.
    private func clock() async throws(StoreError) -> ServerFacts.Clock? {
        var best: ServerFacts.Clock?
        for _ in 0..<3 {
            let before = Date.now.timeIntervalSince1970
            let microseconds: Int64
            do {
                microseconds = try await store.time()
            } catch {
                if error.isNotAllowed { return nil }
                throw error
            }
            let after = Date.now.timeIntervalSince1970
            let reading = ServerFacts.Clock(
                offsetMilliseconds: (Double(microseconds) / 1_000_000 - (before + after) / 2) * 1_000,
                uncertaintyMilliseconds: (after - before) / 2 * 1_000
            )
            if reading.uncertaintyMilliseconds < best?.uncertaintyMilliseconds ?? .infinity { best = reading }
        }
        return best
    }

    private mutating func checkClock() {
        guard let clock = facts.clock, abs(clock.offsetMilliseconds) - clock.uncertaintyMilliseconds > 1_000 else {
            return
        }
        add(
            "clock-offset",
            .warning,
            at: "TIME",
            "The clock of Redis is \(clock.description) of this machine's: what is due is decided by Redis.",
            "Synchronise the clock of the machine that is wrong (NTP)."
        )
    }
}
