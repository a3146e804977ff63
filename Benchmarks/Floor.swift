import Foundation
import RedisTestServer
import StatesLanguage
import WaitableRedis

/// The same effect on Redis by the leanest functions, driven by a pipelined client without any of our code: what every figure
/// is compared with.
struct Floor: Sendable {
    var startsPerSecond = 0.0
    var startCPU = 0.0
    var drainsPerSecond = 0.0
    var drainCPU = 0.0
    var bytesWaiting = 0.0
    var bytesClosed = 0.0

    /// Measures it on a Redis of its own.
    ///
    /// - Parameter samples: Documents of ours, so that the floor writes as many bytes.
    static func measure(items: Int, program: String, samples: Samples) async throws -> Floor {
        var floor = Floor()
        try await Rig.with(program) { rig in
            let connection = try HiredisConnection(socket: rig.redis.socket)
            connection.append(words("FUNCTION", "LOAD", "REPLACE", FloorFunctions.library))
            try connection.reply()
            let driver = FloorDriver(connection: connection, prefix: rig.store.keys.prefix, samples: samples)
            let before = try await rig.read()
            try driver.start(items)
            let started = try await rig.read()
            try driver.drain()
            let drained = try await rig.read()
            let count = Double(items)
            floor.startsPerSecond = count / before.instant.duration(to: started.instant).seconds
            floor.startCPU = (started.redisCPU - before.redisCPU) * 1e6 / count
            floor.drainsPerSecond = count / started.instant.duration(to: drained.instant).seconds
            floor.drainCPU = (drained.redisCPU - started.redisCPU) * 1e6 / count
            floor.bytesWaiting = (started.memory - before.memory) / count
            floor.bytesClosed = (drained.memory - before.memory) / count
        }
        return floor
    }

    fileprivate static func words(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }

    /// Documents as a waiting and a closed execution have them, cut where the item's id stands.
    struct Samples: Sendable {
        let waiting: [[UInt8]]
        let closed: [[UInt8]]

        init(waiting: String, closed: String, id: String) {
            self.waiting = Self.parts(waiting, id)
            self.closed = Self.parts(closed, id)
        }

        private static func parts(_ document: String, _ id: String) -> [[UInt8]] {
            document.replacing(id, with: "\u{0}").split(separator: "\u{0}", omittingEmptySubsequences: false)
                .map { Array($0.utf8) }
        }
    }
}

/// Sends the floor's calls: two batches are always on their way.
private struct FloorDriver {
    let connection: HiredisConnection
    let prefix: String
    let samples: Floor.Samples

    private static let batch = 500
    private static let due = "1795458412982"
    private static let moment = Array("2026-11-23T18:26:52.982Z".utf8)

    private func call(_ function: String, _ arguments: [[UInt8]]) {
        connection.append(Floor.words("FCALL", function, "1", prefix) + arguments)
    }

    private func document(_ parts: [[UInt8]], _ id: ArraySlice<UInt8>) -> [UInt8] {
        Array(parts.joined(separator: Array(id)))
    }

    func start(_ items: Int) throws {
        let run = UUID().uuidString.prefix(26)
        var outstanding = 0
        for first in stride(from: 0, to: items, by: Self.batch) {
            var arguments: [[UInt8]] = []
            arguments.reserveCapacity(6 * Self.batch)
            for number in first..<min(first + Self.batch, items) {
                let name = Array("\(Rig.machine):\(run)-\(100_000_000 + number)".utf8)
                let id = name[(Rig.machine.utf8.count + 1)...]
                arguments += [
                    name, Array(Self.due.utf8), document(samples.waiting, id), Array(id), Self.moment, Self.moment,
                ]
            }
            call("floor_start", arguments)
            outstanding += 1
            if outstanding == 2 {
                try connection.reply()
                outstanding -= 1
            }
        }
        for _ in 0..<outstanding { try connection.reply() }
    }

    func drain() throws {
        var leases = 0
        func claim() {
            leases += 1
            call("floor_claim", Floor.words(Self.due, Self.lease(leases)))
        }
        claim()
        var claimed = try connection.reply()
        var hasCommit = false
        while !claimed.isEmpty {
            // While Redis is at the last commit, the next one is put together.
            let lease = Self.lease(leases)
            claim()
            call("floor_commit", commit(claimed[..<(claimed.count / 2)], under: lease))
            if hasCommit { try connection.reply() }
            claimed = try connection.reply()
            hasCommit = true
        }
        if hasCommit { try connection.reply() }
    }

    /// A lease of its own for each claim.
    private static func lease(_ number: Int) -> String { "\(1_895_458_442_982 + number).5" }

    private func commit(_ names: ArraySlice<[UInt8]>, under lease: String) -> [[UInt8]] {
        var arguments = Floor.words(Self.due, lease)
        arguments.reserveCapacity(2 + 4 * names.count)
        for name in names {
            let id = name[(Rig.machine.utf8.count + 1)...]
            arguments += [name, document(samples.closed, id), Array(id), Self.moment]
        }
        return arguments
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
