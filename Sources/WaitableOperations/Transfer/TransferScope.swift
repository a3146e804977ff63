import Waitable
import WaitableRedis

/// What a key of a namespace is to an export: whether it goes along, and where it lies in a namespace with another number of
/// partitions.
enum TransferScope: Equatable {
    /// Part of the lines of executions.
    case executions
    /// True only of the processes that run: workers, sleepers, reports.
    case passing
    /// Messages that another partition has not had yet.
    case undelivered
    /// The registry: the same in all partitions.
    case registry
    /// The state of one partition, which holds for each of those that take its place.
    case state
    /// What is counted, in one partition.
    case counters
    /// In the partition of an id, or of a name.
    case id(String)
    /// It names executions that may lie in other partitions: it stays as it is only where their number does.
    case bound(String)
    /// What the change feed has told in a partition: it goes along where their number stays.
    case feed
    /// No key of this version.
    case unknown

    private static let plain: [Spelling: TransferScope] = [
        "due": .executions, "executions": .executions, "closed": .executions, "failed": .executions,
        "redelivered": .executions, "unread": .executions,
        "sweeper": .passing, "sleepers": .passing, "workers": .passing, "reports": .passing, "durable": .passing,
        "checkup": .passing,
        "sent": .passing, "received": .passing, "partitions": .passing,
        "machines": .registry, "versions": .registry, "aliases": .registry, "tags": .registry, "activities": .registry,
        "tables": .registry,
        "deployed": .registry, "arn": .registry, "secret": .registry,
        "paused": .state, "streams": .state, "clock": .state, "leases": .state, "sequence": .state,
        "events": .feed, "deadletters": .feed, "counters": .counters,
        "jobs": .bound("jobs that are to be stopped"),
        "stopping": .bound("executions that are being stopped"),
    ]

    /// The scope of a key.
    ///
    /// - Parameter suffix: What follows the prefix.
    init(suffix: String) {
        if let scope = Self.plain[Spelling(suffix)] {
            self = scope
            return
        }
        guard let colon = suffix.firstIndex(of: ":") else {
            self = .unknown
            return
        }
        let name = String(suffix[suffix.unicodeScalars.index(after: colon)...])
        switch Spelling(String(suffix[..<colon])) {
        case "machine": self = .registry
        case "redrive": self = .state
        case "history", "inbox": self = .id(Self.id(ofMember: name))
        // TABLE:ID is read as machine:id is.
        case "item": self = .id(Self.id(ofMember: name))
        case "stream": self = .id(name)
        case "children": self = .bound("an execution that waits for others")
        case "activity": self = .bound("tasks of an activity that nobody has done yet")
        case "index", "record": self = .bound("items of a declared table")
        case "outbox": self = .undelivered
        default: self = .unknown
        }
    }

    /// The id of a member of `due`: of an execution, or a bare one.
    static func id(ofMember member: String) -> String { ExecutionKey(member: member)?.name ?? member }
}
