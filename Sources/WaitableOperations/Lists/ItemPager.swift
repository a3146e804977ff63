import StatesLanguage
package import Waitable
package import WaitableRedis

/// Reads items page by page: first those of open executions, by due instant, then those of closed ones, from the last
/// closed on. An item that moves on between two pages is never missed; it may be seen twice.
package struct ItemPager: Sendable {
    private let partitions: Partitions
    private let table: String

    /// A pager over the items of a table.
    package init(partitions: Partitions, table: String) {
        self.partitions = partitions
        self.table = table
    }

    /// A page of items.
    package struct Page: Sendable {
        /// The items, as stored.
        package var items: [[ItemField]]
        /// Where the list goes on; `nil` at its end.
        package var next: ListCursor?
    }

    /// How many bytes of names and values there is room for in a page. Where there is any left, one more item comes.
    package static let mostBytes = 4_194_304

    /// A page; it may hold fewer items than asked for where they are large, with a filter even none, and still have a next one.
    ///
    /// - Parameters:
    ///   - cursor: Where the last page ended.
    ///   - limit: The most items.
    ///   - processStatus: Only items in this status; `nil` for all.
    package func page(
        from cursor: ListCursor = .beginning,
        limit: Int,
        processStatus: String? = nil
    ) async throws(StoreError) -> Page {
        var items: [[ItemField]] = []
        var room = Self.mostBytes
        var cursor: ListCursor? = cursor
        // Bounded: a filter that matches little ends the page after a few reads, with a token to go on from.
        var reads = 0
        while let current = cursor, items.count < limit, room > 0, reads < 10 {
            reads += 1
            let wanted = processStatus == nil ? limit - items.count : 1_000
            let (members, next) = try await partitions.members(from: current, limit: wanted)
            let keys = members.map { ItemKey(table: table, id: ExecutionKey(member: $0.name)?.name ?? $0.name) }
            var looked = 0
            for item in try await partitions.items(keys, upToBytes: room) where items.count < limit {
                looked += 1
                guard let item, processStatus.map({ Self.status(of: item) == $0 }) ?? true else { continue }
                items.append(item)
                room -= item.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
            }
            cursor = looked == members.count ? next : ListCursor(set: current.set, after: members[looked - 1])
        }
        return Page(items: items, next: cursor)
    }

    private static func status(of item: [ItemField]) -> String? { item.first { $0.name == "ProcessStatus" }?.value }
}

extension Partitions {
    /// Reads the first of some items of all partitions, as ``RedisStore/items(_:upToBytes:)``.
    fileprivate func items(_ keys: [ItemKey], upToBytes bytes: Int) async throws(StoreError) -> [[ItemField]?] {
        guard stores.count > 1, !keys.isEmpty else { return try await home.items(keys, upToBytes: bytes) }
        let places = Dictionary(grouping: keys.indices) { partitioning.partition(of: keys[$0].id) }
        let room = max(1, bytes / places.count)
        let parts = try await ask { store async throws(StoreError) -> [(Int, [ItemField]?)] in
            guard let places = places[store.keys.partition] else { return [] }
            return Array(zip(places, try await store.items(places.map { keys[$0] }, upToBytes: room)))
        }
        var found: [Int: [ItemField]?] = [:]
        for (place, item) in parts.joined() { found[place] = .some(item) }
        // As far as all of them were read: of the first of each partition there is at least one.
        return keys.indices.prefix { found[$0] != nil }.map { found[$0] ?? nil }
    }
}
