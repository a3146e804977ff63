import NIOCore
import Synchronization

/// Places for the connections of one server: each takes a file and memory, so their number is bounded.
///
/// Where all are taken, the connection that has waited longest for its client gives its place to the next one: it has sent
/// no request, or half of one. Where none waits, there are a few places more, on which probes are answered, and others told
/// to come again.
final class ConnectionPlaces: Sendable {
    fileprivate struct Holder {
        let waiting: Waiting
        let onLoss: @Sendable () -> Void
    }

    fileprivate struct State {
        var next = 0
        var holders: [Int: Holder] = [:]
        var told: NIODeadline?
    }

    /// Since when a connection has waited for its client, in ns of the system's clock; 0 while the client waits for it.
    fileprivate final class Waiting: Sendable {
        let since: Atomic<UInt64>

        /// Whether it has no more to do than to end.
        var ends: Bool { since.load(ordering: .relaxed) == 1 }

        init(since now: NIODeadline) { since = Atomic(now.uptimeNanoseconds) }
    }

    /// Places beyond the bound.
    static let spare = 32
    /// How long a connection may wait before another one gets its place, while there are others.
    static let grace: TimeAmount = .seconds(1)
    /// How often it is said that all are taken.
    fileprivate static let pause: TimeAmount = .minutes(1)

    let most: Int
    private let state = Mutex(State())

    init(most: Int) { self.most = most }

    /// A place, held until the last reference to it is gone.
    ///
    /// - Parameters:
    ///   - now: The moment.
    ///   - onLoss: Asks the connection to give its place to another one.
    /// - Returns: `nil` where there is none at all; and whether it is time to say that all are taken.
    func take(at now: NIODeadline = .now(), onLoss: @Sendable @escaping () -> Void) -> (place: Place?, tells: Bool) {
        let (place, loser, tells) = state.withLock { state -> (Place?, Holder?, Bool) in
            var loser: Holder?
            let isFull = state.holders.count >= most
            if isFull {
                let waiting = state.longestWaiting()
                let hasSpare = state.holders.count < most + Self.spare
                if let waiting, !hasSpare || now - waiting.since >= Self.grace {
                    loser = state.holders.removeValue(forKey: waiting.number)
                } else if !hasSpare {
                    return (nil, nil, state.tells(at: now))
                }
            }
            state.next += 1
            // Whoever takes the place of one that waits is served, be it a spare one: silent connections can hold all of those.
            let hasReplaced = loser.map { !$0.waiting.ends } ?? false
            let isSpare = !hasReplaced && state.holders.count >= most
            let place = Place(of: self, number: state.next, isSpare: isSpare, since: now)
            state.holders[state.next] = Holder(waiting: place.waiting, onLoss: onLoss)
            return (place, loser, isFull && state.tells(at: now))
        }
        loser?.onLoss()
        return (place, tells)
    }

    /// One connection's place.
    final class Place: Sendable {
        /// Whether it is one beyond the bound.
        let isSpare: Bool
        fileprivate let waiting: Waiting
        private let places: ConnectionPlaces
        private let number: Int

        fileprivate init(of places: ConnectionPlaces, number: Int, isSpare: Bool, since now: NIODeadline) {
            self.places = places
            self.number = number
            self.isSpare = isSpare
            waiting = Waiting(since: now)
        }

        /// The connection waits for its client.
        func waits(since now: NIODeadline = .now()) { waiting.since.store(now.uptimeNanoseconds, ordering: .relaxed) }

        /// The client waits for the connection.
        func works() { waiting.since.store(0, ordering: .relaxed) }

        /// The connection has no more to do than to end: it goes before all others.
        func ends() { waiting.since.store(1, ordering: .relaxed) }

        /// Keeps the place that was to be lost: a request had come meanwhile.
        func keep(onLoss: @Sendable @escaping () -> Void) {
            places.state.withLock { $0.holders[number] = Holder(waiting: waiting, onLoss: onLoss) }
        }

        deinit { _ = places.state.withLock { $0.holders.removeValue(forKey: number) } }
    }
}

extension ConnectionPlaces.State {
    /// The connection that has waited longest for its client; `nil` where none waits.
    fileprivate func longestWaiting() -> (number: Int, since: NIODeadline)? {
        var longest: (number: Int, since: UInt64)?
        for (number, holder) in holders {
            let since = holder.waiting.since.load(ordering: .relaxed)
            if since > 0, longest.map({ since < $0.since }) ?? true { longest = (number, since) }
        }
        return longest.map { ($0.number, .uptimeNanoseconds($0.since)) }
    }

    fileprivate mutating func tells(at now: NIODeadline) -> Bool {
        if let told, now - told < ConnectionPlaces.pause { return false }
        told = now
        return true
    }
}
