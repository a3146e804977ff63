import Synchronization

/// Where there is something to do, by keys: each key is looked after by one task at a time, however often it is noted.
final class NotedWork<Key: Hashable & Sendable>: Sendable {
    private struct State {
        /// Those that are to be looked at.
        var waiting: Set<Key> = []
        /// Those that are being looked at.
        var running: Set<Key> = []
    }

    private let state = Mutex(State())
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init() { (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    /// Notes that there is something to do. What is noted while it is looked after is looked after again.
    func note(_ keys: some Sequence<Key>) {
        state.withLock { $0.waiting.formUnion(keys) }
        signal.yield()
    }

    /// Looks after what is noted, until the task is cancelled.
    func run(_ body: @escaping @Sendable (Key) async -> Void) async {
        await withDiscardingTaskGroup { group in
            for await _ in signals {
                for key in take() {
                    group.addTask {
                        await body(key)
                        self.end(key)
                    }
                }
            }
            group.cancelAll()
        }
    }

    /// Those that nobody is at.
    private func take() -> Set<Key> {
        state.withLock { state in
            let free = state.waiting.subtracting(state.running)
            state.waiting.subtract(free)
            state.running.formUnion(free)
            return free
        }
    }

    private func end(_ key: Key) {
        state.withLock { _ = $0.running.remove(key) }
        // It may have been noted again meanwhile.
        signal.yield()
    }
}
