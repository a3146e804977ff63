import ServiceLifecycle

/// A server whose error, where it cannot listen, names the setting that mends it.
struct ListeningService<Server: Service>: Service {
    let listening: Listening
    let server: Server

    func run() async throws {
        do {
            try await withTaskCancellationHandler {
                try await withGracefulShutdownHandler {
                    try await server.run()
                } onGracefulShutdown: {
                    listening.end()
                }
            } onCancel: {
                listening.end()
            }
        } catch {
            throw listening.problem(with: error) ?? error
        }
    }
}
