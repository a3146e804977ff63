import Synchronization

/// How many batches a process has in hand at once, over all partitions: so its memory is bounded by that number, and not by the
/// number of partitions. Whoever takes a turn gives it back, in the order in which they came.
final class Turns: Sendable {
    private typealias Waiter = CheckedContinuation<Void, Never>

    private struct State {
        var free: Int
        var waiting: [Waiter] = []
    }

    private let state: Mutex<State>

    /// So many at once.
    init(_ count: Int) { state = Mutex(State(free: count)) }

    /// Waits for a turn.
    func take() async {
        await withCheckedContinuation { (waiter: Waiter) in
            let isFree = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(waiter)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { waiter.resume() }
        }
    }

    /// Gives a turn back.
    func giveBack() {
        let next = state.withLock { state -> Waiter? in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
