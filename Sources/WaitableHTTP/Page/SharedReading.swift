import Synchronization

/// Something that is read at most once in an interval, and once at a time, however many ask for it. What they get is at most as
/// old as the interval, or was read since they asked.
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
    ///   - interval: How old a reading may be; zero for one that begins no sooner than it is asked for.
    ///   - read: Reads it. An error is shared like a value.
    init(every interval: Duration, _ read: @escaping @Sendable () async throws -> Value) {
        self.interval = interval
        self.read = read
    }

    /// The last reading, or a new one.
    func value() async throws -> Value {
        let asked = ContinuousClock.now
        return try await turns.turn { _ in
            if let last = last.withLock({ $0 }), last.taken >= asked || last.taken.duration(to: .now) < interval {
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
