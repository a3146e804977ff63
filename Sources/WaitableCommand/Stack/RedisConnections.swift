import Logging
import RedisClient
import ServiceLifecycle
import WaitableRedis

/// A process's connections to Redis: one to a single server, one to each primary of a cluster.
struct RedisConnections {
    /// What keeps the connections.
    let service: any Service
    /// Who reaches the server of a partition with these keys.
    let client: @Sendable (Keys) -> any SlotClient

    /// Connections; nothing is connected until the service runs.
    ///
    /// - Parameters:
    ///   - partitions: How many there are, so that a server that is not for all of them is refused.
    ///   - onFailedConnect: Called for each try to connect that fails, but not for one that fails for the same reason as the
    ///     last.
    init(
        _ settings: Settings,
        partitions: Int,
        logger: Logger,
        onFailedConnect: (@Sendable (RedisError) -> Void)? = nil
    ) throws(RedisError) {
        var redis = settings.redis
        if redis.isCluster {
            let cluster = try RedisCluster(redis, logger: logger, onFailedConnect: onFailedConnect)
            service = cluster
            client = { ClusterSlot(of: $0.prefix, in: cluster) }
        } else {
            redis.otherKeys = (1..<max(1, partitions)).map {
                Keys(namespace: settings.keys.namespace, partition: $0).prefix
            }
            let single = RedisClient(redis, logger: logger, onFailedConnect: onFailedConnect)
            service = single
            client = { _ in single }
        }
    }

    /// The partitions of the namespace.
    func partitions(_ count: Int, of settings: Settings) -> Partitions {
        Partitions(namespace: settings.keys.namespace, count: count, client: client)
    }
}

/// How many partitions a process takes its namespace to have.
enum PartitionCount {
    /// Of a new namespace.
    static func new(for settings: Settings) -> Int { settings.redis.isCluster ? 64 : 1 }

    /// How long Redis has for saying it.
    private static let patience = Duration.seconds(2)

    /// What the settings say, else what Redis does. Where Redis cannot be asked, what a new namespace would have: before
    /// anything is done by it, the namespace's identity is settled, and a number that was wrong ends the process.
    static func find(_ settings: Settings) async -> Int {
        if let count = settings.partitions { return count }
        let new = new(for: settings)
        let (failures, failure) = AsyncStream.makeStream(of: Void.self)
        let logger = Logger(label: "waitable") { _ in SwiftLogNoOpLogHandler() }
        guard
            let connections = try? RedisConnections(
                settings,
                partitions: 1,
                logger: logger,
                onFailedConnect: { _ in
                    failure.finish()
                }
            )
        else { return new }
        return await withTaskGroup(of: Int?.self) { group in
            group.addTask {
                try? await connections.service.run()
                return nil
            }
            group.addTask {
                for await _ in failures {}
                return nil
            }
            group.addTask {
                try? await Task.sleep(for: patience)
                return nil
            }
            group.addTask {
                try? await RedisStore(client: connections.client(settings.keys), keys: settings.keys)
                    .partitionCount(orOfNew: new)
            }
            defer { group.cancelAll() }
            return (await group.next() ?? nil) ?? new
        }
    }
}
