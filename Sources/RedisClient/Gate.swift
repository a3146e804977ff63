import NIOCore
import Synchronization

/// A bound on commands without a reply: callers beyond it wait, in order, for room.
final class Gate: Sendable {
    private typealias Waiter = CheckedContinuation<Result<Void, RedisError>, Never>

    private struct State {
        var free: Int
        var nextID: UInt64 = 0
        var waiting: CircularBuffer<(id: UInt64, count: Int, waiter: Waiter)> = []
    }

    private let capacity: Int
    private let eventLoop: any EventLoop
    private let state: Mutex<State>

    init(capacity: Int, eventLoop: any EventLoop) {
        self.capacity = max(1, capacity)
        self.eventLoop = eventLoop
        state = Mutex(State(free: max(1, capacity)))
    }

    /// Waits for room. More than the capacity at once counts as all of it.
    func enter(_ count: Int, until deadline: NIODeadline) async throws(RedisError) {
        let count = min(count, capacity)
        let id: UInt64? = state.withLock { state in
            if state.waiting.isEmpty, state.free >= count {
                state.free -= count
                return nil
            }
            state.nextID += 1
            return state.nextID
        }
        guard let id else { return }
        let timer = eventLoop.scheduleTask(deadline: deadline) {
            self.giveUp(id, "no room within the command time-out")
        }
        defer { timer.cancel() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in
                // A cancellation or time-out from here on finds the waiter in the queue.
                let entered = state.withLock { state -> Result<Void, RedisError>? in
                    if Task.isCancelled { return .failure(RedisError(.notSent, "the caller was cancelled")) }
                    if NIODeadline.now() >= deadline {
                        return .failure(RedisError(.notSent, "no room within the command time-out"))
                    }
                    state.waiting.append((id, count, waiter))
                    return nil
                }
                if let entered { waiter.resume(returning: entered) } else { admit() }
            }
        } onCancel: {
            giveUp(id, "the caller was cancelled")
        }
        try result.get()
    }

    /// Gives the room back.
    func leave(_ count: Int) {
        state.withLock { $0.free += min(count, capacity) }
        admit()
    }

    private func admit() {
        let admitted = state.withLock { state in
            var admitted: [Waiter] = []
            while let first = state.waiting.first, first.count <= state.free {
                state.free -= first.count
                admitted.append(first.waiter)
                state.waiting.removeFirst()
            }
            return admitted
        }
        for waiter in admitted { waiter.resume(returning: .success(())) }
    }

    private func giveUp(_ id: UInt64, _ reason: String) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.waiting.firstIndex(where: { $0.id == id }) else { return nil }
            return state.waiting.remove(at: index).waiter
        }
        waiter?.resume(returning: .failure(RedisError(.notSent, reason)))
    }
}
