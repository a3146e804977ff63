import Algorithms
import RedisClient
import Waitable
package import WaitableRedis

extension RedisStore {
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
        query.isDescending = cursor.set == .closed
        let stretch = try await stretch(query)
        let members = stretch.entries.map(\.member)
        if let place = stretch.place { return (members, ListCursor(set: cursor.set, after: place)) }
        return (members, cursor.set == .due ? ListCursor(set: .closed, after: nil) : nil)
    }

    /// Reads a stretch of one of the sorted sets.
    func stretch(_ query: SliceQuery) async throws(StoreError) -> ListSlice {
        let reply = try await call("waitable_list", query.arguments)
        func malformed() -> StoreError { .unexpectedReply(function: "waitable_list", reply: "\(reply)") }
        func member(_ name: RedisValue, _ score: RedisValue) throws(StoreError) -> ListedMember {
            guard case .bulk(let bytes) = name, let score = score.string.flatMap({ Double($0) }) else {
                throw malformed()
            }
            return ListedMember(set: query.set, bytes: bytes, score: score)
        }
        guard let words = reply.array, words.count % 3 == 2 else { throw malformed() }
        let isEnd = words[0].string?.isEmpty ?? true
        var stretch = ListSlice(entries: [], place: isEnd ? nil : try member(words[1], words[0]))
        stretch.entries.reserveCapacity(words.count / 3)
        for entry in words.dropFirst(2).chunks(ofCount: 3) {
            guard case .bulk(let document)? = entry.last else { throw malformed() }
            stretch.entries.append((try member(entry[entry.startIndex], entry[entry.startIndex + 1]), document))
        }
        return stretch
    }
}
