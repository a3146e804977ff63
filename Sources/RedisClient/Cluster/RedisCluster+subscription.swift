import Logging

extension RedisCluster {
    /// Listens to channels of slots, for what `SPUBLISH` publishes (Redis 7), until the task is cancelled. Each slot has a
    /// connection of its own, at its primary, and follows it to another one.
    ///
    /// - Parameters:
    ///   - channels: Their names; the same one twice counts once.
    ///   - body: Called in order for each slot, on event loops: it must not block. ``RedisPush/subscribed`` comes for each
    ///     slot.
    public func listen(to channels: [String], _ body: @Sendable @escaping (RedisPush) -> Void) async {
        let slots = Dictionary(grouping: channels) { HashSlot(of: $0) }
        await withDiscardingTaskGroup { group in
            for (slot, channels) in slots {
                guard let subscription = Subscription(channels, isSharded: true) else { continue }
                group.addTask { await self.listen(subscription, of: slot, body) }
            }
        }
    }

    /// How often it is looked whether a slot of a channel has another primary. Nothing is sent for it.
    private static let patience = Duration.seconds(1)

    /// Listens to channels, for what `PUBLISH` publishes, until the task is cancelled: one connection for each primary, with the
    /// channels of its slots. A publisher at that primary is told that somebody has heard it.
    ///
    /// - Parameters:
    ///   - channels: Their names; the same one twice counts once.
    ///   - body: Called in order for each primary, on event loops: it must not block. ``RedisPush/subscribed`` comes for each
    ///     primary.
    public func listenAtPrimaries(to channels: [String], _ body: @Sendable @escaping (RedisPush) -> Void) async {
        let slots = channels.map { (channel: $0, slot: HashSlot(of: $0)) }
        while !Task.isCancelled {
            let hosts = hosts(of: slots)
            await withDiscardingTaskGroup { group in
                for (client, channels) in hosts.values {
                    group.addTask { await client.listen(to: channels, body) }
                }
                while !Task.isCancelled,
                    self.hosts(of: slots).mapValues({ $0.channels }) == hosts.mapValues({ $0.channels })
                {
                    // A cancellation ends the pause, and then the loop.
                    try? await Task.sleep(for: Self.patience)
                }
                group.cancelAll()
            }
        }
    }

    /// The clients of the primaries of slots, each with the channels that it has; without those that no node is known to have.
    private func hosts(
        of slots: [(channel: String, slot: HashSlot)]
    ) -> [ObjectIdentifier: (client: RedisClient, channels: [String])] {
        var hosts: [ObjectIdentifier: (client: RedisClient, channels: [String])] = [:]
        for (channel, slot) in slots {
            guard let client = try? client(of: slot) else { continue }
            hosts[ObjectIdentifier(client), default: (client, [])].channels.append(channel)
        }
        return hosts
    }

    private func listen(
        _ subscription: Subscription,
        of slot: HashSlot,
        _ body: @Sendable @escaping (RedisPush) -> Void
    ) async {
        var backoff = Backoff(configuration.backoff)
        var failure: String?
        while !Task.isCancelled {
            let start = ContinuousClock.now
            let reason: RedisError?
            do throws(RedisError) {
                reason = try await client(of: slot)?.listen(subscription, body)
            } catch {
                reason = error
            }
            if Task.isCancelled { return }
            doubt()
            logger.log(
                level: reason?.message == failure ? .debug : .warning,
                "subscription lost",
                metadata: ["slot": "\(slot)", "error": "\(reason?.message ?? "closed")"]
            )
            failure = reason?.message
            backoff.reset(after: .now - start)
            // A cancellation ends the pause, and then the loop.
            try? await Task.sleep(for: backoff.next())
        }
    }
}
