import RedisClient

extension RedisStore {
    /// Why the server of this partition cannot reach a durability as it is set up now; `nil` where it can, or where it does not
    /// say.
    ///
    /// - Throws: ``StoreError`` where it cannot be asked.
    func obstacle(to durability: Durability) async throws(StoreError) -> String? {
        do {
            let obstacles = try await client.obstacles(to: durability)
            return obstacles.isEmpty ? nil : obstacles.joined(separator: "; ")
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
