package import Waitable

/// One item: its execution, and the item itself.
package struct ItemDescription: Sendable {
    /// The execution.
    package let summary: ItemSummary
    /// The item's fields, as stored; `nil` where there is no item.
    package let item: [ItemField]?
}

/// What happened to one item.
package struct ItemTimeline: Sendable {
    /// The item's execution.
    package let key: ExecutionKey
    /// How often a worker has taken it, as far as leases were lost: 1 at first.
    package let attempts: Int
    /// What happened, in order.
    package let events: [ExecutionTimeline.Event]
}
