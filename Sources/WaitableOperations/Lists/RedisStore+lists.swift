import Algorithms
import RedisClient
import Waitable
import WaitableRedis

extension RedisStore {
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
