import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import PrometheusMetrics
import RedisClient
import Waitable
import WaitableMetrics
import WaitableRedis

@testable import WaitableHTTP

/// A server on a real socket, in this process, whose Redis is not there: for what is decided before Redis is asked.
enum TestServer {
    static func ingest(
        batches: BatchLimits = BatchLimits(),
        bodies: BodyRoom = BodyRoom(),
        hasPage: Bool = true
    ) -> Ingest {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let configuration = RedisConfiguration(address: .tcp(host: "127.0.0.1", port: 1))
        let store = RedisStore(client: RedisClient(configuration, logger: logger))
        let partitions = Partitions(only: store)
        let clocks = PartitionClocks(partitions, isOneServer: true, logger: logger)
        return Ingest(
            partitions: partitions,
            clock: clocks.home,
            starts: PartitionedStarts(partitions, clocks: clocks),
            batches: PartitionedStarts(partitions, clocks: clocks),
            confirmer: DurabilityConfirmer(partitions: partitions, logger: logger),
            machines: MachineCache(store: store),
            readiness: ReadinessSampler(partitions: partitions, policy: ReadinessPolicy(), logger: logger),
            offers: ActivityOffers(partitions: partitions, logger: logger),
            identity: NamespaceIdentity(store: store, arn: ARN(), logger: logger),
            itemTable: "items",
            access: Access(credentials: nil, arn: ARN(), logger: logger),
            exposition: Exposition(registry: PrometheusRegistry(), partitions: partitions, version: "1"),
            batchLimits: batches,
            hasPage: hasPage,
            bodies: bodies,
            logger: logger
        )
    }

    /// Serves routes, and runs something with the port.
    static func with(
        _ routes: Routes = ingest().routes(),
        limits: ConnectionLimits = ConnectionLimits(),
        _ body: @Sendable (Int) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream<Int>.makeStream()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let application = Application(
            router: routes,
            server: .http1(within: limits),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
            logger: logger
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            defer { group.cancelAll() }
            for await port in ports {
                try await body(port)
                break
            }
        }
    }
}
