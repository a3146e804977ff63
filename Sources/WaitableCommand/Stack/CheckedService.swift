import ServiceLifecycle
import WaitableRedis

/// A service that is run as soon as Redis has said that its user may do the work; one who may not ends the process.
struct CheckedService: Service {
    let service: any Service
    let role: RedisStore.Role
    let store: RedisStore

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await check() }
        } catch is CancellationError {
            return
        }
        try await service.run()
    }

    /// - Throws: ``StoreError`` where the user may not do it, and `CancellationError`.
    private func check() async throws {
        while true {
            do throws(StoreError) {
                return try await store.checkRights(of: role)
            } catch {
                if error.isNotAllowed { throw error }
            }
            // The connection says itself why it is not there.
            try await Task.sleep(for: .seconds(1))
        }
    }
}
