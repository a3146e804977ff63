import Synchronization

/// Something that is read at most once in an interval, however many ask for it: what they get is at most that old.
final class SharedReading<Value: Sendable>: Sendable {
    private struct Reading {
        var result: Result<Value, any Error>
        var taken: ContinuousClock.Instant
    }

    private let interval: Duration
    private let read: @Sendable () async throws -> Value
    private let last = Mutex<Reading?>(nil)
    private let turns = ConcurrencyLimiter(atOnce: 1, waiting: 1_000)

    /// - Parameters:
    ///   - interval: How old a reading may be.
    ///   - read: Reads it. An error is shared like a value.
    init(every interval: Duration, _ read: @escaping @Sendable () async throws -> Value) {
        self.interval = interval
        self.read = read
    }

    /// The last reading, or a new one.
    func value() async throws -> Value {
        try await turns.turn { _ in
            if let last = last.withLock({ $0 }), last.taken.duration(to: .now) < interval {
                return try last.result.get()
            }
            let taken = ContinuousClock.now
            let result: Result<Value, any Error>
            do {
                result = .success(try await read())
            } catch let error as CancellationError {
                // That is about who asked, not about what is read.
                throw error
            } catch {
                result = .failure(error)
            }
            last.withLock { $0 = Reading(result: result, taken: taken) }
            return try result.get()
        }
    }
}
