import Logging
import Synchronization

/// The TLS contexts of a client: its files are read anew for each connection, so that certificates may be renewed under a
/// running client. While they cannot be used, the earlier ones hold on.
final class TLSSource: Sendable {
    private struct State {
        var last: TLSSetup?
        var complaint: String?
    }

    private let tls: RedisConfiguration.TLS
    private let logger: Logger
    private let state = Mutex(State())

    /// - Returns: `nil` for a client without TLS.
    init?(_ configuration: RedisConfiguration, logger: Logger) {
        guard let tls = configuration.tls else { return nil }
        self.tls = tls
        self.logger = logger
    }

    /// The context for the next connection.
    ///
    /// - Throws: ``TLSSetup/Unusable`` where the files cannot be used, and never could.
    func setup() throws -> TLSSetup {
        do {
            let setup = try TLSSetup(tls)
            state.withLock { $0 = State(last: setup) }
            return setup
        } catch let error as TLSSetup.Unusable {
            let (last, isNews) = state.withLock { state in
                defer { state.complaint = error.description }
                return (state.last, state.complaint.map { $0 != error.description } ?? true)
            }
            guard let last else { throw error }
            if isNews {
                logger.warning("TLS files are unusable, the earlier ones hold on", metadata: ["error": "\(error)"])
            }
            return last
        }
    }
}
