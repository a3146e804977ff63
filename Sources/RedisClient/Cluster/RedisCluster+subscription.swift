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
