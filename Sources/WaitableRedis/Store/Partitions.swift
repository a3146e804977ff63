package import RedisClient
package import StatesLanguage
package import Waitable

/// All partitions of a namespace, as this process reaches them.
package struct Partitions: Sendable {
    /// A store for each partition, in order. The first one is the registry's home: its changes of the registry go to all.
    package let stores: [RedisStore]

    /// The partitions of a namespace.
    ///
    /// - Parameters:
    ///   - count: How many there are, at least 1.
    ///   - client: Who reaches the server of a partition with these keys.
    package init(namespace: String, count: Int, client: (Keys) -> any SlotClient) {
        let partitioning = Partitioning(count: count)
        var stores = (0..<count).map { number in
            let keys = Keys(namespace: namespace, partition: number, of: partitioning)
            return RedisStore(client: client(keys), keys: keys)
        }
        stores[0] = RedisStore(client: stores[0].client, keys: stores[0].keys, copies: Array(stores.dropFirst()))
        self.stores = stores
    }

    /// The only partition of a namespace.
    package init(only store: RedisStore) {
        precondition(store.keys.partitioning.count == 1, "a namespace of one partition")
        stores = [store]
    }

    /// Partition 0: the home of the registry, of the namespace's identity and of the workers' reports.
    package var home: RedisStore { stores[0] }

    /// How ids are spread over them.
    package var partitioning: Partitioning { home.keys.partitioning }

    /// The store of the executions and items of an id, or of the activity or stream of a name.
    package func store(of id: String) -> RedisStore { stores[partitioning.partition(of: id)] }

    /// The store of an execution.
    package func store(of key: ExecutionKey) -> RedisStore { store(of: key.name) }

    /// For each server one of the partitions that it has now.
    package var servers: [RedisStore] {
        var known: Set<ObjectIdentifier> = []
        return stores.filter { known.insert($0.client.server).inserted }
    }

    /// Asks all partitions at once.
    ///
    /// - Returns: The answers, in the order of the partitions.
    package func ask<Answer: Sendable>(
        _ body: @Sendable @escaping (RedisStore) async throws(StoreError) -> Answer
    ) async throws(StoreError) -> [Answer] {
        if stores.count == 1 { return [try await body(home)] }
        let results = await withTaskGroup(of: (Int, Result<Answer, StoreError>).self) { group in
            for (number, store) in stores.enumerated() {
                group.addTask {
                    do throws(StoreError) {
                        return (number, .success(try await body(store)))
                    } catch {
                        return (number, .failure(error))
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        var answers: [Answer] = []
        for number in stores.indices {
            if let result = results[number] { answers.append(try result.get()) }
        }
        return answers
    }

    /// Starts items by the rules of `waitable_start`, in a round trip for each partition.
    ///
    /// - Parameter items: The id of each item, the item as JSON text, and its machine; `nil` for the default one.
    /// - Returns: An answer for each, in order.
    package func startByHand(
        _ items: [(id: String, item: String, machine: String?)]
    ) async throws(StoreError) -> [Result<JSON, StoreError>] {
        let places = Dictionary(grouping: items.indices) { partitioning.partition(of: items[$0].id) }
        let parts = try await ask { store async throws(StoreError) -> [(Int, Result<JSON, StoreError>)] in
            guard let places = places[store.keys.partition] else { return [] }
            return Array(zip(places, try await store.startByHand(places.map { (items[$0].item, items[$0].machine) })))
        }
        return parts.joined().sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// Listens to channels of the partitions, until the task is cancelled.
    ///
    /// - Parameters:
    ///   - channels: Those on which people publish.
    ///   - announcements: Those on which functions do: of each only at the servers that have its partition.
    ///   - body: Called in order for each server, on event loops: it must not block. ``RedisPush/subscribed`` comes for each
    ///     server.
    package func listen(
        to channels: [String] = [],
        announcements: [String],
        _ body: @Sendable @escaping (RedisPush) -> Void
    ) async {
        await home.client.listen(to: channels, sharded: announcements, body)
    }
}
