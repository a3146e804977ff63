public import Logging
public import ServiceLifecycle
public import StatesLanguage
import Synchronization

/// The Redis clock as another process sees it: read now and then, and carried on by this process's monotonic clock in
/// between, so that a jump of the wall clock changes nothing.
///
/// The estimate is never behind the real Redis clock by more than the drift between two readings: an instant that is
/// counted from it ("in 10 seconds") is not early.
public final class RedisClock: Service {
    private let store: RedisStore
    private let interval: Duration
    private let logger: Logger
    private let reading = Mutex<Reading?>(nil)

    private struct Reading {
        var microseconds: Int64
        var asked: ContinuousClock.Instant
    }

    /// A clock over a store.
    ///
    /// - Parameter interval: The time between two readings.
    public init(store: RedisStore, interval: Duration = .seconds(10), logger: Logger) {
        self.store = store
        self.interval = interval
        self.logger = logger
    }

    /// Reads the clock again and again, until the graceful shutdown.
    public func run() async throws {
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

    /// The Redis clock now, in whole Unix milliseconds. Asks Redis only where no reading has been made yet.
    public func now() async throws(StoreError) -> Instant {
        let current: Reading
        if let known = reading.withLock({ $0 }) {
            current = known
        } else {
            current = try await read()
        }
        let passed = current.asked.duration(to: .now).components
        let microseconds = passed.seconds * 1_000_000 + passed.attoseconds / 1_000_000_000_000
        return Instant(milliseconds: (current.microseconds + microseconds) / 1_000)
    }

    @discardableResult
    private func read() async throws(StoreError) -> Reading {
        // Counted from before the question: the estimate is at most a round trip ahead, and never behind.
        let asked = ContinuousClock.now
        let current = Reading(microseconds: try await store.time(), asked: asked)
        reading.withLock { $0 = current }
        return current
    }
}
