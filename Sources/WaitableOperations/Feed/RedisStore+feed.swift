package import RedisClient
package import WaitableRedis

/// A stretch of a partition's feed.
package struct FeedSlice: Sendable {
    /// What could be read as an event.
    package var events: [FeedEvent]
    /// The last entry of the stretch; where it began if it has none.
    package var last: StreamID
    /// Whether there may be more behind it.
    package var isFull: Bool
}

extension RedisStore {
    /// Reads events of this partition.
    ///
    /// - Parameters:
    ///   - id: The entry behind which to begin.
    ///   - limit: The most entries.
    package func events(after id: StreamID, limit: Int) async throws(StoreError) -> FeedSlice {
        let entries = try await entries(RedisCommand("XRANGE", keys.events, "(\(id)", "+", "COUNT", "\(limit)"))
        return FeedSlice(
            events: entries.compactMap { FeedEvent(partition: keys.partition, entry: $0.id, words: $0.words) },
            last: entries.last?.id ?? id,
            isFull: entries.count == limit
        )
    }

    /// The last entry of this partition's feed; the beginning where there is none.
    package func lastEvent() async throws(StoreError) -> StreamID {
        try await entries(RedisCommand("XREVRANGE", keys.events, "+", "-", "COUNT", "1")).first?.id ?? .beginning
    }

    /// How many entries a feed keeps, as feed.lua has it: one with fewer has lost none.
    private static let mostEvents = 100_000

    /// The first entry that this partition's feed still has; `nil` where it has lost none.
    package func firstEventKept() async throws(StoreError) -> StreamID? {
        guard let count = try await send(RedisCommand("XLEN", keys.events)).integer, count >= Self.mostEvents else {
            return nil
        }
        return try await entries(RedisCommand("XRANGE", keys.events, "-", "+", "COUNT", "1")).first?.id
    }

    private func entries(_ command: RedisCommand) async throws(StoreError) -> [(id: StreamID, words: [RedisValue])] {
        Self.entries(in: try await send(command))
    }

    /// The entries of a stream in a reply.
    package static func entries(in reply: RedisValue) -> [(id: StreamID, words: [RedisValue])] {
        (reply.array ?? []).compactMap { entry -> (id: StreamID, words: [RedisValue])? in
            guard let parts = entry.array, parts.count == 2, let id = parts[0].string.flatMap({ StreamID($0) })
            else { return nil }
            return (id, parts[1].array ?? [])
        }
    }
}
