import Hummingbird
import Logging
import Metrics
import NIOCore
import PrometheusMetrics
import RedisClient
import ServiceLifecycle
import UnixSignals
import Waitable
import WaitableHTTP
import WaitableMetrics
import WaitableRedis

/// An ingest: the HTTP side, with what it needs, until SIGTERM or SIGINT.
struct IngestProcess {
    let settings: Settings
    let logger: Logger

    func run() async throws {
        FileLimit.raise()
        let listening = try Listening(
            on: (settings.host, .host),
            port: (settings.port, .port),
            settings: settings,
            logger: logger
        )
        try await listening.check()
        let credentials = try CredentialFiles.named(by: settings, logger: logger)
        let folder = try StateMachineFolder(settings: settings)
        let registry = PrometheusRegistry.waitable()
        MetricsSystem.bootstrap(registry)
        let count = await PartitionCount.find(settings)
        let connections = try RedisConnections(settings, partitions: count, logger: logger)
        let partitions = connections.partitions(count, of: settings)
        let store = partitions.home
        let identity = NamespaceIdentity(store: store, arn: settings.arn, logger: logger)
        let clocks = PartitionClocks(partitions, isOneServer: !settings.redis.isCluster, logger: logger)
        let starts = PartitionedStarts(partitions, clocks: clocks)
        let deployment = Deployment(
            folder: folder,
            standard: settings.defaultMachine,
            isStandardRequired: settings.defaultMachineIsRequired,
            tables: settings.tables,
            itemTable: settings.itemTable,
            partitions: partitions,
            identity: identity,
            logger: logger
        )
        let confirmer = DurabilityConfirmer(partitions: partitions, standard: settings.durability, logger: logger)
        let readiness = ReadinessSampler(
            partitions: partitions,
            policy: settings.readiness,
            isDeployed: { deployment.isDone },
            shortfall: { confirmer.shortfall },
            onEmptyRegistry: { deployment.look() },
            logger: logger
        )
        let offers = ActivityOffers(partitions: partitions, logger: logger)
        let batches = PartitionedStarts(partitions, clocks: clocks, limit: 500, calls: 3)
        let ingest = Ingest(
            partitions: partitions,
            clock: clocks.home,
            starts: starts,
            batches: batches,
            confirmer: confirmer,
            machines: MachineCache(store: store),
            readiness: readiness,
            offers: offers,
            identity: identity,
            itemTable: settings.itemTable,
            access: Access(credentials: credentials, hosts: listening.hosts, arn: settings.arn, logger: logger),
            exposition: Exposition(registry: registry, partitions: partitions, version: Version.number),
            batchLimits: settings.batchLimits,
            hasPage: settings.hasPage,
            onLostMachines: { deployment.look() },
            logger: logger
        )
        let logger = logger
        let application = Application(
            router: ingest.routes(),
            server: try listening.server(),
            configuration: ApplicationConfiguration(
                address: .hostname(listening.host, port: listening.port),
                serverName: "waitable"
            ),
            onServerRunning: { listening.started("ingest", $0, logger: logger) },
            logger: listening.serverLogger(logger)
        )
        // First nobody who polls is kept, then no more requests, then the starts under way, at last the connection.
        var services: [any Service] = [connections.service, identity, clocks]
        services += ([readiness, deployment] as [any Service]).map { checked($0, store) }
        services += [confirmer, starts, batches] as [any Service]
        if let credentials { services.append(credentials) }
        if let certificate = listening.certificate { services.append(certificate) }
        let server = ListeningService(listening: listening, server: application)
        try await ProcessServices(services: services + [server, checked(offers, store)], logger: logger).run()
    }

    private func checked(_ service: any Service, _ store: RedisStore) -> CheckedService {
        CheckedService(service: service, role: .ingest, store: store)
    }
}
