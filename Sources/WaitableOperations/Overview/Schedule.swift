import RedisClient
package import StatesLanguage
import Waitable
package import WaitableRedis

/// How many executions wait for the instants of a window.
///
/// One that a worker holds counts where its lease ends, some seconds ahead.
package struct Schedule: Sendable, Equatable {
    /// A part of the window, its end not in it.
    package struct Bucket: Sendable, Equatable {
        /// From its first instant to the next part's.
        package var window: Range<Instant>
        /// How many wait for an instant in it.
        package var count: Int
    }

    /// The parts, in order.
    package var buckets: [Bucket]
    /// How many wait for an earlier instant, or are due.
    package var earlier: Int
    /// How many wait for a later instant.
    package var later: Int
    /// How many wait for an answer and for no instant.
    package var answersOnly: Int
}

extension RedisStore {
    /// Counts what waits for the instants of a window. Its cost does not depend on how much waits.
    ///
    /// - Parameters:
    ///   - window: At least as many milliseconds long as it has parts.
    ///   - parts: In how many parts of about the same length it is counted.
    package func schedule(_ window: Range<Instant>, parts: Int) async throws(StoreError) -> Schedule {
        let first = window.lowerBound.milliseconds
        let length = window.upperBound.milliseconds - first
        let (part, rest) = length.quotientAndRemainder(dividingBy: Int64(parts))
        let edges = (0...Int64(parts)).map { first + $0 * part + $0 * rest / Int64(parts) }
        var bounds = zip(edges, edges.dropFirst()).map { ("\($0)", "(\($1)") }
        let never = DueScore.never
        bounds.append(("-inf", "(\(first)"))
        bounds.append(("\(window.upperBound.milliseconds)", "(\(never)"))
        bounds.append(("\(never)", "\(never)"))
        let counts = try await counts(bounds.map { RedisCommand("ZCOUNT", keys.due, $0, $1) })
        let buckets = zip(zip(edges, edges.dropFirst()), counts).map { edges, count in
            Schedule.Bucket(
                window: Instant(milliseconds: edges.0)..<Instant(milliseconds: edges.1),
                count: count
            )
        }
        return Schedule(
            buckets: buckets,
            earlier: counts[parts],
            later: counts[parts + 1],
            answersOnly: counts[parts + 2]
        )
    }
}

extension Partitions {
    /// Counts what waits for the instants of a window, in all partitions.
    package func schedule(_ window: Range<Instant>, parts: Int) async throws(StoreError) -> Schedule {
        let schedules = try await ask { store async throws(StoreError) in try await store.schedule(window, parts: parts)
        }
        var sum = schedules[0]
        for schedule in schedules.dropFirst() {
            for (index, bucket) in schedule.buckets.enumerated() { sum.buckets[index].count += bucket.count }
            sum.earlier += schedule.earlier
            sum.later += schedule.later
            sum.answersOnly += schedule.answersOnly
        }
        return sum
    }
}
