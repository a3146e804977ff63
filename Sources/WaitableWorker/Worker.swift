import CoreMetrics
package import Logging
import NIOCore
package import NIOPosix
import RedisClient
import ServiceLifecycle
import StatesLanguage
import Synchronization
import Waitable
import WaitableOperations
package import WaitableRedis

/// Claims what is due, runs it on, and commits; any number of workers do so side by side, and none keeps anything.
///
/// While due executions remain, the next batch is claimed before the last one is committed, so that Redis is never
/// idle. Otherwise the worker sleeps until the claim says, and wakes when told of a sooner instant: Redis tells one of those
/// that sleep.
package final class Worker: Service {
    let store: RedisStore
    /// All partitions of the namespace; ``store`` is one of them.
    let partitions: Partitions
    /// `nil` where there is only one partition.
    let deliverer: MessageDeliverer?
    let configuration: WorkerConfiguration
    let machines: MachineCache
    let identity: NamespaceIdentity
    let itemTable: String
    let logger: Logger
    let metrics = WorkerMetrics()
    let tally = WorkerTally()
    let calls: Calls
    let scarcity = Scarcity()
    private let nudges: Nudges
    private let isStopping = Atomic(false)
    private let hasClaimed = Atomic(false)
    private let claimFailures = ClaimFailures()

    /// A worker over a store whose connection somebody else runs.
    ///
    /// - Parameter partitions: All partitions of the namespace; may be left out where there is only one.
    package init(
        store: RedisStore,
        partitions: Partitions? = nil,
        machines: MachineCache,
        configuration: WorkerConfiguration,
        calls: CallConfiguration = CallConfiguration(),
        identity: NamespaceIdentity,
        itemTable: String = "items",
        eventLoopGroup: MultiThreadedEventLoopGroup = .singleton,
        logger: Logger
    ) {
        self.store = store
        self.machines = machines
        self.configuration = configuration
        self.identity = identity
        self.itemTable = itemTable
        self.nudges = Nudges(eventLoop: eventLoopGroup.next())
        var logger = logger
        logger[metadataKey: "worker"] = "\(configuration.name)"
        self.logger = logger
        let partitions = partitions ?? Partitions(only: store)
        self.partitions = partitions
        deliverer = partitions.stores.count > 1 ? MessageDeliverer(partitions: partitions, logger: logger) : nil
        self.calls = Calls(store: store, configuration: calls, logger: logger)
    }

    /// Works until the graceful shutdown: then nothing more is claimed, what is held is committed, and what was
    /// claimed ahead is given back.
    package func run() async throws {
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { await self.listen() }
                group.addTask { await self.reportItself() }
                if let deliverer = self.deliverer { group.addTask { await deliverer.run() } }
                try await self.makingCalls { try await self.work() }
                group.cancelAll()
            }
            try? await self.store.leave(worker: self.configuration.name)
        } onGracefulShutdown: {
            self.isStopping.store(true, ordering: .releasing)
            self.nudges.wake()
        }
        logger.info("worker stopped")
    }

    /// Makes calls beside some work, and a little longer: those that are not answered by then are given up.
    private func makingCalls(beside work: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.calls.run() }
            defer { group.cancelAll() }
            try await work()
            calls.finish()
            group.addTask { try await Task.sleep(for: Self.lastCalls) }
            try await group.next()
        }
    }

    /// How long a worker that stops waits for its calls.
    private static let lastCalls: Duration = .seconds(5)

    /// Turns announcements of sooner due instants into nudges. Without a subscription the worker still looks at
    /// every poll interval.
    private func listen() async {
        await store.client.listen(to: [store.keys.wake, store.keys.wake(configuration.name)]) { push in
            switch push {
            // What was announced while there was no subscription was missed: look.
            case .subscribed: self.nudges.look()
            case .message(channel: _, let payload):
                if let instant = Instant(announcement: payload) { self.nudges.announce(instant) }
            }
        }
    }

    /// Why the worker cannot work now; `nil` where it can.
    package var unreadiness: String? {
        if isStopping.load(ordering: .acquiring) { return "the worker is stopping" }
        if store.client.connectionState != .connected { return "there is no connection to Redis" }
        return hasClaimed.load(ordering: .relaxed) ? nil : "no claim has been answered yet"
    }

    /// The names that things have.
    var arn: ARN { identity.arn }

    /// Whether a call may still go out: neither the task nor the client is at its end.
    var canReachRedis: Bool { !Task.isCancelled && store.client.connectionState != .closed }

    private var stopping: Bool { isStopping.load(ordering: .acquiring) || Task.isCancelled }

    private func work() async throws {
        logger.info("worker started", metadata: ["batch": "\(configuration.batch)"])
        try await withThrowingTaskGroup(of: Void.self) { commits in
            var outstanding = 0
            var size = BatchSize(most: configuration.batch)
            var claim = await claimOrSleep(size.next)
            while !stopping {
                guard let current = claim, !current.members.isEmpty else {
                    await idle(after: claim)
                    claim = stopping ? nil : await claimOrSleep(size.next)
                    continue
                }
                let isFull = size.claimed(current.members.count)
                let next = size.next
                // Not asleep, whatever it finds: while the batch runs, nobody would hear.
                async let ahead = isFull && current.leavesDue ? self.claim(next, sleep: nil) : nil
                let batch = await Batch(current, worker: self)
                if outstanding >= 2 {
                    try await commits.next()
                    outstanding -= 1
                }
                commits.addTask { await batch.commit() }
                outstanding += 1
                claim = await ahead
                if claim?.members.isEmpty ?? true, !stopping { claim = await claimOrSleep(next) }
            }
            if let claim, !claim.members.isEmpty {
                await release(claim.members.map(\.bytes), token: claim.token)
                tally.letGo(claim.members.count)
            }
            try await commits.waitForAll()
        }
    }

    /// Claims a batch, or is put to sleep where there is none.
    private func claimOrSleep(_ limit: Int) async -> Claim? {
        // What was announced before the claim is in its answer; what comes from here on may not be.
        nudges.take()
        // Up to a quarter of jitter keeps idle replicas from looking all at once.
        let poll = configuration.pollMilliseconds
        return await claim(limit, sleep: max(1, poll - Int.random(in: 0...(poll / 4))))
    }

    /// Claims a batch; `nil` when Redis could not be reached.
    private func claim(_ limit: Int, sleep: Int?) async -> Claim? {
        let start = ContinuousClock.now
        do {
            // Nothing is held before it is known how to run it.
            _ = try await identity.secret()
            let claim = try await store.claim(
                limit: limit,
                lease: configuration.leaseMilliseconds,
                worker: configuration.name,
                sleep: sleep
            )
            metrics.claimed(claim.members.count, since: start)
            deliverer?.note(claim.messages, in: store.keys.partition)
            hasClaimed.store(true, ordering: .relaxed)
            tally.claimed(claim.members.count)
            let failed = claimFailures.answered()
            if failed > 1 { logger.notice("claims are answered again", metadata: ["failed": "\(failed)"]) }
            return claim
        } catch {
            metrics.failedClaims.increment()
            // Said once: what keeps claims from being answered does so for a while.
            let isNews = claimFailures.failed("\(error)")
            logger.log(level: isNews ? .warning : .debug, "claim failed", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Sleeps until the claim says, an announced instant or a nudge, whichever is first.
    private func idle(after claim: Claim?) async {
        let start = NIODeadline.now()
        var wakeUp = start + pause(after: claim)
        var timer = nudges.schedule(after: wakeUp - start)
        defer { timer.cancel() }
        while !stopping, NIODeadline.now() < wakeUp {
            let news = await nudges.next()
            if news.isLook { return }
            guard let instant = news.soonest else { continue }
            // On the clock of the last claim, like every due instant.
            guard let claim else { return }
            let sooner = start + Self.pause(from: claim.microseconds, until: Double(instant.milliseconds))
            guard sooner < wakeUp else { continue }
            wakeUp = sooner
            timer.cancel()
            timer = nudges.schedule(after: wakeUp - .now())
        }
    }

    private func pause(after claim: Claim?) -> TimeAmount {
        let longest = TimeAmount.milliseconds(Int64(configuration.pollMilliseconds))
        guard let claim else { return claimFailures.pause(atMost: longest) }
        guard let next = claim.nextDue else { return longest }
        return min(longest, Self.pause(from: claim.microseconds, until: next))
    }

    /// The time from a reading of the Redis clock (µs) to an instant (ms), never negative; a little is added, so that
    /// the claim finds the millisecond begun.
    private static func pause(from microseconds: Int64, until milliseconds: Double) -> TimeAmount {
        let distance = milliseconds * 1_000 - Double(microseconds)
        return .microseconds(Int64(max(0, min(86_400_000_000, distance)) + 100))
    }

    /// Gives claimed members back, as they are.
    ///
    /// - Parameter pause: In how many ms they are due.
    func release(_ members: [[UInt8]], token: String, pause: Int = 0) async {
        do {
            try await store.release(members, token: token, pause: pause)
            nudges.look()
        } catch {
            metrics.failedReleases.increment()
            logger.warning("release failed: the lease has to run out", metadata: ["error": "\(error)"])
        }
    }
}
