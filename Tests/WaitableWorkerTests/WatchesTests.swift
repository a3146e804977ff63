import Testing

@testable import WaitableWorker

@Suite("Who watches which partition", .timeLimit(.minutes(1)))
struct WatchesTests {
    private static let partitions = 64

    private static func fleet(_ names: [String]) -> [Watches] {
        names.map { name in
            let watches = Watches(name: name, partitions: partitions, poll: 5_000)
            _ = watches.update(names)
            return watches
        }
    }

    private static func watchers(_ fleet: [Watches], of partition: Int) -> [Int] {
        fleet.indices.filter { if case .sleeps = fleet[$0].watch(of: partition) { true } else { false } }
    }

    private static func names(_ count: Int) -> [String] { (0..<count).map { "worker-\($0)" } }

    @Test(
        "Each partition is watched by two, of however many, and one of these is the first",
        arguments: [2, 3, 16, 100]
    )
    func two(workers: Int) {
        let fleet = Self.fleet(Self.names(workers))
        for partition in 0..<Self.partitions {
            #expect(Self.watchers(fleet, of: partition).count == 2)
            let first = fleet.indices.filter { fleet[$0].isFirst(of: partition) }
            #expect(first.count == 1)
            #expect(Self.watchers(fleet, of: partition).contains(first[0]))
        }
    }

    @Test("They are spread: none of 16 has more than thrice its share")
    func spread() {
        let fleet = Self.fleet(Self.names(16))
        var counts = [Int](repeating: 0, count: 16)
        for partition in 0..<Self.partitions {
            for worker in Self.watchers(fleet, of: partition) { counts[worker] += 1 }
        }
        #expect(counts.max() ?? 0 <= 24, "\(counts)")
        #expect(counts.min() ?? 0 >= 1, "\(counts)")
    }

    @Test("One that leaves moves its own partitions only, and those who get them are told")
    func leaving() {
        let names = Self.names(8)
        let fleet = Self.fleet(names)
        let before = (0..<Self.partitions).map { Self.watchers(fleet, of: $0) }
        let gained = fleet.dropLast().map { $0.update(names.dropLast()) }
        for partition in 0..<Self.partitions {
            let after = Self.watchers(fleet.dropLast(), of: partition)
            #expect(after.count == 2)
            let kept = before[partition].filter { $0 != 7 }
            #expect(Set(after).isSuperset(of: kept))
            #expect(Set(after).subtracting(kept) == Set((0..<7).filter { gained[$0].contains(partition) }))
        }
    }

    @Test("Before it is known who is there, a worker watches all; one partition is watched by everybody")
    func alone() {
        let new = Watches(name: "w", partitions: 8, poll: 5_000)
        #expect((0..<8).allSatisfy { new.watch(of: $0) == .sleeps(30_000) && new.isFirst(of: $0) })
        #expect(new.longestSleep == 30_000)
        _ = new.update([])
        #expect((0..<8).allSatisfy { new.isFirst(of: $0) })
        let names = Self.names(16)
        for name in names {
            let single = Watches(name: name, partitions: 1, poll: 5_000)
            #expect(single.update(names).isEmpty)
            #expect(single.watch(of: 0) == .sleeps(5_000))
        }
    }

    @Test("The others look the more rarely the more of them there are, so that all together look little")
    func visits() {
        let fleet = Self.fleet(Self.names(40))
        for partition in 0..<Self.partitions {
            let looks = fleet.reduce(0.0) { sum, watches in
                guard case .visits(let pause) = watches.watch(of: partition) else { return sum }
                return sum + 1_000 / Double(pause)
            }
            #expect(looks < 0.03)
        }
    }
}
