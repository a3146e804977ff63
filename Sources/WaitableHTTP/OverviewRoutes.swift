import Hummingbird
import WaitableOperations
import WaitableRedis

/// `GET /overview`: how much waits, is due, runs, and who works on it.
struct OverviewRoutes: Sendable {
    let store: RedisStore

    func add(to routes: Routes) {
        routes.get("/overview", .read) { _, _ in Response(json: try await store.overview().json) }
    }
}
