import Logging
import RedisClient
import ServiceLifecycle
import UnixSignals
import WaitableRedis

/// The services of one process, run until SIGTERM or SIGINT.
///
/// They are stopped in the reverse of their order. What has not stopped in 7 seconds (Redis does not answer, say) is
/// cancelled, so that the process ends within 10, with the time that the connection then gets for replies under way; its
/// leases have to run out.
struct ProcessServices {
    let services: [any Service]
    let logger: Logger

    func run() async throws {
        var configuration = ServiceGroupConfiguration(
            services: services.map { service in
                // A namespace that turns out to be another one, a login that Redis refuses, a user without the rights, or a
                // durability that cannot be reached: what is under way is finished first.
                let isForeign =
                    service is NamespaceIdentity || service is RedisClient || service is RedisCluster
                    || service is CheckedService || service is DurabilityConfirmer
                return .init(
                    service: CancellableService(base: service),
                    failureTerminationBehavior: isForeign ? .gracefullyShutdownGroup : .cancelGroup,
                    serviceName: "\(service)"
                )
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = .seconds(7)
        try await ServiceGroup(configuration: configuration).run()
    }
}

/// A service that has no error to tell when it was cancelled: it did what it was told.
private struct CancellableService: Service {
    let base: any Service

    func run() async throws {
        do {
            try await base.run()
        } catch is CancellationError where Task.isCancelled {}
    }
}
