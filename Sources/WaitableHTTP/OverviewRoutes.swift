import Hummingbird
import WaitableOperations

/// `GET /overview`: how much waits, is due, runs, and who works on it.
struct OverviewRoutes: Sendable {
    let ingest: Ingest

    func add(to routes: Routes) {
        routes.get("/overview", .read) { _, _ in Response(json: try await ingest.store.overview().json) }
    }
}
