import Hummingbird
import WaitableRedis

/// `GET /overview`: how much waits, is due, runs, and who works on it.
struct OverviewRoutes: Sendable {
    let ingest: Ingest

    func add(to router: Router<BasicRequestContext>) {
        router.get("/overview") { _, _ in try await overview() }
    }

    private func overview() async throws -> Response {
        do {
            return Response(json: try await ingest.store.overview().json)
        } catch let error as StoreError {
            throw ItemError(error)
        }
    }
}
