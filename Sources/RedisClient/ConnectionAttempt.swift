import NIOCore
import Synchronization

/// The sockets with which one try to connect goes to a name's addresses, so that it can be called off.
final class ConnectionAttempt: Sendable {
    private struct State {
        var isCancelled = false
        var connections: [RedisConnection] = []
    }

    private let state = Mutex(State())

    func add(_ connection: RedisConnection) throws {
        let isCancelled = state.withLock { state in
            state.connections.append(connection)
            return state.isCancelled
        }
        if isCancelled { throw CancellationError() }
    }

    /// The connection of the channel that was made. Its pipeline may be empty by now: a handshake can fail at once.
    func connection(of channel: any Channel) -> RedisConnection? {
        state.withLock { $0.connections.first { $0.channel === channel } }
    }

    func cancel() {
        let connections = state.withLock { state in
            state.isCancelled = true
            return state.connections
        }
        for connection in connections { connection.close() }
    }
}
