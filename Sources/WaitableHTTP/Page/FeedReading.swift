import WaitableOperations
import WaitableRedis

/// How all streams of the change feed read it: in turns, so that they stand before nobody's starts, and those that have read
/// all by one reading of how far it goes.
final class FeedReading: Sendable {
    private let partitions: Partitions
    private let tail: SharedReading<[StreamID]>
    private let turns = ConcurrencyLimiter(atOnce: 1, waiting: EventRoutes.mostStreams)

    /// The most events that one turn reads, of all partitions together.
    private static let mostEvents = 400
    private static let fewestOfPartition = 10

    init(partitions: Partitions) {
        self.partitions = partitions
        tail = SharedReading(every: .milliseconds(250)) { try await FeedReader.tail(of: partitions) }
    }

    /// The next events of a reader.
    ///
    /// - Returns: None where it has read all.
    func next(_ reader: inout FeedReader) async throws -> [FeedEvent] {
        let tail = try await tail.value()
        guard reader.isBehind(tail) else { return [] }
        let limit = max(Self.fewestOfPartition, Self.mostEvents / partitions.stores.count)
        let (events, read) = try await inTurn(reader) { try await $0.next(limit: limit, tail: tail) }
        reader = read
        return events
    }

    /// Whether a reader may have missed events.
    func mayHaveMissed(_ reader: inout FeedReader) async throws -> Bool {
        let (hasMissed, read) = try await inTurn(reader) { try await $0.mayHaveMissed() }
        reader = read
        return hasMissed
    }

    /// Redis and this process do something else for half of the time.
    private func inTurn<Value: Sendable>(
        _ reader: FeedReader,
        _ read: @Sendable (inout FeedReader) async throws -> Value
    ) async throws -> (Value, FeedReader) {
        try await turns.turn { _ in
            var reader = reader
            let start = ContinuousClock.now
            let value = try await read(&reader)
            try await Task.sleep(for: start.duration(to: .now))
            return (value, reader)
        }
    }
}
