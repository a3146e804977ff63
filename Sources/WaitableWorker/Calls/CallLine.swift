import StatesLanguage
import Waitable

/// Executions that found no room for their calls at a destination, and come again: the oldest of them, by the instants at which
/// they were due. A place that becomes free is theirs in that order; one that does not come in time loses its turn, as another
/// worker may have it.
struct CallLine {
    /// Where an execution stands.
    struct Place: Hashable, Comparable {
        /// Since when it has been due.
        let due: Instant
        /// Of those that were due at once, any order does, but it has to stay.
        let key: ExecutionKey

        static func < (one: Place, other: Place) -> Bool {
            guard one.due == other.due else { return one.due < other.due }
            return one.key.member.utf8.lexicographicallyPrecedes(other.key.member.utf8)
        }
    }

    private struct Entry {
        let place: Place
        /// When it has lost its turn.
        let end: ContinuousClock.Instant
    }

    /// The most that are known.
    private let most: Int
    /// In order.
    private var entries: [Entry] = []
    private var swept: ContinuousClock.Instant?
    /// When a call to the destination ended last, and how long that takes on average from one to the next.
    private var lastEnd: ContinuousClock.Instant?
    private var interval: Duration?

    /// For how long one may be late.
    private static let grace = Duration.milliseconds(200)
    private static let sweepInterval = Duration.milliseconds(20)
    private static let longestInterval = Duration.seconds(2)

    /// In how many ms those come again that find no room: few different ones, so that those of a batch are few calls of Redis.
    private static let pauses = [20, 50, 100, 200, 500, 1_000]
    /// The same for those that are not in the line.
    private static let farPauses = [1_000, 2_000, 3_000]

    /// - Parameter most: The most that it knows: as many as can find room together, or more. While those beyond are away, it should
    ///   not run empty.
    init(most: Int) { self.most = most }

    /// How many are before a place, and expected.
    mutating func ahead(of place: Place, at now: ContinuousClock.Instant) -> Int {
        if swept.map({ $0.duration(to: now) >= Self.sweepInterval }) ?? true {
            swept = now
            entries.removeAll { $0.end < now }
        }
        return index(of: place)
    }

    /// Takes note that an execution found no room.
    ///
    /// - Returns: In how many ms it should come again.
    mutating func join(_ place: Place, at now: ContinuousClock.Instant) -> Int {
        leave(place)
        let index = index(of: place)
        guard index < most else { return pause(behind: index, at: now, among: Self.farPauses) ?? Self.farPauses[0] }
        let pause = pause(behind: index, at: now, among: Self.pauses) ?? Self.pauses[4]
        entries.insert(Entry(place: place, end: now + .milliseconds(pause) + Self.grace), at: index)
        if entries.count > most { entries.removeLast() }
        return pause
    }

    /// Takes an execution out.
    mutating func leave(_ place: Place) {
        let index = index(of: place)
        if index < entries.count, entries[index].place == place { entries.remove(at: index) }
    }

    /// Takes note that a call ended.
    mutating func callEnded(at now: ContinuousClock.Instant) {
        if let lastEnd {
            let last = min(lastEnd.duration(to: now), Self.longestInterval)
            interval = interval.map { ($0 * 9 + last) / 10 } ?? last
        }
        lastEnd = now
    }

    /// Half of the time in which so many calls and one more end, so that whoever is next is there when there is room; `nil` where
    /// none has ended yet.
    private func pause(behind count: Int, at now: ContinuousClock.Instant, among pauses: [Int]) -> Int? {
        let last = lastEnd.map { min($0.duration(to: now), Self.longestInterval) } ?? .zero
        guard let interval = interval.map({ max($0, last) }) else { return nil }
        let wanted = Int(interval * (count + 1) / 2 / .milliseconds(1))
        return pauses.last { $0 <= wanted } ?? pauses[0]
    }

    /// Where a place is, or would be.
    private func index(of place: Place) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].place < place { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
