/// The commands of one slot of a cluster: they go to its primary, whichever that is.
public struct ClusterSlot: SlotClient {
    private let cluster: RedisCluster
    private let key: String
    private let slot: HashSlot

    /// The slot of a key.
    public init(of key: String, in cluster: RedisCluster) {
        self.cluster = cluster
        self.key = key
        slot = HashSlot(of: key)
    }

    /// The user of the connections.
    public var user: String? { cluster.configuration.user }

    /// The client of the primary that has the slot, as far as is known.
    public var node: RedisClient? { try? cluster.client(of: slot) }

    /// Whether commands can go to the primary that has the slot.
    public var connectionState: RedisClient.ConnectionState {
        cluster.isClosed ? .closed : node?.connectionState ?? .connecting
    }

    /// A number of the connection to the primary: another one for another connection, whichever primary it is to.
    public var connections: Int { node?.connectionNumber ?? 0 }

    /// The primary that has the slot, as far as is known.
    public var server: ObjectIdentifier { node.map { ObjectIdentifier($0) } ?? ObjectIdentifier(cluster) }

    /// What the clients of all primaries have done so far.
    public var statistics: RedisStatistics { cluster.statistics }

    /// Sends one command to the primary that has the slot.
    public func send(_ command: RedisCommand) async throws(RedisError) -> RedisValue {
        try await cluster.send(command, key: key)
    }

    /// Sends commands in one write to the primary that has the slot.
    public func send(_ commands: [RedisCommand]) async throws(RedisError) -> [RedisValue] {
        try await cluster.send(commands, key: key)
    }

    /// What the primary cannot reach, and why.
    public func obstacles(to durability: Durability) async throws(RedisError) -> [DurabilityObstacle] {
        // No command of its own is sent before the map is known.
        _ = try await send(RedisCommand("PING"))
        return try await node?.obstacles(to: durability) ?? []
    }

    /// Listens to channels at the primaries that have their slots.
    public func listen(
        to channels: [String],
        sharded: [String],
        _ body: @Sendable @escaping (RedisPush) -> Void
    ) async {
        await cluster.listen(to: channels, sharded: sharded, body)
    }
}

extension RedisCluster {
    /// What the clients of all primaries have done so far.
    public var statistics: RedisStatistics {
        primaries.map(\.statistics).reduce(
            into: RedisStatistics(
                commandsSent: 0,
                commandsPending: 0,
                commandsWaiting: 0,
                reconnects: 0,
                failedConnects: 0
            )
        ) { sum, one in
            sum.commandsSent += one.commandsSent
            sum.commandsPending += one.commandsPending
            sum.commandsWaiting += one.commandsWaiting
            sum.reconnects += one.reconnects
            sum.failedConnects += one.failedConnects
        }
    }
}
