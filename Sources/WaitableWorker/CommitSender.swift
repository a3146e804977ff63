import CoreMetrics
import Logging
import Waitable
import WaitableMetrics
import WaitableRedis

/// Sends the commits of a batch: again while that makes sense, and in smaller parts where one of its steps may be what Redis
/// does not take. So a step takes none with it but itself.
struct CommitSender: Sendable {
    let worker: Worker
    let lease: BatchLease

    /// What became of each step, in order; `nil` for one that is due again, as it was: at once where the clock was set,
    /// in a second or more where there is no room in Redis, else when the lease has run out.
    func results(of steps: ArraySlice<PendingStep>) async -> [CommitResult?] {
        let transitions = steps.map { $0.step.transition(lease: lease.token) }
        // What several steps came to can be more than Redis takes at once.
        let bytes = transitions.reduce(0) { $0 + $1.document.count }
        guard steps.count == 1 || bytes <= Limits.claimedBytes && transitions[...].texts <= Limits.texts else {
            return await resultsInHalves(of: steps)
        }
        guard steps.count > 1 || bytes <= Limits.document else {
            return [.failed("the document must have at most \(Limits.document) bytes, has \(bytes)")]
        }
        var failures = 0
        while true {
            let start = ContinuousClock.now
            do throws(StoreError) {
                let results = try await worker.store.commit(
                    transitions,
                    token: lease.token,
                    highWaterPercent: worker.configuration.highWaterPercent
                ) { partitions in
                    worker.deliverer?.note(partitions, in: worker.store.keys.partition)
                }
                worker.metrics.commitDuration.record(since: start)
                if worker.scarcity.isFelt { noteRoom(for: transitions) }
                return results
            } catch .clockChanged {
                worker.logger.warning("Redis's clock was set back: a batch is run again", metadata: metadata(of: steps))
                await worker.release(steps.map { Array($0.step.execution.key.member.utf8) }, token: lease.token)
                return steps.map { _ in nil }
            } catch {
                if case .outOfMemory(let message) = error, let need = Self.need(of: transitions) {
                    return await resultsWithoutRoom(of: steps, transitions.map { need.isOf($0) }, need, message)
                }
                failures += 1
                worker.metrics.failedCommits.increment()
                if error.isNotAllowed {
                    // Nothing was written, and nobody's execution is to blame.
                    worker.logger.error(
                        "commit refused for want of rights: its executions are run again",
                        metadata: metadata(of: steps, error)
                    )
                    let members = steps.map { Array($0.step.execution.key.member.utf8) }
                    await worker.release(members, token: lease.token, pause: .random(in: Self.pauseWithoutRights))
                    return steps.map { _ in nil }
                }
                switch await reaction(to: error, failures, steps.count) {
                case .again:
                    worker.logger.warning("commit is repeated", metadata: metadata(of: steps, error))
                case .halves:
                    worker.logger.warning("commit is sent in halves", metadata: metadata(of: steps, error))
                    return await resultsInHalves(of: steps)
                case .refusal:
                    return [.failed("\(error)")]
                case .end:
                    // A worker that is told to end, and gets no answer in time, has done what it could.
                    worker.logger.log(
                        level: Task.isCancelled ? .warning : .error,
                        "commit failed: its executions are due again when the lease has run out",
                        metadata: metadata(of: steps, error)
                    )
                    return steps.map { _ in nil }
                }
            }
        }
    }

    /// After how many ms what a user may not commit is tried again.
    private static let pauseWithoutRights = 1_000...5_000

    private enum Reaction {
        case again
        case halves
        case refusal
        case end
    }

    /// What follows a commit that failed as a whole. A refusal that passes waits a little first.
    private func reaction(to error: StoreError, _ failures: Int, _ count: Int) async -> Reaction {
        if error.isPassing {
            try? await Task.sleep(for: .milliseconds(.random(in: 50...250)))
        } else if !error.isWorthRepeating {
            return count > 1 ? .halves : .refusal
        } else if failures > 1, count > 1, lease.isLive, worker.canReachRedis {
            // Redis closes the connection on what is too large for it, and says nothing.
            return .halves
        }
        return lease.isLive && worker.canReachRedis ? .again : .end
    }

    /// What Redis needs room for to take them all: something new before anything else; `nil` for nothing.
    private static func need(of transitions: [Transition]) -> Scarcity.Need? {
        [Scarcity.Need.new, .more].first { need in transitions.contains { need.isOf($0) } }
    }

    private func noteRoom(for transitions: [Transition]) {
        if let need = Self.need(of: transitions) { worker.scarcity.granted(need) }
    }

    /// Commits the steps that Redis may still take, and gives the others back: they are run again until there is room for
    /// them.
    private func resultsWithoutRoom(
        of steps: ArraySlice<PendingStep>,
        _ needsRoom: [Bool],
        _ need: Scarcity.Need,
        _ message: String
    ) async -> [CommitResult?] {
        let waiting = zip(steps, needsRoom).filter { $0.1 }.map { $0.0 }
        var metadata = metadata(of: waiting[...])
        metadata["error"] = "\(message)"
        worker.logger.warning("no room in Redis: what needs it is run again later", metadata: metadata)
        worker.metrics.failedCommits.increment()
        let members = waiting.map { Array($0.step.execution.key.member.utf8) }
        await worker.release(members, token: lease.token, pause: .random(in: worker.scarcity.refused(need)))
        let others = zip(steps, needsRoom).filter { !$0.1 }.map { $0.0 }
        guard !others.isEmpty else { return steps.map { _ in nil } }
        var left = await results(of: others[...])[...]
        return needsRoom.map { $0 ? nil : left.removeFirst() }
    }

    private func resultsInHalves(of steps: ArraySlice<PendingStep>) async -> [CommitResult?] {
        let half = steps.startIndex + steps.count / 2
        let first = await results(of: steps[..<half])
        return first + (await results(of: steps[half...]))
    }

    private func metadata(of steps: ArraySlice<PendingStep>, _ error: StoreError? = nil) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["executions": "\(steps.count)"]
        if let error { metadata["error"] = "\(error)" }
        return metadata
    }
}

extension Scarcity.Need {
    /// Whether a transition has it.
    fileprivate func isOf(_ transition: Transition) -> Bool {
        switch self {
        case .new: transition.makesNew
        case .more: transition.grows
        }
    }
}
