import Hummingbird
package import Logging
import StatesLanguage
package import WaitableMetrics

/// The HTTP side of a worker: `/metrics`, `/metrics/keda`, `/healthz`, `/readyz`.
package struct WorkerMonitor: Sendable {
    private let exposition: Exposition
    private let access: Access
    private let logger: Logger
    private let unreadiness: @Sendable () async -> String?

    /// A monitor.
    ///
    /// - Parameters:
    ///   - access: Who may read the metrics.
    ///   - logger: For requests that fail.
    ///   - unreadiness: Why the worker cannot work now; `nil` where it can.
    package init(
        exposition: Exposition,
        access: Access,
        logger: Logger,
        unreadiness: @Sendable @escaping () async -> String?
    ) {
        self.exposition = exposition
        self.access = access
        self.logger = logger
        self.unreadiness = unreadiness
    }

    /// The routes.
    package func routes() -> Routes {
        let routes = Routes(access: access, logger: logger)
        MetricsRoutes(exposition: exposition).add(to: routes)
        routes.get("/healthz", .open) { _, _ in Response(json: .object(["status": .string("ok")])) }
        routes.get("/readyz", .open) { _, _ in await readiness() }
        return routes
    }

    private func readiness() async -> Response {
        guard let reason = await unreadiness() else { return Response(json: .object(["status": .string("ready")])) }
        return Response(
            status: .serviceUnavailable,
            json: .object(["status": .string("unready"), "reason": .string(reason)])
        )
    }
}
