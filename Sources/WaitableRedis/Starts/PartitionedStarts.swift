package import Logging
import ServiceLifecycle
package import Waitable

/// Starts executions in the partitions of their ids: a ``StartCoalescer`` for each partition.
package struct PartitionedStarts: Service {
    private let partitioning: Partitioning
    private let coalescers: [StartCoalescer]

    /// Starts over partitions.
    ///
    /// - Parameters:
    ///   - clocks: The clocks that starts are made by.
    ///   - limit: The most starts in one call.
    ///   - calls: The most calls under way at once, to one partition.
    package init(_ partitions: Partitions, clocks: PartitionClocks, limit: Int = 250, calls: Int = 2) {
        partitioning = partitions.partitioning
        coalescers = partitions.stores.map { store in
            StartCoalescer(store: store, clock: clocks.clock(of: store), limit: limit, calls: calls)
        }
    }

    /// The clock by which an execution of an id is started.
    package func clock(of id: String) -> RedisClock { coalescers[partitioning.partition(of: id)].clock }

    /// Starts executions, those of one partition all by one call where Redis lets it.
    ///
    /// - Parameter transitions: At most as many as go into one call.
    /// - Returns: What became of each, in order.
    package func start(_ transitions: [Transition]) async -> [StartCoalescer.Answer] {
        let count = partitioning.count
        if count == 1 { return await coalescers[0].start(transitions) }
        if transitions.count == 1 {
            return await coalescers[partitioning.partition(of: transitions[0].key.name)].start(transitions)
        }
        let places = Dictionary(grouping: transitions.indices) { partitioning.partition(of: transitions[$0].key.name) }
        return await withTaskGroup(of: ([Int], [StartCoalescer.Answer]).self) { group in
            for (partition, places) in places {
                group.addTask { (places, await coalescers[partition].start(places.map { transitions[$0] })) }
            }
            var answers = Array(repeating: StartCoalescer.Answer.failure(.stopping), count: transitions.count)
            for await (places, results) in group {
                for (place, result) in zip(places, results) { answers[place] = result }
            }
            return answers
        }
    }

    /// Makes the calls, until the graceful shutdown; starts that wait then are still made.
    package func run() async throws {
        if coalescers.count == 1 { return try await coalescers[0].run() }
        try await withThrowingDiscardingTaskGroup { group in
            for coalescer in coalescers { group.addTask { try await coalescer.run() } }
        }
    }
}

/// The clocks of the servers that have the partitions: one where all are on one server, else one for each partition.
package struct PartitionClocks: Service {
    private let clocks: [RedisClock]

    /// How long a reading of a clock holds that is read only when it is needed.
    private static let life = Duration.seconds(10)

    /// The clocks of partitions.
    ///
    /// - Parameter isOneServer: Whether all partitions are on one server.
    package init(_ partitions: Partitions, isOneServer: Bool, logger: Logger) {
        let home = RedisClock(store: partitions.home, logger: logger)
        guard !isOneServer else {
            clocks = [home]
            return
        }
        clocks = [home] + partitions.stores.dropFirst().map { RedisClock(store: $0, life: Self.life, logger: logger) }
    }

    /// The clock of partition 0.
    package var home: RedisClock { clocks[0] }

    /// The clock of the server that has a partition.
    package func clock(of store: RedisStore) -> RedisClock {
        clocks.count == 1 ? home : clocks[store.keys.partition]
    }

    /// Reads the clock of partition 0 again and again, until the graceful shutdown; the others are read when they are needed.
    package func run() async throws { try await home.run() }
}
