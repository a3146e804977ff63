import Synchronization

/// What a client has done so far: counters, for metrics.
public struct RedisStatistics: Sendable, Equatable {
    /// Commands written to a connection.
    public var commandsSent: Int
    /// Commands that have room now: those without a reply, and those that wait for a connection.
    public var commandsPending: Int
    /// Commands that wait for room now.
    public var commandsWaiting: Int
    /// Connections that were lost and made again.
    public var reconnects: Int
    /// Tries to connect that failed.
    public var failedConnects: Int
}

/// The counters behind ``RedisStatistics``.
final class Counters: Sendable {
    let commandsSent = Atomic(0)
    let connects = Atomic(0)
    let failedConnects = Atomic(0)
    /// The number of the last connection among all of the process.
    let number = Atomic(0)

    private static let numbers = Atomic(0)

    /// Counts a connection.
    func connected() {
        number.store(Self.numbers.wrappingAdd(1, ordering: .relaxed).newValue, ordering: .relaxed)
        connects.wrappingAdd(1, ordering: .relaxed)
    }
}
