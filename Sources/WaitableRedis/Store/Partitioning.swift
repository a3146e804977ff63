import RedisClient
package import Waitable

/// How a namespace is spread: an id lies in one of a fixed number of partitions.
package struct Partitioning: Sendable, Hashable {
    /// One partition, which has all.
    package static let single = Self(count: 1)

    /// How many there can be.
    package static let counts = 1...1_024

    /// How many partitions there are, at least 1.
    package let count: Int

    /// So many partitions, at least 1.
    package init(count: Int) {
        precondition(count >= 1, "a namespace has at least one partition")
        self.count = count
    }

    /// The partition of an execution, and of the items of the same id: what `CLUSTER KEYSLOT id` answers, modulo ``count``.
    ///
    /// - Parameter id: The id alone, without machine or table. It has no braces, so all of it counts.
    package func partition(of id: String) -> Int { count == 1 ? 0 : HashSlot(of: id).number % count }

    /// Whether two ids lie in different ones; `nil` where there is only one.
    package var areApart: ExecutionRunner.AreApart? {
        guard count > 1 else { return nil }
        return { id, other in partition(of: id) != partition(of: other) }
    }
}
