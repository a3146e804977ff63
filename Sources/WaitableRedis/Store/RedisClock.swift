package import Logging
import RedisClient
import ServiceLifecycle
package import StatesLanguage
import Synchronization

/// The Redis clock as another process sees it: read now and then, and carried on by this process's monotonic clock in
/// between, so that a jump of this machine's wall clock changes nothing.
///
/// A reading is known only to lie between its question and its answer. What is counted from it ("in 10 seconds") counts
/// from before the question, and is never early; whether an instant has passed counts from after the answer. A reading is
/// taken anew with each connection, and whenever a reply shows another time: Redis's clock was set, or it is another Redis.
package final class RedisClock: Service {
    private let store: RedisStore
    private let interval: Duration
    private let life: Duration?
    private let logger: Logger
    private let reading = Mutex<Reading?>(nil)

    private struct Reading {
        /// What Redis's clock showed, in Unix µs: at least and at most.
        var shown: ClosedRange<Int64>
        var asked: ContinuousClock.Instant
        var answered: ContinuousClock.Instant
        /// Connections that there had been.
        var connection: Int

        func earliest(at instant: ContinuousClock.Instant) -> Int64 {
            shown.lowerBound + answered.duration(to: instant).microseconds
        }

        func latest(at instant: ContinuousClock.Instant) -> Int64 {
            shown.upperBound + asked.duration(to: instant).microseconds
        }
    }

    /// Between which instants a call that is made now finds Redis's clock.
    package struct Window: Sendable {
        /// A little before what it shows for certain.
        package var earliest: Instant
        /// What it shows at the most, and a second for the way there; `nil` for any time.
        package var latest: Instant?
    }

    /// How far two clocks may drift apart between two readings, in µs.
    private static let drift: Int64 = 20_000

    /// A clock over a store.
    ///
    /// - Parameters:
    ///   - interval: The time between two readings.
    ///   - life: How long a reading holds; `nil` for as long as its connection, for a clock that is run.
    package init(store: RedisStore, interval: Duration = .seconds(10), life: Duration? = nil, logger: Logger) {
        self.store = store
        self.interval = interval
        self.life = life
        self.logger = logger
    }

    /// Reads the clock again and again, until the graceful shutdown.
    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await self.read()
                } catch {
                    self.logger.debug("the Redis clock was not read", metadata: ["error": "\(error)"])
                }
                try await Task.sleep(for: self.interval)
            }
        }
    }

    /// The Redis clock now, in whole Unix milliseconds: never behind it. Asks Redis only where no reading of this connection
    /// has been made yet.
    package func now() async throws(StoreError) -> Instant {
        let current = if let known = currentReading { known } else { try await read() }
        return Instant(milliseconds: current.latest(at: .now) / 1_000)
    }

    /// Whether an instant has passed by Redis's clock, for certain.
    package func hasPassed(_ instant: Instant) -> Bool {
        guard let current = currentReading else { return false }
        return instant.milliseconds <= current.earliest(at: .now) / 1_000
    }

    /// What a call that is made now can tell Redis of its clock; `nil` before the first reading.
    package var window: Window? {
        guard let current = currentReading else { return nil }
        let now = ContinuousClock.now
        return Window(
            earliest: Instant(milliseconds: (current.earliest(at: now) - Self.drift) / 1_000),
            latest: Instant(milliseconds: current.latest(at: now) / 1_000 + 1_000)
        )
    }

    /// Takes note of the time that a reply shows; where the clock cannot have shown that, of a new reading.
    ///
    /// - Parameters:
    ///   - time: The Redis clock during the call, cut to whole milliseconds.
    ///   - asked: When the call was made.
    ///   - answered: When its reply came.
    /// - Returns: Whether the clock is the one that was known.
    @discardableResult
    package func note(
        _ time: Instant,
        asked: ContinuousClock.Instant,
        answered: ContinuousClock.Instant
    ) -> Bool {
        let shown = time.milliseconds * 1_000...time.milliseconds * 1_000 + 999
        let connection = store.client.connections
        let difference: Int64? = reading.withLock { reading in
            if let known = reading {
                let early = known.earliest(at: asked) - Self.drift - shown.upperBound
                let late = shown.lowerBound - known.latest(at: answered) - Self.drift
                guard max(early, late) > 0 else { return nil }
                reading = Reading(shown: shown, asked: asked, answered: answered, connection: connection)
                return late > 0 ? late : -early
            }
            reading = Reading(shown: shown, asked: asked, answered: answered, connection: connection)
            return nil
        }
        guard let difference else { return true }
        logger.warning("the Redis clock was set", metadata: ["by_ms": "\(difference / 1_000)"])
        return false
    }

    /// The last reading, where it is of this connection, and holds.
    private var currentReading: Reading? {
        guard let known = reading.withLock({ $0 }), known.connection == store.client.connections,
            life.map({ known.answered.duration(to: .now) < $0 }) ?? true
        else { return nil }
        return known
    }

    @discardableResult
    private func read() async throws(StoreError) -> Reading {
        let asked = ContinuousClock.now
        let connection = store.client.connections
        let microseconds = try await store.time()
        let current = Reading(
            shown: microseconds...microseconds,
            asked: asked,
            answered: .now,
            connection: connection
        )
        reading.withLock { $0 = current }
        return current
    }
}

extension Duration {
    fileprivate var microseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}
