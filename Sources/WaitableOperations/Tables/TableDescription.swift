import StatesLanguage
package import Waitable
import WaitableRedis

/// A declared table, as operators see it.
package struct TableDescription: Sendable, Equatable {
    /// How it stands, as DynamoDB calls it.
    package enum Status: String, Sendable {
        /// It is declared, and some process may not know it yet.
        case creating = "CREATING"
        /// Every process knows it.
        case active = "ACTIVE"
        /// It is deleted, with its items.
        case deleting = "DELETING"
    }

    /// What is declared.
    package let record: TableRecord
    /// How it stands.
    package let status: Status

    /// A table by the clock of Redis.
    init(_ record: TableRecord, at now: Instant) {
        self.record = record
        let isKnown = now >= record.creationDate.adding(milliseconds: MachineCache.tableDelayMilliseconds)
        status = record.isLeaving ? .deleting : isKnown ? .active : .creating
    }
}
