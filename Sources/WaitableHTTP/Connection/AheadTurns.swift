import NIOCore
import Synchronization

/// Turns for requests that clients have sent ahead of the answers to those before: few are carried out at once, over all connections
/// of a server, in the order in which the connections ask. So those who send thousands ahead, on a hundred connections, take no
/// more of the server than a few others do.
final class AheadTurns: Sendable {
    private struct State {
        var taken = 0
        var waiting = CircularBuffer<@Sendable (Turn) -> Void>()
    }

    private let most: Int
    private let state = Mutex(State())

    /// - Parameter most: Turns at once.
    init(most: Int) { self.most = most }

    /// Asks for a turn.
    ///
    /// - Parameter body: Gets it, at once or when another one has ended.
    func ask(_ body: @Sendable @escaping (Turn) -> Void) {
        let isFree = state.withLock { state in
            guard state.taken < most else {
                state.waiting.append(body)
                return false
            }
            state.taken += 1
            return true
        }
        if isFree { body(Turn(of: self)) }
    }

    private func end() {
        let next = state.withLock { state in
            let next = state.waiting.popFirst()
            if next == nil { state.taken -= 1 }
            return next
        }
        next?(Turn(of: self))
    }

    /// A turn, until the last reference to it is gone.
    final class Turn: Sendable {
        private let turns: AheadTurns

        fileprivate init(of turns: AheadTurns) { self.turns = turns }

        deinit { turns.end() }
    }
}
