import RedisClient
package import Waitable
package import WaitableRedis

/// An activity, and what waits in it.
package struct ActivityQueue: Sendable {
    /// The activity's name.
    package var name: String
    /// Tasks that nobody has taken, with those that were given up meanwhile.
    package var waiting: Int
    /// Tasks that were taken, and whose takers have not said yet that they have got them.
    package var taken: Int
    /// The execution whose task waits longest; `nil` where none does, or so many other activities have some.
    package var oldest: ExecutionKey?
}

extension RedisStore {
    /// The most activities that are looked at.
    private static let mostActivities = 500
    /// The most activities whose oldest task is read: it comes with its input.
    private static let mostOldest = 50

    /// Reads how much waits in the activities that live in this partition, by name.
    package func activityQueues() async throws(StoreError) -> [ActivityQueue] {
        let names = try await activities().map(\.name)
            .filter { keys.partitioning.partition(of: $0) == keys.partition }
            .prefix(Self.mostActivities)
        let counts = try await counts(
            names.flatMap {
                [RedisCommand("LLEN", keys.activity($0)), RedisCommand("ZCOUNT", keys.taken($0), "0", "+inf")]
            }
        )
        var queues: [ActivityQueue] = []
        var looked = 0
        for (index, name) in names.enumerated() {
            var queue = ActivityQueue(name: name, waiting: counts[2 * index], taken: counts[2 * index + 1])
            if queue.waiting > 0, looked < Self.mostOldest {
                looked += 1
                let task = try await send(RedisCommand("LINDEX", keys.activity(name), "0")).string
                // id, execution, token and input, with line ends between them.
                let parts = task?.split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false) ?? []
                // An execution of another partition has that one's number before it, in braces, which no name has.
                let member = parts.count == 3 ? parts[1].split(separator: "}").last : nil
                queue.oldest = member.flatMap { ExecutionKey(member: String($0)) }
            }
            queues.append(queue)
        }
        return queues
    }
}

extension Partitions {
    /// Reads how much waits in the activities, by name.
    package func activityQueues() async throws(StoreError) -> [ActivityQueue] {
        let queues = try await ask { store async throws(StoreError) in try await store.activityQueues() }
        return queues.flatMap { $0 }.sorted { $0.name < $1.name }
    }
}
