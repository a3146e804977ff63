import Foundation
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
import WaitableWorker

/// A worker, until SIGTERM or SIGINT.
struct WorkerProcess {
    let settings: Settings
    let logger: Logger

    func run() async throws {
        FileLimit.raise()
        try settings.checkBuckets()
        var calls = settings.calls
        calls.limit = try FileLimit.calls(settings.callLimit)
        let listening = try settings.metricsPort.map { port in
            try Listening(
                on: (settings.metricsHost, .metricsHost),
                port: (port, .metricsPort),
                settings: settings,
                logger: logger
            )
        }
        try await listening?.check()
        let credentials = try CredentialFiles.named(by: settings, logger: logger)
        let registry = PrometheusRegistry.waitable()
        MetricsSystem.bootstrap(registry)
        let count = await PartitionCount.find(settings)
        let connections = try RedisConnections(settings, partitions: count, logger: logger)
        let partitions = connections.partitions(count, of: settings)
        let store = partitions.home
        let identity = NamespaceIdentity(store: store, arn: settings.arn, logger: logger)
        let name = settings.workerName ?? Self.name
        let machines = MachineCache(store: store)
        let operations = TaskOperations(
            partitions: partitions,
            machines: machines,
            identity: identity,
            registry: registry,
            settings: settings,
            logger: logger
        )
        let worker = WorkerFleet(
            partitions: partitions,
            machines: machines,
            configuration: WorkerConfiguration(
                name: name,
                batch: settings.batch,
                leaseMilliseconds: settings.leaseMilliseconds,
                pollMilliseconds: settings.pollMilliseconds,
                poisonLimit: settings.poisonLimit,
                highWaterPercent: settings.readiness.highWaterPercent
            ),
            calls: calls,
            operations: OperationHandler(operations.carryOut),
            identity: identity,
            itemTable: settings.itemTable,
            logger: logger
        )
        let sweeper = Sweeper(
            partitions: partitions,
            configuration: settings.retention,
            name: name,
            isOurs: { worker.isOwned($0) },
            logger: logger
        )
        let file = AppendOnlyFileCheck(partitions: partitions, logger: logger)
        var services: [any Service] = [connections.service, identity, operations, sweeper, file]
        if let webhook = settings.webhook {
            services.append(
                Webhook(
                    partitions: partitions,
                    configuration: webhook,
                    name: name,
                    isOurs: { worker.isOwned($0) },
                    logger: logger
                )
            )
        }
        if let listening {
            let monitor = WorkerMonitor(
                exposition: Exposition(registry: registry, partitions: partitions, version: Version.number),
                access: Access(credentials: credentials, hosts: listening.hosts, arn: settings.arn, logger: logger),
                logger: logger
            ) {
                if let reason = worker.unreadiness { reason } else { await file.problem() }
            }
            if let credentials { services.append(credentials) }
            if let certificate = listening.certificate { services.append(certificate) }
            services.append(ListeningService(listening: listening, server: try server(monitor.routes(), listening)))
        }
        // The worker stops first: until it has, it can be watched.
        services.append(CheckedService(service: worker, role: .worker, store: store))
        try await ProcessServices(services: services, logger: logger).run()
    }

    private func server(_ routes: Routes, _ listening: Listening) throws -> some Service {
        let logger = logger
        return Application(
            router: routes,
            server: try listening.server(),
            configuration: ApplicationConfiguration(
                address: .hostname(listening.host, port: listening.port),
                serverName: "waitable"
            ),
            onServerRunning: { listening.started("worker", $0, logger: logger) },
            logger: listening.serverLogger(logger)
        )
    }

    /// The host's name and the process's id: unique among the replicas of a stack.
    private static var name: String { "\(host)-\(ProcessInfo.processInfo.processIdentifier)" }

    private static var host: String { ProcessInfo.processInfo.hostName }

    /// Whether a worker of this host, that was given no name, has this one.
    static func isOfThisHost(_ name: String) -> Bool {
        name.without(prefix: "\(host)-")?.utf8.allSatisfy { (0x30...0x39).contains($0) } ?? false
    }
}
