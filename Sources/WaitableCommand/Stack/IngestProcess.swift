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
        let client = RedisClient(settings.redis, logger: logger)
        let store = RedisStore(client: client, keys: settings.keys)
        let identity = NamespaceIdentity(store: store, arn: settings.arn, logger: logger)
        let clock = RedisClock(store: store, logger: logger)
        let starts = StartCoalescer(store: store, clock: clock)
        let deployment = Deployment(
            folder: folder,
            standard: settings.defaultMachine,
            isStandardRequired: settings.defaultMachineIsRequired,
            store: store,
            identity: identity,
            logger: logger
        )
        let readiness = ReadinessSampler(
            store: store,
            policy: settings.readiness,
            isDeployed: { deployment.isDone },
            onEmptyRegistry: { deployment.look() },
            logger: logger
        )
        let offers = ActivityOffers(store: store, logger: logger)
        let batches = StartCoalescer(store: store, clock: clock, limit: 500, calls: 3)
        let confirmer = DurabilityConfirmer(store: store, standard: settings.durability, logger: logger)
        let ingest = Ingest(
            store: store,
            clock: clock,
            starts: starts,
            batches: batches,
            confirmer: confirmer,
            machines: MachineCache(store: store),
            readiness: readiness,
            offers: offers,
            identity: identity,
            itemTable: settings.itemTable,
            access: Access(credentials: credentials, hosts: listening.hosts, arn: settings.arn, logger: logger),
            exposition: Exposition(registry: registry, store: store, version: Version.number),
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
        var services: [any Service] = [client, identity, clock]
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
