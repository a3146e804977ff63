import RedisClient

extension RedisStore {
    /// Why the server of this partition cannot reach a durability as it is set up now; `nil` where it can, or where it does not
    /// say.
    ///
    /// - Throws: ``StoreError`` where it cannot be asked.
    func obstacle(to durability: Durability) async throws(StoreError) -> DurabilityObstacle? {
        do {
            let obstacles = try await client.obstacles(to: durability)
            guard !obstacles.isEmpty else { return nil }
            return DurabilityObstacle(
                obstacles.map(\.reason).joined(separator: "; "),
                isPassing: obstacles.allSatisfy(\.isPassing)
            )
        } catch {
            let refusal = refusal(error)
            guard refusal.isNotAllowed else { throw refusal }
            return nil
        }
    }

    /// Where writes of this partition go now.
    var writeTarget: WriteTarget {
        WriteTarget(partition: keys.partition, server: client.server, connection: client.connections)
    }
}
