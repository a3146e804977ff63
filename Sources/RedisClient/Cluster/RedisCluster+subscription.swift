import Logging

extension RedisCluster {
    /// How often it is looked whether a slot of a channel has another primary. Nothing is sent for it.
    private static let patience = Duration.seconds(1)

    /// What is heard at one primary.
    private struct Host: Equatable {
        let client: RedisClient
        var channels: [String] = []
        var sharded: [String] = []

        static func == (one: Self, other: Self) -> Bool {
            one.client === other.client && one.channels == other.channels && one.sharded == other.sharded
        }
    }

    /// Listens to channels, each at the primary that has its slot, until the task is cancelled: one connection for each
    /// primary. A publisher at that primary is told that somebody has heard it. Channels follow their slots to another primary.
    ///
    /// - Parameters:
    ///   - channels: For what `PUBLISH` publishes; the same one twice counts once.
    ///   - sharded: For what `SPUBLISH` publishes (Redis 7), which stays among the servers of the slot.
    ///   - body: Called in order for each primary, on event loops: it must not block. ``RedisPush/subscribed`` comes for each
    ///     primary.
    public func listen(
        to channels: [String],
        sharded: [String],
        _ body: @Sendable @escaping (RedisPush) -> Void
    ) async {
        while !Task.isCancelled {
            let hosts = hosts(channels, sharded)
            await withDiscardingTaskGroup { group in
                for host in hosts.values { group.addTask { await self.listen(at: host, body) } }
                while !Task.isCancelled, self.hosts(channels, sharded) == hosts {
                    // A cancellation ends the pause, and then the loop.
                    try? await Task.sleep(for: Self.patience)
                }
                group.cancelAll()
            }
        }
    }

    /// The primaries of the slots of channels, without those channels that no node is known to have.
    private func hosts(_ channels: [String], _ sharded: [String]) -> [ObjectIdentifier: Host] {
        var hosts: [ObjectIdentifier: Host] = [:]
        func add(_ channel: String, to list: WritableKeyPath<Host, [String]>) {
            guard let client = try? client(of: HashSlot(of: channel)) else { return }
            hosts[ObjectIdentifier(client), default: Host(client: client)][keyPath: list].append(channel)
        }
        for channel in channels { add(channel, to: \.channels) }
        for channel in sharded { add(channel, to: \.sharded) }
        return hosts
    }

    private func listen(at host: Host, _ body: @Sendable @escaping (RedisPush) -> Void) async {
        guard let subscription = Subscription(host.channels, sharded: host.sharded) else { return }
        await subscription.keep(configuration.backoff, logger) { () async throws(RedisError) in
            // A slot may have moved, or the primary be gone.
            defer { self.doubt() }
            return try await host.client.listen(subscription, body)
        }
    }
}
