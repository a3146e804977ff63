import RedisClient
public import ServiceLifecycle
import Synchronization

/// Tells those who poll an activity when it has got a task, by one subscription for all of them.
public final class ActivityOffers: Service {
    private let store: RedisStore
    private let state = Mutex(State())

    private struct State {
        var isClosed = false
        var next = 0
        var listeners: [Spelling: [Int: AsyncStream<Void>.Continuation]] = [:]
    }

    /// Offers of a store whose connection somebody else runs.
    public init(store: RedisStore) { self.store = store }

    /// Listens until the graceful shutdown; then nobody is kept waiting any longer.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await self.store.client.listen(to: [self.store.keys.offers]) { push in
                switch push {
                // What was offered while there was no subscription was missed: look.
                case .subscribed: self.announce(nil)
                case .message(channel: _, let payload): self.announce(String(decoding: payload, as: UTF8.self))
                }
            }
        }
        state.withLock { $0.isClosed = true }
        announce(nil)
    }

    /// Whether there is no more sense in waiting.
    public var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Every announcement of a task of an activity from now on; it ends with the task that asks for it.
    public func announcements(of activity: String) -> AsyncStream<Void> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let id = state.withLock { state in
                state.next += 1
                state.listeners[activity, default: [:]][state.next] = continuation
                return state.next
            }
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { state in
                    state.listeners[activity]?[id] = nil
                    if state.listeners[activity]?.isEmpty ?? false { state.listeners[activity] = nil }
                }
            }
        }
    }

    private func announce(_ activity: String?) {
        let listeners = state.withLock { state in
            if let activity { return Array((state.listeners[activity] ?? [:]).values) }
            return state.listeners.values.flatMap(\.values)
        }
        for listener in listeners { listener.yield() }
    }
}
