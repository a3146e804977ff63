import NIOCore
import Synchronization

/// The connection that commands take, while there is one; callers wait for the next one when there is none.
final class Link: Sendable {
    private typealias Waiter = CheckedContinuation<Result<RedisConnection, RedisError>, Never>

    private struct State {
        var connection: RedisConnection?
        var isClosed = false
        /// Why the last try to connect failed.
        var failure: RedisError?
        var nextID: UInt64 = 0
        var waiting: [UInt64: Waiter] = [:]
    }

    private let eventLoop: any EventLoop
    private let state = Mutex(State())

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    var connectionState: RedisClient.ConnectionState {
        state.withLock { $0.isClosed ? .closed : $0.connection == nil ? .connecting : .connected }
    }

    /// The connection, as soon as there is one.
    func connection(until deadline: NIODeadline) async throws(RedisError) -> RedisConnection {
        if let connection = state.withLock({ $0.connection }) { return connection }
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let timer = eventLoop.scheduleTask(deadline: deadline) { self.giveUp(id, "no connection") }
        defer { timer.cancel() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in
                let known = state.withLock { state -> Result<RedisConnection, RedisError>? in
                    if let connection = state.connection { return .success(connection) }
                    if state.isClosed { return .failure(RedisError(.notSent, "the client is closed")) }
                    if Task.isCancelled { return .failure(RedisError(.notSent, "the caller was cancelled")) }
                    if NIODeadline.now() >= deadline { return .failure(Self.noConnection(state.failure)) }
                    state.waiting[id] = waiter
                    return nil
                }
                if let known { waiter.resume(returning: known) }
            }
        } onCancel: {
            giveUp(id, "the caller was cancelled")
        }
        return try result.get()
    }

    func open(_ connection: RedisConnection) {
        let waiting = state.withLock { state in
            state.connection = connection
            state.failure = nil
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for waiter in waiting { waiter.resume(returning: .success(connection)) }
    }

    func lost(_ failure: RedisError?) {
        state.withLock { state in
            state.connection = nil
            state.failure = failure
        }
    }

    func close() {
        let waiting = state.withLock { state in
            state.connection = nil
            state.isClosed = true
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for waiter in waiting { waiter.resume(returning: .failure(RedisError(.notSent, "the client is closed"))) }
    }

    private func giveUp(_ id: UInt64, _ reason: String) {
        let (waiter, failure) = state.withLock { state in
            (state.waiting.removeValue(forKey: id), state.failure)
        }
        waiter?.resume(returning: .failure(failure.map(Self.noConnection) ?? RedisError(.notSent, reason)))
    }

    private static func noConnection(_ failure: RedisError?) -> RedisError {
        RedisError(.notSent, failure?.message ?? "no connection")
    }
}
