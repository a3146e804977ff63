import RedisClient
import StatesLanguage
import WaitableOperations
import WaitableRedis

/// An event that a worker has in hand for the webhook.
struct WebhookDelivery: Sendable {
    var entry: StreamID
    /// How often it was sent, with the call that is next.
    var tries: Int
    /// `nil` for an entry that is no event.
    var event: FeedEvent?
}

/// The events of a partition that the webhook still has to get: those that a consumer group of the feed has not
/// acknowledged. All that is known of them is in Redis, so it outlives whoever sends them.
extension RedisStore {
    private static let group = "webhook"
    /// More tries than these are counted as so many: no setting allows more.
    private static let mostTries: Int64 = 1_000

    /// Makes the group where there is none. It begins with the first event that the feed has.
    func makeWebhookGroup() async throws(StoreError) {
        do throws(StoreError) {
            _ = try await send(RedisCommand("XGROUP", "CREATE", keys.events, Self.group, "0", "MKSTREAM"))
        } catch {
            guard error.refusal?.code.word == "BUSYGROUP" else { throw error }
        }
    }

    /// Events that were handed out and not acknowledged, the first ones first.
    func pendingEvents(limit: Int) async throws(StoreError) -> [(entry: StreamID, idle: Int, tries: Int)] {
        let command = RedisCommand("XPENDING", keys.events, Self.group, "-", "+", "\(limit)")
        return (try await send(command).array ?? []).compactMap { line -> (entry: StreamID, idle: Int, tries: Int)? in
            guard let words = line.array, words.count == 4, let entry = words[0].string.flatMap({ StreamID($0) }),
                let idle = words[2].integer, let tries = words[3].integer
            else { return nil }
            // Whoever may read the feed with groups may set both to anything.
            return (entry, Int(clamping: idle), Int(min(max(0, tries), Self.mostTries)))
        }
    }

    /// Takes events that nobody has had yet.
    func newEvents(for consumer: String, limit: Int) async throws(StoreError) -> [WebhookDelivery] {
        let reply = try await send(
            RedisCommand(
                "XREADGROUP",
                "GROUP",
                Self.group,
                consumer,
                "COUNT",
                "\(limit)",
                "STREAMS",
                keys.events,
                ">"
            )
        )
        return deliveries(in: reply.array?.first?.array?.last ?? .null, tries: 1)
    }

    /// Takes an event over that nobody has touched for a while.
    ///
    /// - Parameters:
    ///   - idle: For how long, in ms.
    ///   - tries: How often it was sent.
    /// - Returns: `nil` where somebody else has it by now, or the feed has lost it.
    func takeOver(
        _ entry: StreamID,
        for consumer: String,
        idle: Int,
        tries: Int
    ) async throws(StoreError) -> WebhookDelivery? {
        let reply = try await send(
            RedisCommand("XCLAIM", keys.events, Self.group, consumer, "\(idle)", "\(entry)")
        )
        return deliveries(in: reply, tries: tries + 1).first
    }

    /// Leaves an event to whoever comes first after a pause.
    ///
    /// - Parameter idle: For how long it counts as not having been touched, in ms.
    func postpone(_ entry: StreamID, of consumer: String, idle: Int) async throws(StoreError) {
        _ = try await send(
            RedisCommand(
                "XCLAIM",
                keys.events,
                Self.group,
                consumer,
                "0",
                "\(entry)",
                "IDLE",
                "\(idle)",
                "JUSTID"
            )
        )
    }

    /// Takes note that an event is delivered.
    func acknowledge(_ entry: StreamID) async throws(StoreError) {
        _ = try await send(RedisCommand("XACK", keys.events, Self.group, "\(entry)"))
    }

    /// How many dead letters a partition keeps, roughly.
    private static let mostDeadLetters = 10_000

    /// Keeps an event that nobody took, and gives it up.
    func bury(_ event: FeedEvent, tries: Int, reason: String) async throws(StoreError) {
        var command = RedisCommand("XADD", keys.deadLetters, "MAXLEN", "~", "\(Self.mostDeadLetters)", "*")
        for word in ["event", event.json.text, "tries", "\(tries)", "reason", reason] { command.append(word) }
        // The letter first: whoever dies in between leaves two rather than none.
        _ = try await send(command)
        try await acknowledge(event.entry)
    }

    private func deliveries(in reply: RedisValue, tries: Int) -> [WebhookDelivery] {
        Self.entries(in: reply).map { entry in
            WebhookDelivery(
                entry: entry.id,
                tries: tries,
                event: FeedEvent(partition: keys.partition, entry: entry.id, words: entry.words)
            )
        }
    }
}
