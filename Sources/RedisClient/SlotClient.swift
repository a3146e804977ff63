/// Who sends commands of one slot to the server that has it: a ``RedisClient``, whose server has all slots that are asked for,
/// or a ``ClusterSlot``.
public protocol SlotClient: Sendable {
    /// The user of the connection; `nil` for the one that Redis gives to everybody.
    var user: String? { get }
    /// Whether commands can go out.
    var connectionState: RedisClient.ConnectionState { get }
    /// A number of the current connection: another one for another connection, whichever server it is to.
    var connections: Int { get }
    /// The same for clients of one server, as far as is known.
    var server: ObjectIdentifier { get }
    /// The client of the server that has the slot now; `nil` where none is known to have it.
    var node: RedisClient? { get }
    /// What the client, or those of all primaries together, have done so far.
    var statistics: RedisStatistics { get }

    /// Sends one command, as ``RedisClient/send(_:)-(RedisCommand)``.
    func send(_ command: RedisCommand) async throws(RedisError) -> RedisValue
    /// Sends commands in one write, as ``RedisClient/send(_:)-([RedisCommand])``.
    func send(_ commands: [RedisCommand]) async throws(RedisError) -> [RedisValue]
    /// What the server cannot reach, and why, as ``RedisClient/obstacles(to:)``.
    func obstacles(to durability: Durability) async throws(RedisError) -> [DurabilityObstacle]
    /// Listens to channels, until the task is cancelled: to each at the server that has its slot, be it another one than the
    /// client's, by one connection for each server. ``RedisPush/subscribed`` comes for each server.
    ///
    /// - Parameters:
    ///   - channels: For what `PUBLISH` publishes.
    ///   - sharded: Channels of slots, for what `SPUBLISH` publishes (Redis 7).
    ///   - body: Called in order for each server, on event loops: it must not block.
    func listen(
        to channels: [String],
        sharded: [String],
        _ body: @Sendable @escaping (RedisPush) -> Void
    ) async
}

extension RedisClient: SlotClient {
    /// The client itself.
    public var server: ObjectIdentifier { ObjectIdentifier(self) }

    /// The client itself.
    public var node: RedisClient? { self }
}
