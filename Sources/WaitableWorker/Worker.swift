import CoreMetrics
import Logging
import NIOCore
import NIOPosix
import RedisClient
import StatesLanguage
import Synchronization
import Waitable
import WaitableOperations
import WaitableRedis

/// Claims what is due in one partition, runs it on, and commits; any number of workers do so side by side, and none keeps
/// anything.
///
/// While due executions remain, the next batch is claimed before the last one is committed, so that Redis is never
/// idle. Otherwise the worker sleeps until the claim says, and wakes when told of a sooner instant: Redis tells one of those
/// that sleep. Of a partition that others watch, it only looks now and then whether they do.
final class Worker: Sendable {
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
    let metrics: WorkerMetrics
    let tally: WorkerTally
    let calls: Calls
    private let jobs: JobStopper
    let scarcity: Scarcity
    let slowMachines = SlowMachines()
    private let watches: Watches
    private let turns: Turns?
    private let ending: Ending
    private let nudges: Nudges
    private let claimFailures = ClaimFailures()

    /// A worker of one partition.
    ///
    /// - Parameter share: What it shares with those of the process's other partitions.
    init(store: RedisStore, share: WorkerShare) {
        self.store = store
        configuration = share.configuration
        partitions = share.partitions
        deliverer = share.deliverer
        machines = share.machines
        identity = share.identity
        itemTable = share.itemTable
        logger = share.logger
        metrics = share.metrics
        tally = share.tally
        calls = share.calls
        jobs = share.jobs
        scarcity = share.scarcity
        watches = share.watches
        turns = share.turns
        ending = share.ending
        nudges = Nudges(eventLoop: share.eventLoop)
    }

    /// Takes note of a sooner due instant.
    func announce(_ instant: Instant) { nudges.announce(instant) }

    /// Has it look: something may have been missed.
    func look() { nudges.look() }

    /// Has it see for itself whether it has to stop.
    func wake() { nudges.wake() }

    /// How it watches the partition now.
    private var watch: Watch { watches.watch(of: store.keys.partition) }

    /// The names that things have.
    var arn: ARN { identity.arn }

    /// Whether a call may still go out: neither the task nor the client is at its end.
    var canReachRedis: Bool { !Task.isCancelled && store.client.connectionState != .closed }

    private var stopping: Bool { ending.isTold || Task.isCancelled }

    /// Works until it is told to end: then nothing more is claimed, what is held is committed, and what was claimed ahead is
    /// given back.
    func work() async throws {
        try await withThrowingTaskGroup(of: Void.self) { commits in
            var outstanding = 0
            var size = BatchSize(most: configuration.batch)
            var held = await claimOrSleep(size.next)
            while !stopping {
                guard let current = held?.claim, !current.members.isEmpty else {
                    await idle(after: held?.claim)
                    held = stopping ? nil : await claimOrSleep(size.next)
                    continue
                }
                let turn = held?.turn
                let isFull = size.claimed(current.members.count)
                let next = size.next
                // Not asleep, whatever it finds: while the batch runs, nobody would hear.
                async let ahead = isFull && current.leavesDue ? self.claim(next, sleep: nil) : nil
                let batch = await Batch(current, worker: self)
                if outstanding >= 2 {
                    try await commits.next()
                    outstanding -= 1
                }
                commits.addTask {
                    await batch.commit()
                    self.giveBack(turn)
                }
                outstanding += 1
                held = await ahead
                if held?.claim.members.isEmpty ?? true, !stopping { held = await claimOrSleep(next) }
            }
            if let held, !held.claim.members.isEmpty {
                for (isBare, members) in Dictionary(grouping: held.claim.members, by: { $0.document == nil }) {
                    // What has no document is put before no instant at which it may not have been due.
                    await release(members.map(\.bytes), token: held.claim.token, pause: isBare ? 1 : 0)
                }
                tally.letGo(held.claim.members.count)
                giveBack(held.turn)
            }
            try await commits.waitForAll()
        }
    }

    /// Claims a batch, or is put to sleep where there is none and the partition is watched.
    private func claimOrSleep(_ limit: Int) async -> HeldClaim? {
        // What was announced before the claim is in its answer; what comes from here on may not be.
        nudges.take()
        guard case .sleeps(let longest) = watch else { return await claim(limit, sleep: nil) }
        // Up to a quarter of jitter keeps idle replicas from looking all at once.
        return await claim(limit, sleep: max(1, longest - Int.random(in: 0...(longest / 4))))
    }

    /// A claim, and the turn that it has.
    private struct HeldClaim {
        let claim: Claim
        /// `nil` for one that is empty, and where there are no turns.
        var turn: Turns.Turn?
    }

    /// Claims a batch; `nil` when Redis could not be reached.
    private func claim(_ limit: Int, sleep: Int?) async -> HeldClaim? {
        let turn = await turns?.take(at: store.client.server)
        let claim = await claimInTurn(limit, sleep: sleep)
        guard let claim, !claim.members.isEmpty else {
            giveBack(turn)
            return claim.map { HeldClaim(claim: $0) }
        }
        return HeldClaim(claim: claim, turn: turn)
    }

    private func giveBack(_ turn: Turns.Turn?) { if let turn { turns?.giveBack(turn) } }

    private func claimInTurn(_ limit: Int, sleep: Int?) async -> Claim? {
        let start = ContinuousClock.now
        do {
            // Nothing is held before it is known how to run it.
            _ = try await identity.secret()
            if let pause = claimFailures.pauseAfterOutage() {
                try await store.checkReady()
                try await Task.sleep(for: pause)
            }
            let claim = try await store.claim(
                limit: limit,
                lease: configuration.leaseMilliseconds,
                worker: configuration.name,
                sleep: sleep
            )
            metrics.claimed(claim.members.count, since: start)
            deliverer?.note(claim.messages, in: store.keys.partition)
            if claim.hasJobs { jobs.note(store.keys.partition) }
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
        let watch = watch
        let longest = TimeAmount.milliseconds(watch.nextPause)
        guard let claim else { return claimFailures.pause(atMost: longest) }
        guard let next = claim.nextDue else { return longest }
        let pause = Self.pause(from: claim.microseconds, until: next)
        // What others sleep towards is theirs, unless it is late.
        if case .visits = watch, pause > .milliseconds(1) { return longest }
        return min(longest, pause)
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
        await letFree { store throws(StoreError) in
            try await store.release(members, token: token, pause: pause)
        }
    }

    /// Gives claimed members back that cannot be taken over yet.
    ///
    /// - Parameter redeliveries: How often a lease on them ran out, or they were put off.
    func putOff(_ members: [[UInt8]], token: String, redeliveries: Int) async {
        let pause = configuration.leaseMilliseconds + 1_000 << min(redeliveries, Self.mostDoublings)
        await letFree { store throws(StoreError) in try await store.putOff(members, token: token, pause: pause) }
    }

    /// The longest pause is half a minute.
    private static let mostDoublings = 5

    private func letFree(_ body: (RedisStore) async throws(StoreError) -> Void) async {
        do {
            try await body(store)
            nudges.look()
        } catch {
            metrics.failedReleases.increment()
            logger.warning("release failed: the lease has to run out", metadata: ["error": "\(error)"])
        }
    }
}
