import NIOCore
import Synchronization

/// The sockets with which one try to connect goes to a name's addresses, so that it can be called off.
final class ConnectionAttempt: Sendable {
    private struct State {
        var isCancelled = false
        var channels: [any Channel] = []
    }

    private let state = Mutex(State())

    func add(_ channel: any Channel) throws {
        let isCancelled = state.withLock { state in
            state.channels.append(channel)
            return state.isCancelled
        }
        if isCancelled { throw CancellationError() }
    }

    func cancel() {
        let channels = state.withLock { state in
            state.isCancelled = true
            return state.channels
        }
        for channel in channels { channel.close(promise: nil) }
    }
}
