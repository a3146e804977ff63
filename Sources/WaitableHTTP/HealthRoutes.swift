import Hummingbird
import RedisClient
import StatesLanguage
import WaitableRedis

/// `GET /healthz`: the process answers. `GET /readyz`: a start would succeed, as far as can be told.
struct HealthRoutes: Sendable {
    let ingest: Ingest

    func add(to router: Router<BasicRequestContext>) {
        router.get("/healthz") { _, _ in Response(json: .object(["status": .string("ok")])) }
        router.get("/readyz") { _, _ in await readiness() }
    }

    private func readiness() async -> Response {
        // Asked for at once: a probe must not wait for the connection to come back.
        guard ingest.store.client.connectionState == .connected else { return unready("Redis cannot be reached") }
        do {
            guard try await ingest.store.defaultMachine() != nil else {
                return unready("no default state machine is deployed")
            }
            return Response(json: .object(["status": .string("ready")]))
        } catch {
            return unready("Redis cannot be reached")
        }
    }

    private func unready(_ reason: String) -> Response {
        Response(
            status: .serviceUnavailable,
            json: .object(["status": .string("unready"), "reason": .string(reason)])
        )
    }
}
