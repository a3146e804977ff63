import RedisClient

extension RedisStore {
    /// How many partitions the namespace has; nothing is changed.
    ///
    /// - Parameter new: The number for a namespace that was never used. One that was, before there were several, has 1.
    package func partitionCount(orOfNew new: Int) async throws(StoreError) -> Int {
        let words = try await send(RedisCommand("MGET", keys.partitions, keys.arn)).array ?? []
        if let count = words.first?.string.flatMap({ Int($0) }), Partitioning.counts.contains(count) { return count }
        if words.last?.string != nil { return 1 }
        let used = try await send(RedisCommand("EXISTS", keys.due, keys.closed, keys.executions, keys.machines))
        return used == .integer(0) ? new : 1
    }
}
