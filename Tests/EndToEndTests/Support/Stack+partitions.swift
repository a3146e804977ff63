import RedisClient
import WaitableRedis

/// What a test looks at in all partitions, or in the one that something lies in.
extension Stack {
    /// The store of the executions and items of an id, or of the activity or stream of a name.
    func store(of id: String) -> RedisStore { partitions.store(of: id) }

    /// The store that has the key in a command's words; that of partition 0 where there is none.
    func store(for words: [String]) -> RedisStore {
        partitions.stores.first { store in words.contains { $0.hasPrefix(store.keys.prefix) } } ?? store
    }

    /// How many keys Redis has, on all primaries.
    func size() async throws -> Int {
        var sum = 0
        for server in partitions.servers {
            sum += Int(try await server.client.send(RedisCommand("DBSIZE")).integer ?? -1)
        }
        return sum
    }

    /// The keys that match a pattern, on all primaries.
    func keys(_ pattern: String) async throws -> [String] {
        var keys: [String] = []
        for server in partitions.servers {
            let reply = try await server.client.send(RedisCommand("KEYS", pattern))
            keys += (reply.array ?? []).compactMap(\.string)
        }
        return keys
    }

    /// Waits until what was done in one partition has had its effects in the others; at once where there is only one.
    func settle() async throws {
        guard partitions.stores.count > 1 else { return }
        try await eventually("no message is under way") {
            let sent = try await sentMessages()
            guard try await keys("*:outbox:*").isEmpty, try await keys("*:stopping").isEmpty else { return false }
            // What was sent meanwhile may be where it was looked before.
            return try await sentMessages() == sent
        }
    }

    /// The numbers of the last messages of all channels.
    private func sentMessages() async throws -> [RedisValue] {
        var numbers: [RedisValue] = []
        for store in partitions.stores {
            numbers.append(try await store.client.send(RedisCommand("HGETALL", store.keys.prefix + ":sent")))
        }
        return numbers
    }
}
