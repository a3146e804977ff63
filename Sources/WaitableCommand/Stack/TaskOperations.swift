import Logging
import PrometheusMetrics
import RedisClient
import ServiceLifecycle
import StatesLanguage
import Synchronization
import Waitable
import WaitableHTTP
import WaitableMetrics
import WaitableRedis

/// The Step Functions API for tasks of a worker: what it needs is made and run from the first task on that asks for it.
final class TaskOperations: Service {
    private let partitions: Partitions
    private let machines: MachineCache
    private let identity: NamespaceIdentity
    private let registry: PrometheusRegistry
    private let settings: Settings
    private let logger: Logger
    private let parts = Mutex<Parts?>(nil)
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    private struct Parts: Sendable {
        let ingest: Ingest
        let services: [any Service]
    }

    init(
        partitions: Partitions,
        machines: MachineCache,
        identity: NamespaceIdentity,
        registry: PrometheusRegistry,
        settings: Settings,
        logger: Logger
    ) {
        self.partitions = partitions
        self.machines = machines
        self.identity = identity
        self.registry = registry
        self.settings = settings
        self.logger = logger
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Carries out an operation.
    @Sendable
    func carryOut(_ operation: String, _ members: JSONObject) async -> Result<JSONObject, OperationFailure> {
        let ingest = parts.withLock { parts in
            let made = parts ?? self.make()
            parts = made
            return made.ingest
        }
        signal.yield()
        return await ingest.carryOut(operation, members)
    }

    private func make() -> Parts {
        let clocks = PartitionClocks(partitions, isOneServer: !settings.redis.isCluster, logger: logger)
        let starts = PartitionedStarts(partitions, clocks: clocks)
        let readiness = ReadinessSampler(partitions: partitions, policy: settings.readiness, logger: logger)
        let offers = ActivityOffers(partitions: partitions, logger: logger)
        let confirmer = DurabilityConfirmer(partitions: partitions, standard: settings.durability, logger: logger)
        let ingest = Ingest(
            partitions: partitions,
            clock: clocks.home,
            starts: starts,
            batches: starts,
            confirmer: confirmer,
            machines: machines,
            readiness: readiness,
            offers: offers,
            identity: identity,
            itemTable: settings.itemTable,
            access: Access(credentials: nil, arn: settings.arn, logger: logger),
            exposition: Exposition(registry: registry, partitions: partitions, version: Version.number),
            logger: logger
        )
        return Parts(ingest: ingest, services: [clocks, readiness, confirmer, starts])
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { for await _ in self.signals { return } }
        guard let parts = parts.withLock({ $0 }) else {
            // Nobody has asked.
            return try await gracefulShutdown()
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in parts.services { group.addTask { try await service.run() } }
            try await group.waitForAll()
        }
    }
}
