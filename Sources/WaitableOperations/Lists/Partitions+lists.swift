import Waitable
package import WaitableRedis

/// Lists over all partitions: each partition has its entries in the order of their scores and names, so one place among them
/// is a place in every partition, and stretches from there on are merged.
extension Partitions {
    /// Reads a stretch of the list of executions, without their documents: open ones by due instant, then closed ones,
    /// from the last closed on.
    ///
    /// - Parameters:
    ///   - cursor: Where to begin.
    ///   - limit: The most entries, 1 to 1,000.
    /// - Returns: The entries, and where the list goes on; `nil` at its end.
    package func members(
        from cursor: ListCursor,
        limit: Int
    ) async throws(StoreError) -> ([ListedMember], ListCursor?) {
        var query = SliceQuery(set: cursor.set, place: cursor.last, looked: limit, wanted: limit)
        query.isDescending = cursor.set != .due
        let stretch = try await stretch(query)
        let members = stretch.entries.map(\.member)
        if let place = stretch.place { return (members, ListCursor(set: cursor.set, after: place)) }
        return (members, cursor.set == .due ? ListCursor(set: .closed, after: nil) : nil)
    }

    /// Reads a stretch of one of the sorted sets of all partitions.
    func stretch(_ query: SliceQuery) async throws(StoreError) -> ListSlice {
        guard stores.count > 1 else { return try await home.stretch(query) }
        var share = query
        share.looked = Self.share(of: query.looked, among: stores.count)
        share.wanted = Self.share(of: query.wanted, among: stores.count)
        let part = share
        let parts = try await ask { store async throws(StoreError) in try await store.stretch(part) }
        return ListSlice(merging: parts, isDescending: query.isDescending, wanted: query.wanted)
    }

    /// How many entries each partition is asked for: about twice its share, as they are spread by chance.
    private static func share(of count: Int, among partitions: Int) -> Int {
        count * partitions <= 1_000 ? count : min(count, 2 * count / partitions + 8)
    }
}

extension ListSlice {
    /// What several sets together have from one place on, as far as all of them were read.
    ///
    /// - Parameter wanted: The most entries.
    init(merging parts: [ListSlice], isDescending: Bool, wanted: Int) {
        func precedes(_ one: ListedMember, _ other: ListedMember) -> Bool {
            isDescending ? other.stands(before: one) : one.stands(before: other)
        }
        let end = parts.compactMap(\.place).min(by: precedes)
        var entries = parts.flatMap(\.entries).sorted { precedes($0.member, $1.member) }
        if let end { entries = Array(entries.prefix { !precedes(end, $0.member) }) }
        self.init(entries: entries, place: end)
        if entries.count > wanted {
            self.entries = Array(entries.prefix(wanted))
            place = self.entries.last?.member
        }
    }
}

extension ListedMember {
    /// Whether it comes before another one of the same set: by score, then by the bytes of its name.
    fileprivate func stands(before other: ListedMember) -> Bool {
        score == other.score ? bytes.lexicographicallyPrecedes(other.bytes) : score < other.score
    }
}
