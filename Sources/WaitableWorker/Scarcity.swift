import Synchronization

/// For how long Redis has had no room for steps that need some, and so after how long these are run again: the longer, the
/// less they hold up what needs none.
final class Scarcity: Sendable {
    /// What a step needs.
    enum Need: Sendable, Hashable {
        /// Memory below the high-water mark, for something new.
        case new
        /// Memory below `maxmemory`.
        case more
    }

    private let begun = Mutex<[Need: ContinuousClock.Instant]>([:])
    private static let shortest = 1_000
    private static let longest = 15_000

    /// Notes that there was no room.
    ///
    /// - Returns: Between which numbers of ms from now it is worth another try: as long as there has been no room, at least
    ///   one second and at most fifteen, and twice that.
    func refused(_ need: Need, at now: ContinuousClock.Instant = .now) -> ClosedRange<Int> {
        let start = begun.withLock { begun in
            let start = begun[need] ?? now
            begun[need] = start
            return start
        }
        let pause = min(max(Int((now - start) / .milliseconds(1)), Self.shortest), Self.longest)
        return pause...2 * pause
    }

    /// Whether there was no room when it was last asked for.
    var isFelt: Bool { begun.withLock { !$0.isEmpty } }

    /// Notes that there was room; for something new is room for more.
    func granted(_ need: Need) {
        begun.withLock { begun in
            begun[.more] = nil
            if need == .new { begun[.new] = nil }
        }
    }
}
