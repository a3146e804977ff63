package import Waitable

/// One item: its execution, and the item itself.
package struct ItemDescription: Sendable {
    /// The execution.
    package let summary: ItemSummary
    /// The item's fields, as stored; `nil` where there is no item.
    package let item: [ItemField]?
}

/// What shows that an item has changed, without its execution's document.
package struct ItemGlance: Sendable, Hashable {
    /// The document's size, in bytes; 0 where there is none, `nil` where it cannot be seen.
    package let documentBytes: Int?
    /// The place in `due`; `nil` for a closed execution.
    package let score: Double?
    /// The item's fields, as stored; `nil` where there is no item.
    package let item: [ItemField]?

    /// A glance.
    package init(documentBytes: Int?, score: Double?, item: [ItemField]?) {
        self.documentBytes = documentBytes
        self.score = score
        self.item = item
    }
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
