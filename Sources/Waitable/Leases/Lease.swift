package import StatesLanguage

/// What one claim gave to a worker: executions that are due, under one lease.
package struct Claim: Sendable {
    /// The Redis clock at the claim, in microseconds since the Unix epoch.
    package var microseconds: Int64
    /// The fencing token: the score that the members now have. Empty when nothing was claimed.
    package var token: String
    /// The score at the head of the `due` set after the claim, in Unix milliseconds; `nil` when the set is empty. For a worker
    /// that sleeps, when it has to look again.
    package var nextDue: Double?
    /// The claimed members.
    package var members: [ClaimedMember]
    /// The partitions for which messages wait.
    package var messages: [Int]
    /// Whether there are jobs of adapters that are to be stopped.
    package var hasJobs: Bool

    /// A claim from its parts.
    package init(
        microseconds: Int64,
        token: String,
        nextDue: Double?,
        members: [ClaimedMember],
        messages: [Int] = [],
        hasJobs: Bool = false
    ) {
        self.messages = messages
        self.hasJobs = hasJobs
        self.microseconds = microseconds
        self.token = token
        self.nextDue = nextDue
        self.members = members
    }

    /// The Redis clock at the claim, cut to whole milliseconds.
    package var now: Instant { Instant(milliseconds: microseconds / 1_000) }

    /// Whether more was due than the claim took.
    package var leavesDue: Bool { nextDue.map { $0 <= Double(microseconds) / 1_000 } ?? false }
}

/// One member of a claim.
package struct ClaimedMember: Sendable {
    /// The member of the `due` set as stored: `machine:id`, or a bare Id. Put there by hand, it can be of any bytes.
    package let bytes: [UInt8]
    /// The same as text.
    package var member: String { String(decoding: bytes, as: UTF8.self) }
    /// The execution that it names; `nil` for a bare Id.
    package var key: ExecutionKey? { ExecutionKey(member: bytes) }
    /// The execution's document; `nil` where there is none.
    package var document: [UInt8]?
    /// How often a lease on it ran out.
    package var redeliveries: Int

    /// A member from its parts.
    package init(bytes: [UInt8], document: [UInt8]?, redeliveries: Int) {
        self.bytes = bytes
        self.document = document
        self.redeliveries = redeliveries
    }
}
