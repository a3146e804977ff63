import Synchronization

/// How many batches a process has in hand at once of the partitions of a server: so its memory is bounded by that number and the
/// number of servers, and not by the number of partitions. Each server has its own, so that one which does not answer keeps none
/// from the others. Whoever takes a turn gives it back, in the order in which they came.
final class Turns: Sendable {
    /// A turn that was taken.
    struct Turn: Sendable {
        fileprivate let server: ObjectIdentifier
    }

    private typealias Waiter = CheckedContinuation<Void, Never>

    private struct Queue {
        var taken = 0
        var waiting: [Waiter] = []
    }

    private let count: Int
    /// Those of which turns are taken.
    private let queues = Mutex<[ObjectIdentifier: Queue]>([:])

    /// So many at once of each server.
    init(_ count: Int) { self.count = count }

    /// Waits for a turn of a server.
    func take(at server: ObjectIdentifier) async -> Turn {
        await withCheckedContinuation { (waiter: Waiter) in
            let isFree = queues.withLock { queues in
                guard queues[server, default: Queue()].taken >= count else {
                    queues[server, default: Queue()].taken += 1
                    return true
                }
                queues[server, default: Queue()].waiting.append(waiter)
                return false
            }
            if isFree { waiter.resume() }
        }
        return Turn(server: server)
    }

    /// Gives a turn back.
    func giveBack(_ turn: Turn) {
        let next = queues.withLock { queues -> Waiter? in
            guard var queue = queues[turn.server] else { return nil }
            guard queue.waiting.isEmpty else {
                let next = queue.waiting.removeFirst()
                queues[turn.server] = queue
                return next
            }
            queue.taken -= 1
            queues[turn.server] = queue.taken == 0 ? nil : queue
            return nil
        }
        next?.resume()
    }
}
