import NIOCore
import Synchronization

/// The connection that commands take, while there is one; callers wait for the next one when there is none.
final class Link: Sendable {
    private typealias Waiter = CheckedContinuation<Result<RedisConnection, RedisError>, Never>

    private struct State {
        var connection: RedisConnection?
        /// Where it leads.
        var server: RedisConfiguration?
        /// Why the link is closed; `nil` while it is not.
        var closure: RedisError?
        /// Why the last try to connect failed.
        var failure: RedisError?
        var nextID: UInt64 = 0
        var waiting: [UInt64: Waiter] = [:]
        /// Connections that leave the server together with this one.
        var followers: [UInt64: RedisConnection] = [:]

        mutating func newID() -> UInt64 {
            nextID += 1
            return nextID
        }

        /// Callers in the order in which they came.
        mutating func takeWaiting() -> [Waiter] {
            defer { waiting = [:] }
            return waiting.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    private let eventLoop: any EventLoop
    private let state = Mutex(State())

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    var connectionState: RedisClient.ConnectionState {
        state.withLock { $0.closure != nil ? .closed : $0.connection == nil ? .connecting : .connected }
    }

    /// The connection, as soon as there is one.
    func connection(until deadline: NIODeadline) async throws(RedisError) -> RedisConnection {
        if let connection = state.withLock({ $0.connection }) { return connection }
        let id = state.withLock { $0.newID() }
        let timer = eventLoop.scheduleTask(deadline: deadline) { self.giveUp(id, because: nil) }
        defer { timer.cancel() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in
                let known = state.withLock { state -> Result<RedisConnection, RedisError>? in
                    if let connection = state.connection { return .success(connection) }
                    if let closure = state.closure { return .failure(closure) }
                    if Task.isCancelled { return .failure(Self.cancelled) }
                    if NIODeadline.now() >= deadline { return .failure(Self.noConnection(state.failure)) }
                    state.waiting[id] = waiter
                    return nil
                }
                if let known { waiter.resume(returning: known) }
            }
        } onCancel: {
            giveUp(id, because: Self.cancelled)
        }
        return try result.get()
    }

    /// Offers a connection; `false` once the link is closed.
    func open(_ connection: RedisConnection, to server: RedisConfiguration) -> Bool {
        let waiting = state.withLock { state -> [Waiter]? in
            guard state.closure == nil else { return nil }
            state.connection = connection
            state.server = server
            state.failure = nil
            return state.takeWaiting()
        }
        guard let waiting else { return false }
        for waiter in waiting { waiter.resume(returning: .success(connection)) }
        return true
    }

    /// Where the last connection led.
    var address: RedisConfiguration.Address? { state.withLock { $0.server?.address } }

    /// Where a connection leads; `nil` where commands have left it already.
    func server(of connection: RedisConnection) -> RedisConfiguration? {
        state.withLock { $0.connection == connection ? $0.server : nil }
    }

    /// Offers a connection no longer, unless another one has taken its place, and closes its followers.
    func discard(_ connection: RedisConnection) {
        let followers = state.withLock { state -> [UInt64: RedisConnection] in
            guard state.connection == connection else { return [:] }
            state.connection = nil
            defer { state.followers = [:] }
            return state.followers
        }
        for follower in followers.values { follower.close() }
    }

    /// Ties a connection to the one that commands take: it is closed when commands leave that one.
    ///
    /// - Returns: What to ``release(_:)`` it by; `nil` where commands have left the leader already.
    func tie(_ follower: RedisConnection, to leader: RedisConnection) -> UInt64? {
        state.withLock { state in
            guard state.connection == leader else { return nil }
            let id = state.newID()
            state.followers[id] = follower
            return id
        }
    }

    /// Unties a connection.
    func release(_ id: UInt64) { state.withLock { state in state.followers[id] = nil } }

    /// Keeps why there is no connection, for those who wait for one in vain.
    func failed(_ failure: RedisError) { state.withLock { $0.failure = failure } }

    /// Closes the link, for the first reason that it is given, and the followers of its connection.
    func close(because reason: RedisError? = nil) {
        let (waiting, followers, closure) = state.withLock { state in
            let closure = state.closure ?? reason ?? Self.closed
            state.connection = nil
            state.closure = closure
            defer { state.followers = [:] }
            return (state.takeWaiting(), state.followers, closure)
        }
        for follower in followers.values { follower.close() }
        for waiter in waiting { waiter.resume(returning: .failure(closure)) }
    }

    private func giveUp(_ id: UInt64, because reason: RedisError?) {
        let (waiter, failure) = state.withLock { state in
            (state.waiting.removeValue(forKey: id), state.failure)
        }
        waiter?.resume(returning: .failure(reason ?? Self.noConnection(failure)))
    }

    private static let closed = RedisError(.notSent, "the client is closed")
    private static let cancelled = RedisError(.notSent, "the caller was cancelled")

    private static func noConnection(_ failure: RedisError?) -> RedisError {
        guard let failure else { return RedisError(.notSent, "no connection within the command time-out") }
        return failure.code == .configuration ? failure : failure.notSent
    }
}
