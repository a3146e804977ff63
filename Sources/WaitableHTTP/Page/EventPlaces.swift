import Synchronization

/// So many streams of events may be open at once.
final class EventPlaces: Sendable {
    private let most: Int
    private let taken = Mutex(0)

    init(most: Int) { self.most = most }

    /// A stream's place, until nobody holds it any more.
    final class Place: Sendable {
        private let places: EventPlaces

        fileprivate init(of places: EventPlaces) { self.places = places }

        deinit { places.taken.withLock { $0 -= 1 } }
    }

    /// Takes a place; `nil` where there is none.
    func take() -> Place? {
        let isFree = taken.withLock { taken in
            guard taken < most else { return false }
            taken += 1
            return true
        }
        return isFree ? Place(of: self) : nil
    }
}
