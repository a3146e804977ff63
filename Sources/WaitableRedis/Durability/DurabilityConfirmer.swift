package import Logging
package import RedisClient
import ServiceLifecycle
import Synchronization

/// Has Redis wait until starts are safe: those that come while it waits for others are waited for together, after it.
///
/// There is one wait at a time for each server and each durability that is asked for, and ``Durability/mostReplicas`` bounds how
/// many those are: a client has more connections than that for them, so nobody waits for what somebody else asked for.
package final class DurabilityConfirmer: Service {
    /// The durability of starts that ask for none.
    package let standard: Durability
    private let partitions: Partitions
    private let logger: Logger
    private let state = Mutex(State())
    private let rounds = AsyncStream.makeStream(of: DurabilityRound.self)

    private typealias Waiter = (
        confirmation: StartConfirmation, continuation: CheckedContinuation<DurabilityOutcome, Never>
    )

    private struct State {
        /// Who waits for the next round; no entry where none is under way.
        var waiting: [DurabilityRound: [Waiter]] = [:]
        /// What Redis was able to reach once: what is in the way then, passes.
        var possible: Set<Durability> = []
        var obstacles: [Durability: (obstacle: DurabilityObstacle, seen: ContinuousClock.Instant)] = [:]
        var isClosed = false
    }

    /// A confirmer over partitions whose connections somebody else runs.
    ///
    /// - Parameter standard: The durability of starts that ask for none.
    package init(partitions: Partitions, standard: Durability = Durability(), logger: Logger) {
        self.partitions = partitions
        self.standard = standard
        self.logger = logger
    }

    /// What a start that is about to be written has to wait for after it; `nil` where it does not have to be safe.
    ///
    /// - Parameter id: The id of what is started.
    package func confirmation(of id: String, reaching durability: Durability) -> StartConfirmation? {
        partitions.confirmation(of: id, reaching: durability)
    }

    /// Waits until starts that were written are as safe as asked.
    ///
    /// - Parameter confirmations: From before they were written.
    package func confirm(_ confirmations: Set<StartConfirmation>) async -> [StartConfirmation: DurabilityOutcome] {
        await withTaskGroup(of: (StartConfirmation, DurabilityOutcome).self) { group in
            for confirmation in confirmations { group.addTask { (confirmation, await self.confirm(confirmation)) } }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private func confirm(_ confirmation: StartConfirmation) async -> DurabilityOutcome {
        let round = DurabilityRound(confirmation)
        return await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                guard !state.isClosed else { return true }
                let isFirst = state.waiting[round] == nil
                state.waiting[round, default: []].append((confirmation, continuation))
                if isFirst { rounds.continuation.yield(round) }
                return false
            }
            if isClosed { continuation.resume(returning: Self.stopped(confirmation.durability)) }
        }
    }

    private static func stopped(_ durability: Durability) -> DurabilityOutcome {
        .nothing(of: durability, because: "the server is stopping")
    }

    /// Makes the rounds until the graceful shutdown; those under way are still finished.
    ///
    /// - Throws: ``DurabilityError`` where Redis can never reach the standard durability.
    package func run() async throws {
        defer { close() }
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask {
                    do {
                        try await cancelWhenGracefulShutdown { try await self.check() }
                    } catch let error as DurabilityError {
                        // A failure cancels the tasks of the group, but not the loop.
                        self.rounds.continuation.finish()
                        throw error
                    } catch is CancellationError {}
                }
                for await round in rounds.stream { group.addTask { await self.makeRounds(round) } }
            }
        } onGracefulShutdown: {
            self.rounds.continuation.finish()
        }
    }

    private func close() {
        let left = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [:] }
            return state.waiting
        }
        for (round, waiters) in left {
            for waiter in waiters { waiter.continuation.resume(returning: Self.stopped(round.durability)) }
        }
    }

    private func makeRounds(_ round: DurabilityRound) async {
        while let waiters = take(round) {
            let outcomes = await partitions.confirm(Set(waiters.map { $0.confirmation }))
            for outcome in Set(outcomes.values) { note(outcome) }
            for waiter in waiters {
                guard let outcome = outcomes[waiter.confirmation] else { preconditionFailure("each has its outcome") }
                waiter.continuation.resume(returning: outcome)
            }
        }
    }

    private func take(_ round: DurabilityRound) -> [Waiter]? {
        state.withLock { state in
            guard let waiters = state.waiting[round], !waiters.isEmpty else {
                state.waiting[round] = nil
                return nil
            }
            state.waiting[round] = []
            return waiters
        }
    }

    private func note(_ outcome: DurabilityOutcome) {
        guard !outcome.isEnough else { return }
        logger.warning(
            "starts are less safe than asked for",
            metadata: [
                "asked": "\(outcome.asked.text)", "reached": "\(outcome.reached.text)",
                "reason": "\(outcome.reason ?? "Redis waited in vain")",
            ]
        )
    }

    /// Why Redis cannot reach a durability, as it is now. What it could reach once is asked for again and again: a replica that
    /// is away comes back.
    ///
    /// Asks Redis at most once a second. `nil` where Redis does not answer: the start will tell.
    package func obstacle(to durability: Durability) async -> DurabilityObstacle? {
        guard durability.asksForMore else { return nil }
        let (isPossible, known) = state.withLock { ($0.possible.contains(durability), $0.obstacles[durability]) }
        if isPossible { return nil }
        if let known, known.seen.duration(to: .now) < .seconds(1) { return known.obstacle }
        return try? await look(at: durability)
    }

    private func look(at durability: Durability) async throws(StoreError) -> DurabilityObstacle? {
        let obstacle = try await partitions.obstacle(to: durability)
        state.withLock { state in
            if let obstacle {
                state.obstacles[durability] = (obstacle, .now)
            } else {
                state.obstacles[durability] = nil
                state.possible.insert(durability)
            }
        }
        return obstacle
    }

    /// Why starts that ask for no durability are not taken: Redis has not been able to reach the standard one yet. `nil` where
    /// it has, and where it has not said so.
    package var shortfall: String? { state.withLock { $0.obstacles[standard]?.obstacle.reason } }

    /// Looks whether Redis can reach the standard durability, once a second until it can.
    ///
    /// - Throws: ``DurabilityError`` where it never can.
    private func check() async throws {
        guard standard.asksForMore else { return }
        var last: String?
        while true {
            do {
                guard let obstacle = try await look(at: standard) else { return }
                guard obstacle.isPassing else {
                    throw DurabilityError(standard: standard, obstacle: obstacle.reason)
                }
                if obstacle.reason != last {
                    logger.warning(
                        "starts are refused until Redis can make them as safe as set",
                        metadata: ["durability": "\(standard.text)", "reason": "\(obstacle.reason)"]
                    )
                    last = obstacle.reason
                }
            } catch is StoreError {
                // The connection says itself why it is not there.
            }
            try await Task.sleep(for: .seconds(1))
        }
    }
}

/// A durability of the settings that Redis can never reach.
package struct DurabilityError: Error, Sendable, CustomStringConvertible {
    /// What was set.
    package let standard: Durability
    /// Why Redis cannot reach it.
    package let obstacle: String

    /// The setting, the rule, why it is broken, and the value.
    package var description: String {
        "WAITABLE_DURABILITY (--durability): must be what Redis can reach, but \(obstacle): '\(standard.text)'"
    }
}
