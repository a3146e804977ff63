import Logging
import ServiceLifecycle
import UnixSignals
import WaitableRedis

/// The services of one process, run until SIGTERM or SIGINT.
///
/// They are stopped in the reverse of their order. What has not stopped in 10 seconds (Redis does not answer, say) is
/// cancelled, so that the process ends within a bound; its leases then have to run out.
struct ProcessServices {
    let services: [any Service]
    let logger: Logger

    func run() async throws {
        var configuration = ServiceGroupConfiguration(
            services: services.map { service in
                // A namespace that turns out to be another one: what is under way is finished first.
                .init(
                    service: service,
                    failureTerminationBehavior: service is NamespaceIdentity ? .gracefullyShutdownGroup : .cancelGroup
                )
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = .seconds(10)
        try await ServiceGroup(configuration: configuration).run()
    }
}
