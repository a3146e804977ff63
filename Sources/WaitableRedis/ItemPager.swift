public import StatesLanguage
public import Waitable

/// Reads items page by page: first those of open executions, by due instant, then those of closed ones, from the last
/// closed on. An item that moves on between two pages is never missed; it may be seen twice.
public struct ItemPager: Sendable {
    private let store: RedisStore
    private let table: String

    /// A pager over the items of a table.
    public init(store: RedisStore, table: String) {
        self.store = store
        self.table = table
    }

    /// A page of items.
    public struct Page: Sendable {
        /// The items, as stored.
        public var items: [[ItemField]]
        /// Where the list goes on; `nil` at its end.
        public var next: ItemCursor?

        /// `{"items": […], "nextToken"?}`
        public var json: JSON {
            var object: JSONObject = ["items": .array(items.map(ItemView.json))]
            object["nextToken"] = next.map { .string($0.token) }
            return .object(object)
        }
    }

    /// A page; with a filter it may hold fewer items than asked for, even none, and still have a next one.
    public func page(_ query: ItemListQuery) async throws(StoreError) -> Page {
        var items: [[ItemField]] = []
        var cursor: ItemCursor? = query.start
        // Bounded: a filter that matches little ends the page after a few reads, with a token to go on from.
        var reads = 0
        while let current = cursor, items.count < query.limit, reads < 10 {
            reads += 1
            let wanted = query.processStatus == nil ? query.limit - items.count : 1_000
            let (members, next) = try await store.members(from: current, limit: wanted)
            cursor = next
            let keys = members.map { ItemKey(table: table, id: ExecutionKey(member: $0.name)?.name ?? $0.name) }
            for (index, item) in try await store.items(keys).enumerated() {
                guard let item, query.matches(item) else { continue }
                items.append(item)
                if items.count == query.limit, index + 1 < members.count {
                    cursor = ItemCursor(set: members[index].set, after: members[index])
                    break
                }
            }
        }
        return Page(items: items, next: cursor)
    }
}
