public import Hummingbird
import StatesLanguage
public import WaitableMetrics

/// The HTTP side of a worker: `/metrics`, `/metrics/keda`, `/healthz`, `/readyz`.
public struct WorkerMonitor: Sendable {
    private let exposition: Exposition
    private let unreadiness: @Sendable () -> String?

    /// A monitor.
    ///
    /// - Parameter unreadiness: Why the worker cannot work now; `nil` where it can.
    public init(exposition: Exposition, unreadiness: @Sendable @escaping () -> String?) {
        self.exposition = exposition
        self.unreadiness = unreadiness
    }

    /// The routes.
    public func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.add(middleware: RequestMeter())
        MetricsRoutes(exposition: exposition).add(to: router)
        router.get("/healthz") { _, _ in Response(json: .object(["status": .string("ok")])) }
        router.get("/readyz") { _, _ in readiness() }
        return router
    }

    private func readiness() -> Response {
        guard let reason = unreadiness() else { return Response(json: .object(["status": .string("ready")])) }
        return Response(
            status: .serviceUnavailable,
            json: .object(["status": .string("unready"), "reason": .string(reason)])
        )
    }
}
