import Hummingbird
import WaitableOperations
import WaitableRedis

/// `GET /overview`: how much waits, is due, runs, and who works on it.
struct OverviewRoutes: Sendable {
    let partitions: Partitions

    func add(to routes: Routes) {
        routes.get("/overview", .read) { _, _ in Response(json: try await partitions.overview().json) }
    }
}
