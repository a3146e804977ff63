import NIOCore
import Synchronization

/// A bound on commands without a reply, in number and in bytes: callers beyond it wait, in order, for room.
final class Gate: Sendable {
    /// What a caller holds, or waits for.
    struct Load: Sendable {
        var commands: Int
        var bytes: Int
    }

    private typealias Waiter = CheckedContinuation<Result<Void, RedisError>, Never>

    private struct State {
        var free: Load
        var nextID: UInt64 = 0
        var waiting: CircularBuffer<(id: UInt64, load: Load, waiter: Waiter)> = []

        mutating func take(_ load: Load) -> Bool {
            guard free.commands >= load.commands, free.bytes >= load.bytes else { return false }
            free.commands -= load.commands
            free.bytes -= load.bytes
            return true
        }
    }

    private let capacity: Load
    private let eventLoop: any EventLoop
    private let state: Mutex<State>

    init(commands: Int, bytes: Int, eventLoop: any EventLoop) {
        capacity = Load(commands: max(1, commands), bytes: max(1, bytes))
        self.eventLoop = eventLoop
        state = Mutex(State(free: capacity))
    }

    /// Commands that hold room.
    var commandsInside: Int { state.withLock { capacity.commands - $0.free.commands } }

    /// Commands that wait for room.
    var commandsOutside: Int { state.withLock { $0.waiting.reduce(0) { $0 + $1.load.commands } } }

    /// Waits for room.
    ///
    /// - Returns: What ``leave(_:)`` has to be given. More than the capacity at once counts as all of it.
    func enter(_ load: Load, until deadline: NIODeadline) async throws(RedisError) -> Load {
        let load = Load(commands: min(load.commands, capacity.commands), bytes: min(load.bytes, capacity.bytes))
        let id: UInt64? = state.withLock { state in
            if state.waiting.isEmpty, state.take(load) { return nil }
            state.nextID += 1
            return state.nextID
        }
        guard let id else { return load }
        let timer = eventLoop.scheduleTask(deadline: deadline) {
            self.giveUp(id, "no room within the command time-out")
        }
        defer { timer.cancel() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in
                // A cancellation or time-out from here on finds the waiter in the queue.
                let refusal = state.withLock { state -> RedisError? in
                    if Task.isCancelled { return RedisError(.notSent, "the caller was cancelled") }
                    if NIODeadline.now() >= deadline {
                        return RedisError(.notSent, "no room within the command time-out")
                    }
                    state.waiting.append((id, load, waiter))
                    return nil
                }
                if let refusal { waiter.resume(returning: .failure(refusal)) } else { admit() }
            }
        } onCancel: {
            giveUp(id, "the caller was cancelled")
        }
        try result.get()
        return load
    }

    /// Gives room back.
    func leave(_ load: Load) {
        let isAwaited = state.withLock { state in
            state.free.commands += load.commands
            state.free.bytes += load.bytes
            return !state.waiting.isEmpty
        }
        if isAwaited { admit() }
    }

    private func admit() {
        let admitted = state.withLock { state in
            var admitted: [Waiter] = []
            while let first = state.waiting.first, state.take(first.load) {
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
        guard let waiter else { return }
        waiter.resume(returning: .failure(RedisError(.notSent, reason)))
        // It may have stood, with a large load, before others that fit.
        admit()
    }
}
