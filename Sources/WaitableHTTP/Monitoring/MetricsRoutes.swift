import HTTPTypes
import Hummingbird
import NIOCore
import PrometheusMetrics
import StatesLanguage
import WaitableMetrics
import WaitableOperations
import WaitableRedis

/// `GET /metrics`: everything that is measured, for Prometheus. `GET /metrics/keda`: the few figures that KEDA scales
/// workers by.
struct MetricsRoutes: Sendable {
    let exposition: Exposition

    func add(to routes: Routes) {
        routes.get("/metrics", .read) { _, _ in await metrics() }
        routes.get("/metrics/keda", .read) { _, _ in try await figures() }
    }

    private func metrics() async -> Response {
        Response(
            status: .ok,
            headers: [.contentType: PrometheusRegistry.contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(string: await exposition.text()))
        )
    }

    /// Without Redis there is no figure, not a nought: a scaler that was told 0 would stop the workers.
    private func figures() async throws(ItemError) -> Response {
        guard let backlog = await exposition.backlog() else {
            var error = ItemError(
                status: .serviceUnavailable,
                code: "RedisUnavailable",
                message: "Redis cannot be reached: how much waits is not known."
            )
            error.retryAfter = 1
            throw error
        }
        return Response(
            json: .object([
                "waiting": .integer(Int64(backlog.overview.waiting)),
                "overdue": .integer(Int64(backlog.overview.due)),
                "oldestOverdueSeconds": .double(backlog.oldestOverdueSeconds),
            ])
        )
    }
}
