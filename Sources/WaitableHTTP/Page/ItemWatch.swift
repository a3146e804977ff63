import Synchronization
import Waitable
import WaitableOperations
import WaitableRedis

/// One item as all streams see it that tell of it: looked at once a second, and read whole only where it has changed. A document
/// can have 12 MiB, and Redis holds what it sends.
final class ItemWatch: Sendable {
    private struct Reading {
        let glance: ItemGlance
        let event: StreamEvent
        let taken = ContinuousClock.now
    }

    private let reading: SharedReading<StreamEvent>

    /// Smaller documents are read each time: one can change and be as long as before.
    private static let fewestBytes = 65_536
    /// After how long a larger one is read all the same.
    private static let longest = Duration.seconds(15)

    /// - Parameters:
    ///   - glance: What shows whether the item has changed.
    ///   - describe: Reads it whole.
    ///   - documents: The turns in which documents are read.
    init(
        glance: @escaping @Sendable () async throws -> ItemGlance,
        describe: @escaping @Sendable () async throws -> ItemDescription,
        in documents: ConcurrencyLimiter
    ) {
        let last = Mutex<Reading?>(nil)
        reading = SharedReading(every: .milliseconds(900)) {
            try await documents.turn { _ in
                let glance = try await glance()
                let before = last.withLock { $0 }
                if let before, before.glance == glance, glance.documentBytes ?? 0 >= Self.fewestBytes,
                    before.taken.duration(to: .now) < Self.longest
                {
                    return before.event
                }
                var event = StreamEvent("item", try await describe().json)
                if let before, before.event == event { event = before.event }
                last.withLock { $0 = Reading(glance: glance, event: event) }
                return event
            }
        }
    }

    /// How the item stands: the same event as before where nothing has changed.
    func event() async throws -> StreamEvent { try await reading.value() }
}

/// The watches of those items that streams tell of. Whoever tells of one holds it.
final class ItemWatches: Sendable {
    private struct Entry: Sendable {
        weak var watch: ItemWatch?
    }

    private let watches = Mutex<[ExecutionKey: Entry]>([:])

    /// The watch of an item: the one that there is, or a new one.
    func watch(of key: ExecutionKey, _ make: () -> ItemWatch) -> ItemWatch {
        watches.withLock { watches in
            if let watch = watches[key]?.watch { return watch }
            watches = watches.filter { $0.value.watch != nil }
            let watch = make()
            watches[key] = Entry(watch: watch)
            return watch
        }
    }
}
