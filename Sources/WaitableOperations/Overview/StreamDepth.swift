import RedisClient
package import StatesLanguage
import Waitable
package import WaitableRedis

/// A stream that tasks publish to, and what it holds.
package struct StreamDepth: Sendable {
    /// The stream's name.
    package var name: String
    /// How many entries it has; it keeps the last 100,000 or so.
    package var length: Int
    /// When its first entry came; `nil` where it has none, or so many other streams have some.
    package var oldest: Instant?
}

extension RedisStore {
    /// The most streams that are looked at.
    private static let mostStreams = 500
    /// The most streams whose first entry is read: it comes with its message.
    private static let mostOldest = 20

    /// Reads how much the streams of this partition hold, by name.
    package func streamDepths() async throws(StoreError) -> [StreamDepth] {
        let listed = try await send(RedisCommand("ZRANGE", keys.streams, "0", "\(Self.mostStreams - 1)"))
        let names = (listed.array ?? []).compactMap(\.string)
            // After an import all partitions know them.
            .filter { keys.partitioning.partition(of: $0) == keys.partition }
        let lengths = try await counts(names.map { RedisCommand("XLEN", keys.stream($0)) })
        var depths: [StreamDepth] = []
        var looked = 0
        for (name, length) in zip(names, lengths) {
            var depth = StreamDepth(name: name, length: length)
            if length > 0, looked < Self.mostOldest {
                looked += 1
                let first = try await send(RedisCommand("XRANGE", keys.stream(name), "-", "+", "COUNT", "1"))
                depth.oldest = Self.entries(in: first).first.flatMap { Instant(clamping: Double($0.id.milliseconds)) }
            }
            depths.append(depth)
        }
        return depths
    }
}

extension Partitions {
    /// Reads how much the streams hold, by name.
    package func streamDepths() async throws(StoreError) -> [StreamDepth] {
        let depths = try await ask { store async throws(StoreError) in try await store.streamDepths() }
        return depths.flatMap { $0 }.sorted { $0.name < $1.name }
    }
}
