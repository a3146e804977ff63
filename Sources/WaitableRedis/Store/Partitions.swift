package import RedisClient
package import Waitable

/// All partitions of a namespace, as this process reaches them.
package struct Partitions: Sendable {
    /// A store for each partition, in order.
    package let stores: [RedisStore]

    /// The partitions of a namespace.
    ///
    /// - Parameters:
    ///   - count: How many there are, at least 1.
    ///   - client: Who reaches the server of a partition with these keys.
    package init(namespace: String, count: Int, client: (Keys) -> RedisClient) {
        let partitioning = Partitioning(count: count)
        stores = (0..<count).map { number in
            let keys = Keys(namespace: namespace, partition: number, of: partitioning)
            return RedisStore(client: client(keys), keys: keys)
        }
    }

    /// The only partition of a namespace.
    package init(only store: RedisStore) { stores = [store] }

    /// The store of the executions and items of an id, or of the activity or stream of a name.
    package func store(of id: String) -> RedisStore { stores[stores[0].keys.partitioning.partition(of: id)] }

    /// The store of an execution.
    package func store(of key: ExecutionKey) -> RedisStore { store(of: key.name) }
}
