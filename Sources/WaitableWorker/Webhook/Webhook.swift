import AsyncHTTPClient
package import Logging
import ServiceLifecycle
import Synchronization
import Waitable
import WaitableOperations
package import WaitableRedis

/// Sends what the change feed tells to a receiver over HTTP: each event at least once, signed, again after a pause that doubles
/// where it was not taken, and in the end among the dead letters.
///
/// What is under way is known to a consumer group of the feed alone. If a worker dies, another one sends what it had in hand.
package final class Webhook: Service {
    private let partitions: Partitions
    private let configuration: WebhookConfiguration
    private let name: String
    private let isOurs: @Sendable (RedisStore) -> Bool
    private let logger: Logger
    private let failures = ClaimFailures()
    private let stuck = StuckEvents()
    /// How many are under way.
    private let calls = Mutex(0)

    /// The most calls at once.
    private static let mostCalls = 64
    /// For how many calls there has to be room before events are taken: a look costs the same for one as for many.
    private static let leastRoom = 16
    /// The most events of a partition that were sent and not taken: more are left in the feed.
    private static let mostPending = 256
    /// The pause where there is nothing to send.
    private static let pause = Duration.milliseconds(500)
    /// The pause where there is no room.
    private static let fullPause = Duration.milliseconds(20)

    /// A sender over partitions whose connections somebody else runs.
    ///
    /// - Parameters:
    ///   - name: Its name among all senders.
    ///   - isOurs: Whether a partition is this process's to look after; others may take it for theirs, too.
    package init(
        partitions: Partitions,
        configuration: WebhookConfiguration,
        name: String,
        isOurs: @Sendable @escaping (RedisStore) -> Bool = { _ in true },
        logger: Logger
    ) {
        self.partitions = partitions
        self.configuration = configuration
        self.name = name
        self.isOurs = isOurs
        self.logger = logger
    }

    /// Sends events until the graceful shutdown: what is under way then is sent again by others.
    package func run() async throws {
        let client = Calls.client(atOnce: Self.mostCalls)
        let caller = WebhookCaller(client: client, configuration: configuration, names: NameCheck())
        try? await cancelWhenGracefulShutdown {
            try await withThrowingDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    let room = Self.mostCalls - self.calls.withLock { $0 }
                    guard room >= Self.leastRoom else {
                        try await Task.sleep(for: Self.fullPause)
                        continue
                    }
                    let batch = await self.take(room)
                    self.calls.withLock { $0 += batch.count }
                    for (store, delivery) in batch {
                        group.addTask {
                            await self.deliver(delivery, of: store, by: caller)
                            self.calls.withLock { $0 -= 1 }
                        }
                    }
                    if batch.isEmpty { try await Task.sleep(for: Self.pause) }
                }
                group.cancelAll()
            }
        }
        try? await client.shutdown()
    }

    /// Takes events of all partitions in hand, about so many. What keeps one's from being read is logged.
    private func take(_ room: Int) async -> [(store: RedisStore, delivery: WebhookDelivery)] {
        // In another order each time, so that none waits for the others for ever.
        let stores = partitions.stores.count == 1 ? partitions.stores : partitions.stores.filter(isOurs).shuffled()
        let share = max(1, room / max(1, stores.count))
        var batch: [(store: RedisStore, delivery: WebhookDelivery)] = []
        var failure: StoreError?
        for store in stores where batch.count < room {
            do throws(StoreError) {
                batch += try await take(from: store, share).map { (store: store, delivery: $0) }
            } catch {
                // Its events wait; those of the other partitions do not.
                failure = error
            }
        }
        if let failure {
            let isNews = failures.failed("\(failure)")
            logger.log(level: isNews ? .warning : .debug, "no events are sent", metadata: ["error": "\(failure)"])
        } else if failures.answered() > 1 {
            logger.notice("events are sent again")
        }
        return batch
    }

    /// Takes events in hand: those whose pause is over, then new ones.
    private func take(from store: RedisStore, _ limit: Int) async throws(StoreError) -> [WebhookDelivery] {
        let pending: [(entry: StreamID, idle: Int, tries: Int)]
        do throws(StoreError) {
            pending = try await store.pendingEvents(limit: Self.mostPending)
        } catch {
            // The first time, and where Redis has lost it.
            guard error.refusal?.code.word == "NOGROUP" else { throw error }
            try await store.makeWebhookGroup()
            pending = []
        }
        var taken: [WebhookDelivery] = []
        let waits = stuck.update(store.keys.partition, pending.filter { $0.idle == 0 }.map(\.entry))
        for event in pending where taken.count < limit {
            let rest = configuration.timing.rest(after: event.tries)
            let isStuck = (waits[event.entry] ?? .zero) >= .milliseconds(rest)
            guard event.idle >= rest || isStuck else { continue }
            let idle = isStuck ? 0 : rest
            if let delivery = try await store.takeOver(event.entry, for: name, idle: idle, tries: event.tries) {
                taken.append(delivery)
            }
        }
        let room = min(limit - taken.count, Self.mostPending - pending.count)
        return room > 0 ? taken + (try await store.newEvents(for: name, limit: room)) : taken
    }

    private func deliver(_ delivery: WebhookDelivery, of store: RedisStore, by caller: WebhookCaller) async {
        do throws(StoreError) {
            // What somebody else put into the feed is none of the receiver's.
            guard let event = delivery.event, let reason = await caller.send(event) else {
                return try await store.acknowledge(delivery.entry)
            }
            // Nobody knows what became of a call that was cut off: it is made again when its rest is over.
            if Task.isCancelled { return }
            let metadata: Logger.Metadata = [
                "event": "\(event.id)", "execution": "\(event.execution)", "tries": "\(delivery.tries)",
                "error": "\(reason)",
            ]
            guard delivery.tries < configuration.tries else {
                logger.error("event not taken by the webhook: it is a dead letter", metadata: metadata)
                return try await store.bury(event, tries: delivery.tries, reason: reason)
            }
            logger.log(
                level: delivery.tries == 1 ? .warning : .debug,
                "event not taken by the webhook",
                metadata: metadata
            )
            let timing = configuration.timing
            let idle = timing.rest(after: delivery.tries) - timing.pause(after: delivery.tries)
            try await store.postpone(delivery.entry, of: name, idle: idle)
        } catch {
            // It stays in the group, and is sent again.
            logger.warning("what became of an event is not noted", metadata: ["error": "\(error)"])
        }
    }
}
