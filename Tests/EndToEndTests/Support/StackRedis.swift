import Foundation
import Logging
import RedisClient
import RedisTestServer
import ServiceLifecycle
import Synchronization
import WaitableRedis

/// The Redis of a stack: one server, or with `WAITABLE_TEST_CLUSTER=1` a cluster of three primaries and a replica of each.
struct StackRedis: Sendable {
    /// The only server, or the cluster's first primary.
    let server: RedisTestServer
    /// The cluster, where there is one.
    let cluster: RedisTestCluster?
    private let isShared: Bool

    /// Whether the suites run on a cluster. Those that stop, fill or set up their only server do not.
    static let isCluster = ProcessInfo.processInfo.environment["WAITABLE_TEST_CLUSTER"] == "1"

    /// Starts it. Tests that ask for nothing special take one cluster, emptied, after the other: they must not run in parallel.
    ///
    /// - Parameter isCluster: Whether it is a cluster; one of its own where the suites run on a single server.
    init(persistence: RedisTestServer.Persistence, options: [String], isCluster: Bool) throws {
        guard isCluster else {
            server = try RedisTestServer(persistence: persistence, options: options)
            cluster = nil
            isShared = false
            return
        }
        isShared = Self.isCluster && persistence == .none && options.isEmpty
        let saves = persistence == .none ? [] : ["--appendonly", "yes"]
        let cluster = try isShared ? Self.emptied() : RedisTestCluster(options: options + saves)
        self.cluster = cluster
        server = cluster.nodes[0]
    }

    private static let shared = Mutex<RedisTestCluster?>(nil)

    private static func emptied() throws -> RedisTestCluster {
        try shared.withLock { shared in
            if let cluster = shared {
                for primary in cluster.primaries {
                    try primary.ask("FLUSHALL", until: "+OK")
                    try primary.ask("FUNCTION FLUSH", until: "+OK")
                }
                return cluster
            }
            let cluster = try RedisTestCluster()
            shared = cluster
            // Nobody else ends it.
            atexit { StackRedis.shared.withLock { $0?.kill() } }
            return cluster
        }
    }

    /// The URL, without a login.
    var url: String { cluster?.url ?? server.url }

    /// Ends it.
    func stop() {
        guard let cluster else { return server.stop() }
        if !isShared { cluster.kill() }
    }

    /// A namespace's partitions, and the service that keeps the connections to them.
    func connect(partitions count: Int, logger: Logger) throws -> (service: any Service, partitions: Partitions) {
        var configuration = try RedisConfiguration(url: url)
        configuration.backoff = .milliseconds(10) ... .milliseconds(50)
        guard cluster != nil else {
            let client = RedisClient(configuration, logger: logger)
            return (client, Partitions(namespace: "waitable", count: count) { _ in client })
        }
        let client = try RedisCluster(configuration, logger: logger)
        return (client, Partitions(namespace: "waitable", count: count) { ClusterSlot(of: $0.prefix, in: client) })
    }
}
