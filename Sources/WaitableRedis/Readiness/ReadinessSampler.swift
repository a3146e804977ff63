package import Logging
import RedisClient
import ServiceLifecycle
import Synchronization

/// Knows whether a start would be taken, by asking Redis once a second: no start and no probe pays a round trip for it.
///
/// What is asked is a function that Redis runs under the rules of a start and that writes nothing, so that every reason
/// for which Redis would refuse a start is seen, by Redis's own judgement.
package final class ReadinessSampler: Service {
    private let partitions: Partitions
    private let policy: ReadinessPolicy
    private let interval: Duration
    private let isDeployed: @Sendable () -> Bool
    private let shortfall: @Sendable () -> String?
    private let onEmptyRegistry: @Sendable () -> Void
    private let logger: Logger
    private let file: AppendOnlyFileCheck
    private let last = Mutex<Sample?>(nil)

    private struct Sample {
        var unreadiness: Unreadiness?
        var taken: ContinuousClock.Instant
    }

    /// A sampler over partitions whose connections somebody else runs.
    ///
    /// - Parameters:
    ///   - interval: The time between two samples; one that is five times as old says nothing any more.
    ///   - isDeployed: Whether the process has deployed what it was given; it is not ready before.
    ///   - shortfall: Why starts cannot be made as safe as the process has to make them; `nil` where they can.
    ///   - onEmptyRegistry: Called with each sample that finds no state machine deployed.
    package init(
        partitions: Partitions,
        policy: ReadinessPolicy,
        interval: Duration = .seconds(1),
        isDeployed: @Sendable @escaping () -> Bool = { true },
        shortfall: @Sendable @escaping () -> String? = { nil },
        onEmptyRegistry: @Sendable @escaping () -> Void = {},
        logger: Logger
    ) {
        self.partitions = partitions
        self.policy = policy
        self.interval = interval
        self.isDeployed = isDeployed
        self.shortfall = shortfall
        self.onEmptyRegistry = onEmptyRegistry
        self.logger = logger
        file = AppendOnlyFileCheck(partitions: partitions, logger: logger)
    }

    /// Samples until the graceful shutdown.
    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.sample()
                try await Task.sleep(for: self.interval)
            }
        }
    }

    /// Why a start would not be taken now; `nil` where it would. Asks Redis only where no sample was taken yet.
    package func unreadiness() async -> Unreadiness? {
        guard partitions.home.client.connectionState == .connected else { return .unreachable }
        let unreadiness: Unreadiness?
        if let sample = last.withLock({ $0 }) {
            unreadiness = sample.taken.duration(to: .now) > interval * 5 ? .unreachable : sample.unreadiness
        } else {
            unreadiness = await self.sample()
        }
        if let unreadiness { return unreadiness }
        if let shortfall = shortfall() { return .unsafe(shortfall) }
        return isDeployed() ? nil : .deploying
    }

    /// Why no start must be sent to Redis, as far as the last sample tells: Redis would take it, and what would be lost,
    /// or what waits would have no room. Asks Redis only where no sample was taken yet.
    package func refusal() async -> StoreError? {
        let sample = last.withLock { $0 }
        guard let unreadiness = sample == nil ? await self.sample() : sample?.unreadiness else { return nil }
        switch unreadiness {
        case .memoryHigh: return .outOfMemory(unreadiness.reason)
        case .evicts, .losesFile: return .unready(unreadiness)
        // Redis refuses these itself.
        case .unreachable, .loading, .readOnly, .refusesWrites, .full, .functions, .deploying, .noDefaultMachine,
            .unsafe:
            return nil
        }
    }

    @discardableResult
    private func sample() async -> Unreadiness? {
        let unreadiness: Unreadiness?
        do {
            var memoryState: Unreadiness?
            for store in partitions.servers {
                let (memory, machines) = try await store.readState()
                memoryState = memoryState ?? Unreadiness(memory, policy)
                if machines == 0 { onEmptyRegistry() }
            }
            unreadiness = if let memoryState { memoryState } else { await file.problem().map(Unreadiness.losesFile) }
        } catch {
            unreadiness = Unreadiness(error)
        }
        let before = last.withLock { sample in
            defer { sample = Sample(unreadiness: unreadiness, taken: .now) }
            return sample?.unreadiness
        }
        if unreadiness?.code != before?.code { report(unreadiness) }
        return unreadiness
    }

    private func report(_ unreadiness: Unreadiness?) {
        guard let unreadiness else {
            logger.notice("ready: starts are taken again")
            return
        }
        logger.warning("not ready", metadata: ["code": "\(unreadiness.code)", "reason": "\(unreadiness.reason)"])
    }
}

extension RedisStore {
    /// Asks whether Redis takes what functions write.
    ///
    /// - Throws: What Redis would answer to a write.
    package func checkReady() async throws(StoreError) {
        _ = try await call("waitable_ready", FunctionArguments())
    }

    /// Asks whether a start would be taken, and for what Redis says of its memory. An older function library is replaced.
    ///
    /// - Returns: `INFO memory`, empty where the user may not see it; and how much the registry of state machines holds, 0
    ///   where it is empty.
    /// - Throws: What Redis would answer to a start.
    func readState() async throws(StoreError) -> (memory: RedisInfo, machines: Int64) {
        let reply = try await call("waitable_ready", FunctionArguments())
        // An older library says nothing of the registry.
        guard let words = reply.array, words.count >= 2, let version = words[0].integer, let info = words[1].string
        else {
            throw .unexpectedReply(function: "waitable_ready", reply: "\(reply)")
        }
        if version < FunctionLibrary.version { try await loadFunctions() }
        return (RedisInfo(info), words.count > 2 ? words[2].integer ?? 1 : 1)
    }
}
