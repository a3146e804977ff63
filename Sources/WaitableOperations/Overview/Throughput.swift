import RedisClient
package import StatesLanguage
package import WaitableRedis

/// How many executions closed in each minute of the last hour.
package struct Throughput: Sendable, Equatable {
    /// A minute, as far as it has passed.
    package struct Minute: Sendable, Equatable {
        /// When it began.
        package var start: Instant
        /// How many executions closed in it and have not been removed since.
        package var closed: Int
        /// How many of these did not succeed.
        package var failed: Int
    }

    /// When it was read, by the Redis clock.
    package var now: Instant
    /// The minutes, the oldest first; the last one is under way.
    package var minutes: [Minute]
}

extension RedisStore {
    /// Counts what closed in the last hour. Its cost does not depend on how much that is.
    package func throughput() async throws(StoreError) -> Throughput {
        let now = try await self.now()
        let current = now.milliseconds - now.milliseconds % 60_000
        let starts = (0..<60).map { current - Int64(59 - $0) * 60_000 }
        let counts = try await counts(
            [keys.closed, keys.failed].flatMap { key in
                starts.map { RedisCommand("ZCOUNT", key, "\($0)", "(\($0 + 60_000)") }
            }
        )
        return Throughput(
            now: now,
            minutes: starts.indices.map { index in
                .init(
                    start: Instant(milliseconds: starts[index]),
                    closed: counts[index],
                    failed: counts[starts.count + index]
                )
            }
        )
    }
}

extension Partitions {
    /// Counts what closed in the last hour, in all partitions.
    package func throughput() async throws(StoreError) -> Throughput {
        let parts = try await ask { store async throws(StoreError) in try await store.throughput() }
        var sum = parts[0]
        for part in parts.dropFirst() {
            for (index, minute) in part.minutes.enumerated() {
                sum.minutes[index].closed += minute.closed
                sum.minutes[index].failed += minute.failed
            }
        }
        return sum
    }
}
