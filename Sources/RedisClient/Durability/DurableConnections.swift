import NIOCore
import Synchronization

/// Connections for commands that wait until they are safe: each for one caller at a time, so that nobody else waits.
final class DurableConnections: Sendable {
    struct Lease {
        let connection: RedisConnection
        let tie: UInt64
    }

    /// How many at once; callers beyond it wait for one.
    private static let limit = 16

    private let idle = Mutex<[Lease]>([])
    private let gate: Gate

    init(eventLoop: any EventLoop) { gate = Gate(commands: Self.limit, bytes: 1, eventLoop: eventLoop) }

    /// Waits for one's turn.
    func enter(until deadline: NIODeadline) async throws(RedisError) -> Gate.Load {
        try await gate.enter(Gate.Load(commands: 1, bytes: 0), until: deadline)
    }

    func leave(_ load: Gate.Load) { gate.leave(load) }

    /// A connection that nobody uses, if there is one. It may be closed.
    func take() -> Lease? { idle.withLock { $0.popLast() } }

    func putBack(_ lease: Lease) { idle.withLock { $0.append(lease) } }
}
