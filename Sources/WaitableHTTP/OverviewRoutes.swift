import Hummingbird
import WaitableRedis

/// `GET /overview`: how much waits, is due, runs, and who works on it.
struct OverviewRoutes: Sendable {
    let ingest: Ingest

    func add(to routes: Routes) {
        routes.get("/overview", .read) { _, _ in try await overview() }
    }

    private func overview() async throws -> Response {
        do throws(StoreError) {
            return Response(json: try await ingest.store.overview().json)
        } catch {
            throw ItemError(error)
        }
    }
}
