import RedisClient
import StatesLanguage
import WaitableRedis

/// Whether the messages of a partition to the others are on their way, and none was lost.
///
/// The sender's numbers are read before its outbox, and what the receiver has had after it: so what has left the outbox in
/// between has arrived.
struct ChannelCheck {
    let store: RedisStore
    /// All partitions, in order.
    let stores: [RedisStore]

    /// How many messages are read at once.
    private static let atOnce = 32
    /// How long a message may wait while there is a worker, in µs.
    static let longestWait: Int64 = 30_000_000

    /// The outboxes of all channels that a message was ever sent over.
    func outboxes() async throws(StoreError) -> [[UInt8]] {
        let numbers = try await store.send(RedisCommand("HKEYS", store.keys.sent)).array ?? []
        return numbers.compactMap { $0.string.flatMap { Int($0) } }.map { Array(store.keys.outbox($0).utf8) }
    }

    /// What is wrong with channels, by their outboxes.
    func doubts(of outboxes: [[UInt8]]) async throws -> [Doubt] {
        var doubts: [Doubt] = []
        for outbox in outboxes {
            let digits = outbox.split(separator: UInt8(ascii: ":")).last ?? []
            guard let number = Int(String(decoding: digits, as: UTF8.self)), stores.indices.contains(number) else {
                continue
            }
            let subject = AuditSubject(kind: .channel, name: outbox)
            doubts += try await self.doubts(of: subject, String(decoding: outbox, as: UTF8.self), to: stores[number])
        }
        return doubts
    }

    private func doubts(
        of subject: AuditSubject,
        _ outbox: String,
        to receiver: RedisStore
    ) async throws -> [Doubt] {
        let number = receiver.keys.partition
        let sent = try await integer(RedisCommand("HGET", store.keys.sent, "\(number)"), in: store)
        let messages: [MessageHead]
        switch try await heads(in: outbox) {
        case .moving: return []
        case .unreadable(let index): return [subject.doubt(.messageUnreadable, "\(index)")]
        case .read(let found): messages = found
        }
        let received = RedisCommand("HGET", receiver.keys.received, "\(store.keys.partition)")
        let had = try await integer(received, in: receiver)
        var doubts: [Doubt] = []
        if let gap = Self.gap(in: messages, sent: sent, had: had) { doubts.append(subject.doubt(.messageLost, gap)) }
        guard let first = messages.first else { return doubts }
        let field = Keys.outboxField(number)
        if try await store.send(RedisCommand("HEXISTS", store.keys.paused, field)).integer == 0 {
            doubts.append(subject.doubt(.outboxForgotten))
        } else if try await store.time() - first.number > Self.longestWait, try await hasWorkers() {
            let problem = first.number <= had ? AuditProblem.messageKept : .messageWaiting
            doubts.append(subject.doubt(problem, "\(first.kind) \(first.number)"))
        }
        return doubts
    }

    /// Between which numbers messages are missing; `nil` for none.
    private static func gap(in messages: [MessageHead], sent: Int64, had: Int64) -> String? {
        var last = had
        for message in messages where message.number > had {
            // The first one may follow any that has arrived.
            let follows = last == had ? message.previous <= had : message.previous == last
            if !follows { return "\(last) and \(message.number)" }
            last = message.number
        }
        // What is sent meanwhile is higher.
        let end = max(last, messages.last?.number ?? 0)
        return end < sent ? "\(end) and \(sent)" : nil
    }

    private enum Reading {
        case read([MessageHead])
        /// Messages were delivered while it was read.
        case moving
        /// With the place of the message.
        case unreadable(Int)
    }

    private func heads(in outbox: String) async throws(StoreError) -> Reading {
        var heads: [MessageHead] = []
        while true {
            // The last one is read again: where it is another one now, the outbox moves on.
            let start = max(0, heads.count - 1)
            let reply = try await store.send(RedisCommand("LRANGE", outbox, "\(start)", "\(start + Self.atOnce - 1)"))
            let slice = reply.array ?? []
            for (index, message) in slice.enumerated() {
                guard let head = message.bytes.flatMap(MessageHead.init) else { return .unreadable(start + index) }
                if index == 0, let last = heads.last {
                    guard last == head else { return .moving }
                } else {
                    heads.append(head)
                }
            }
            if !heads.isEmpty, slice.isEmpty { return .moving }
            if slice.count < Self.atOnce { return .read(heads) }
        }
    }

    /// Whether a worker has reported itself.
    private func hasWorkers() async throws(StoreError) -> Bool {
        let home = stores[0]
        let now = try await home.now().milliseconds
        return try await home.send(RedisCommand("ZCOUNT", home.keys.workers, "\(now)", "+inf")).integer ?? 0 > 0
    }

    private func integer(_ command: RedisCommand, in store: RedisStore) async throws(StoreError) -> Int64 {
        try await store.send(command).string.flatMap { Int64($0) } ?? 0
    }
}
