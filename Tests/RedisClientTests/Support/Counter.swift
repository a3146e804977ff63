import Synchronization

/// Counts what happens in several tasks.
final class Counter: Sendable {
    private let atomic = Atomic(0)

    var count: Int { atomic.load(ordering: .acquiring) }

    @discardableResult
    func increment() -> Int { atomic.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue }
}
