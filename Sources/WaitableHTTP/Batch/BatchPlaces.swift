import Synchronization

/// Places for the batches of one process: each batch has a window in memory, so their number is bounded.
///
/// Where all are taken, a batch that hardly moves gives its place to the next one. A batch has a credit of bytes, which it
/// earns by lines that come and answers that go, and spends by the second.
final class BatchPlaces: Sendable {
    private struct Holder {
        var credit: Double
        var since: ContinuousClock.Instant
        let onLoss: @Sendable () -> Void

        func credit(at now: ContinuousClock.Instant) -> Double {
            credit - (now - since) / .seconds(1) * BatchPlaces.pace
        }
    }

    private struct State {
        var next = 0
        var holders: [Int: Holder] = [:]
    }

    /// Bytes a second that keep a place.
    static let pace = 1_024.0
    /// What a batch begins with, and the most that it can have, in bytes.
    static let firstCredit = 5 * pace
    static let mostCredit = 10 * pace

    private let state = Mutex(State())
    private let most: Int

    init(most: Int) { self.most = most }

    /// A place, held until the last reference to it is gone, or it is lost to another batch.
    ///
    /// - Parameters:
    ///   - now: The moment.
    ///   - onLoss: Ends the batch that loses its place.
    /// - Returns: `nil` where all are taken by batches that move.
    func take(at now: ContinuousClock.Instant = .now, onLoss: @Sendable @escaping () -> Void) -> Place? {
        let (number, loser) = state.withLock { state -> (Int?, Holder?) in
            var loser: Holder?
            if state.holders.count >= most {
                let credits = state.holders.mapValues { $0.credit(at: now) }
                guard let slowest = credits.min(by: { $0.value < $1.value }), slowest.value <= 0 else {
                    return (nil, nil)
                }
                loser = state.holders.removeValue(forKey: slowest.key)
            }
            state.next += 1
            state.holders[state.next] = Holder(credit: Self.firstCredit, since: now, onLoss: onLoss)
            return (state.next, loser)
        }
        loser?.onLoss()
        return number.map { Place(of: self, number: $0) }
    }

    private func moved(_ number: Int, _ bytes: Int, at now: ContinuousClock.Instant) {
        state.withLock { state in
            guard let holder = state.holders[number] else { return }
            state.holders[number]?.credit = min(max(0, holder.credit(at: now)) + Double(bytes), Self.mostCredit)
            state.holders[number]?.since = now
        }
    }

    /// One batch's place.
    final class Place: Sendable {
        private let places: BatchPlaces
        private let number: Int

        fileprivate init(of places: BatchPlaces, number: Int) {
            self.places = places
            self.number = number
        }

        /// Says that so many bytes of lines have come, or of answers have gone.
        func moved(_ bytes: Int, at now: ContinuousClock.Instant = .now) { places.moved(number, bytes, at: now) }

        deinit { places.state.withLock { $0.holders[number] = nil } }
    }
}
