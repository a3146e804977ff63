import RedisClient
import Testing

/// Deliverers that race, stop after any of their calls, and begin anew.
@Suite("Messages are delivered once", .redisServer, .timeLimit(.minutes(3)))
struct MessageOrderTests {
    /// A deliverer between two calls.
    private struct Deliverer {
        let from: Int
        let to: Int
        var messages: [[UInt8]] = []
        var number: Int64 = 0
        var holds = false

        /// Makes its next call: reads (and drops what has been delivered), or delivers.
        mutating func step(_ family: [Partition]) async throws {
            if holds {
                do {
                    number = try await family[to].deliver(messages, from: from).number
                } catch let error as RedisError where error.server?.prefix == "GAP" {
                    number = 0
                }
            } else {
                messages = try await family[from].messages(to: to, after: number)
            }
            holds.toggle()
        }
    }

    private func send(_ text: String, from partition: Partition, to other: Int) async throws {
        let entry = Entry(
            "m:\(text)",
            next: "9000000000000",
            effects: [["send", "\(other)", "publish", "news", "1", "n", text]]
        )
        try await partition.call("accept", Entry.arguments([entry]))
    }

    private func news(_ partition: Partition) async throws -> [String] {
        let entries = try await partition.redis("XRANGE", "~:stream:news", "-", "+").array ?? []
        return entries.compactMap { $0.array?[1].array?[1].string }
    }

    /// All orders of so many calls of two deliverers, as which of them comes next.
    private static func orders(_ first: Int, _ second: Int) -> [[Int]] {
        if first == 0 { return [Array(repeating: 1, count: second)] }
        if second == 0 { return [Array(repeating: 0, count: first)] }
        return orders(first - 1, second).map { [0] + $0 } + orders(first, second - 1).map { [1] + $0 }
    }

    /// Two deliverers with up to four calls each, after which they are killed: every order, with a message that is sent
    /// meanwhile.
    @Test("whenever one of two deliverers is killed", arguments: 0...4, 0...4)
    func killed(first: Int, second: Int) async throws {
        for order in Self.orders(first, second) {
            let family = try await Partition.family(of: 2)
            try await send("1", from: family[0], to: 1)
            try await send("2", from: family[0], to: 1)
            var deliverers = [Deliverer(from: 0, to: 1), Deliverer(from: 0, to: 1)]
            for (place, number) in order.enumerated() {
                if place == order.count / 2 { try await send("3", from: family[0], to: 1) }
                try await deliverers[number].step(family)
            }
            if order.isEmpty { try await send("3", from: family[0], to: 1) }
            // Whoever comes after them.
            try await family.exchange()
            #expect(try await news(family[1]) == ["1", "2", "3"], "\(order)")
            #expect(try await family[0].redis("EXISTS", "~:outbox:1") == .integer(0), "\(order)")
        }
    }

    @Test("whatever the order in which four partitions send, and deliverers come, stop and repeat", arguments: 1...20)
    func random(seed: Int) async throws {
        var random = SplitMix(state: UInt64(seed))
        let family = try await Partition.family(of: 4)
        var sent: [Int: [Int: [String]]] = [:]
        var deliverers: [Deliverer] = []
        var old: [(from: Int, to: Int, messages: [[UInt8]])] = []
        for number in 0..<120 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                let from = Int.random(in: 0..<4, using: &random)
                let to = (from + Int.random(in: 1..<4, using: &random)) % 4
                try await send("\(from)-\(number)", from: family[from], to: to)
                sent[to, default: [:]][from, default: []].append("\(from)-\(number)")
            case 2:
                let from = Int.random(in: 0..<4, using: &random)
                deliverers.append(Deliverer(from: from, to: (from + Int.random(in: 1..<4, using: &random)) % 4))
            case 3, 4:
                guard let index = deliverers.indices.randomElement(using: &random) else { continue }
                try await deliverers[index].step(family)
                let deliverer = deliverers[index]
                if deliverer.holds { old.append((deliverer.from, deliverer.to, deliverer.messages)) }
                // Killed.
                if Bool.random(using: &random) { deliverers.remove(at: index) }
            default:
                // Somebody's call comes late, or once more.
                guard let (from, to, messages) = old.randomElement(using: &random) else { continue }
                do {
                    try await family[to].deliver(messages.shuffled(using: &random), from: from)
                } catch let error as RedisError where error.server?.prefix == "GAP" {}
            }
        }
        try await family.exchange()
        for to in 0..<4 {
            let news = try await news(family[to])
            for from in 0..<4 {
                #expect(news.filter { $0.hasPrefix("\(from)-") } == sent[to]?[from] ?? [])
            }
        }
    }

    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }
    }
}
