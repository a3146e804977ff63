import Synchronization

/// Places for the batches of one process: each batch has a window in memory, so their number is bounded.
final class BatchPlaces: Sendable {
    private let taken = Mutex(0)
    private let most: Int

    init(most: Int) { self.most = most }

    /// A place, held until the last reference to it is gone; `nil` where all are taken.
    func take() -> Place? {
        let isFree = taken.withLock { taken in
            guard taken < most else { return false }
            taken += 1
            return true
        }
        return isFree ? Place(of: self) : nil
    }

    /// One batch's place.
    final class Place: Sendable {
        private let places: BatchPlaces

        fileprivate init(of places: BatchPlaces) { self.places = places }

        deinit { places.taken.withLock { $0 -= 1 } }
    }
}
