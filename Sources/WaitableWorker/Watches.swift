import Synchronization

/// How a worker watches a partition.
enum Watch: Sendable, Equatable {
    /// It sleeps towards what is due next, for so many ms at most, and hears of what is due sooner.
    case sleeps(Int)
    /// It looks after so many ms whether those that watch it do so.
    case visits(Int)

    /// The time to the next claim where nothing is heard of before, in ms. A fleet that was started at once does not visit at
    /// once.
    var nextPause: Int64 {
        switch self {
        case .sleeps(let pause): Int64(pause)
        case .visits(let pause): .random(in: Int64(pause) / 2...Int64(pause) * 3 / 2)
        }
    }
}

/// Which partitions this process watches: of those that are at work, two watch each partition. So the end of one of them makes
/// nothing late, and to be idle costs by partitions, however many workers there are.
///
/// The two are found by rendezvous hashing: everybody who knows the same names finds the same, and one who comes or goes moves
/// its own partitions only. A wrong guess costs a look more, or a little lateness; claims are atomic whoever makes them.
final class Watches: Sendable {
    /// How many watch a partition.
    private static let watchers = 2
    /// How much longer than with one partition a worker sleeps: the sleep is only there for what nobody announces.
    private static let sleeps = 6
    /// The ms after which the first of those that do not watch a partition looks at it; each next one takes twice as long.
    private static let firstVisit = 240_000
    private static let longestVisit = 3_600_000

    private let name: String
    private let partitions: Int
    private let sleep: Int
    /// By partition; nothing before the names are known: until then this process watches all.
    private let ranks = Mutex<[Int]>([])

    /// Watches of one worker.
    ///
    /// - Parameters:
    ///   - poll: The longest sleep of a worker in a namespace of one partition, in ms.
    init(name: String, partitions: Int, poll: Int) {
        self.name = name
        self.partitions = partitions
        sleep = partitions == 1 ? poll : poll * Self.sleeps
    }

    /// How the process watches a partition. One that is the only one is watched by all.
    func watch(of partition: Int) -> Watch {
        let rank = ranks.withLock { $0.isEmpty ? 0 : $0[partition] }
        guard partitions > 1, rank >= Self.watchers else { return .sleeps(sleep) }
        return .visits(min(Self.longestVisit, Self.firstVisit << min(rank - Self.watchers, 8)))
    }

    /// Whether the process is the first one to watch a partition.
    func isFirst(of partition: Int) -> Bool { ranks.withLock { $0.isEmpty || $0[partition] == 0 } }

    /// The longest sleep at a partition, in ms; `nil` where it watches none.
    var longestSleep: Int? {
        let watches = ranks.withLock { $0.isEmpty || $0.contains { $0 < Self.watchers } }
        return partitions == 1 || watches ? sleep : nil
    }

    /// Takes note of who is at work.
    ///
    /// - Returns: The partitions that the process watches from here on, and did not before.
    func update(_ names: [String]) -> [Int] {
        guard partitions > 1 else { return [] }
        let others = names.filter { !$0.utf8.elementsEqual(name.utf8) }
        let new = (0..<partitions).map { partition in
            let own = Self.weight(of: name, for: partition)
            return others.count { Self.precedes((Self.weight(of: $0, for: partition), $0), (own, name)) }
        }
        return ranks.withLock { ranks in
            let old = ranks
            ranks = new
            guard !old.isEmpty else { return [] }
            return new.indices.filter { new[$0] < Self.watchers && old[$0] >= Self.watchers }
        }
    }

    private static func precedes(_ one: (UInt64, String), _ other: (UInt64, String)) -> Bool {
        one.0 == other.0 ? one.1.utf8.lexicographicallyPrecedes(other.1.utf8) : one.0 > other.0
    }

    /// FNV-1a over the name and the partition, mixed once more: the same in every process.
    private static func weight(of name: String, for partition: Int) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        for byte in name.utf8 { add(byte) }
        add(0)
        add(UInt8(truncatingIfNeeded: partition))
        add(UInt8(truncatingIfNeeded: partition >> 8))
        hash ^= hash >> 33
        hash &*= 0xFF51_AFD7_ED55_8CCD
        hash ^= hash >> 33
        hash &*= 0xC4CE_B9FE_1A85_EC53
        return hash ^ hash >> 33
    }
}
