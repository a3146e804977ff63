import Logging
import Metrics
import StatesLanguage
import Waitable
import WaitableMetrics
import WaitableRedis

/// The executions of one claim: run on in memory, then committed together.
struct Batch: Sendable {
    private let worker: Worker
    private var lease: BatchLease
    private var steps: [PendingStep] = []
    private let size: Int

    /// Runs the executions of a claim on, in order.
    init(_ claim: Claim, worker: Worker) async {
        self.worker = worker
        self.lease = BatchLease(claim, duration: worker.configuration.leaseMilliseconds)
        size = claim.members.count
        steps.reserveCapacity(size)
        let runner = MemberRunner(worker: worker, claim: claim)
        for member in claim.members {
            if lease.isHalfUsed { await lease.renew(claim.members.map(\.member), worker: worker) }
            guard let step = await runner.run(member) else { continue }
            steps.append(PendingStep(step, by: worker.configuration.name))
        }
    }

    /// Commits the steps, then goes on with those that waited for the outcome of an item operation.
    func commit() async {
        defer { worker.tally.letGo(size) }
        var steps = steps
        while !steps.isEmpty {
            guard let results = await results(of: steps) else { return }
            steps = await followUps(of: steps, results)
        }
    }

    /// Sends one commit, and sends it again while its outcome is unknown and the lease lasts.
    private func results(of steps: [PendingStep]) async -> [CommitResult]? {
        let transitions = steps.map { $0.step.transition(lease: lease.token) }
        while true {
            let start = ContinuousClock.now
            do {
                let results = try await worker.store.commit(transitions, token: lease.token)
                worker.metrics.commitDuration.record(since: start)
                return results
            } catch  where error.isWorthRepeating && lease.isLive && worker.canReachRedis {
                worker.metrics.failedCommits.increment()
                worker.logger.warning("commit is repeated", metadata: ["error": "\(error)"])
            } catch {
                worker.metrics.failedCommits.increment()
                worker.logger.error(
                    "commit failed: its executions are due again when the lease has run out",
                    metadata: ["executions": "\(steps.count)", "error": "\(error)"]
                )
                return nil
            }
        }
    }

    /// Counts what became of the steps, and runs those on that are not at rest yet.
    private func followUps(of steps: [PendingStep], _ results: [CommitResult]) async -> [PendingStep] {
        var next: [PendingStep] = []
        var applied = 0
        var settled = 0
        var lateness: [Int] = []
        let now = lease.estimatedNow
        for (step, result) in zip(steps, results) {
            if result.isApplied {
                count(step, at: now, &lateness)
                for call in step.step.calls { worker.calls.make(call) }
            }
            switch result {
            case .refused:
                worker.metrics.refused.increment()
                worker.metrics.refusedCommits.increment()
                log("commit refused: the lease was lost", step)
            case .settled:
                settled += 1
                // What its item operations came to is in the document: the next claim reads it there.
                if step.step.next == .leased { log("outcome is left to the next claim", step) }
            case .applied(let outcomes):
                applied += 1
                if step.step.next == .leased, let following = await following(step, outcomes) { next.append(following) }
            case .failed(let reason):
                worker.metrics.failed.increment()
                log("item write refused: \(reason)", step)
                if let again = await again(step) { next.append(again) }
            }
        }
        worker.metrics.applied.increment(by: applied)
        worker.metrics.settled.increment(by: settled)
        worker.tally.committed(applied + settled, lateness: lateness)
        return next
    }

    /// Counts a step that stands, and says so where it failed its execution.
    private func count(_ pending: PendingStep, at now: Instant, _ lateness: inout [Int]) {
        if let late = pending.step.lateness(at: now) {
            lateness.append(late)
            worker.metrics.lateness.recordNanoseconds(Int64(late) * 1_000_000)
        }
        worker.metrics.outcomes.committed(pending.step)
        let status = pending.step.execution.status
        guard status == .failed || status == .timedOut else { return }
        let execution = pending.step.execution
        worker.logger.info("execution failed", metadata: execution.metadata(error: execution.failure?.error))
    }

    /// The step after the outcomes of item operations came back.
    private func following(_ pending: PendingStep, _ outcomes: [JSON]) async -> PendingStep? {
        var execution = pending.step.execution
        for outcome in outcomes {
            guard let task = outcome.objectValue?["task"]?.integerValue else { continue }
            execution.inbox.outcomes[String(task)] = outcome
        }
        return await run(execution, evaluatesAll: false)
    }

    /// The same step once more, its plain writes evaluated, so that what Redis says of them becomes the task's failure.
    private func again(_ pending: PendingStep) async -> PendingStep? {
        guard !pending.step.evaluatedAll, let before = pending.step.before else { return nil }
        return await run(before, evaluatesAll: true)
    }

    private func run(_ execution: Execution, evaluatesAll: Bool) async -> PendingStep? {
        do {
            let step = try await worker.step(of: execution, at: lease.now, evaluatesAll: evaluatesAll)
            return PendingStep(step, by: worker.configuration.name)
        } catch {
            worker.logger.error("execution cannot be run", metadata: execution.metadata(error: "\(error)"))
            return nil
        }
    }

    private func log(_ message: Logger.Message, _ pending: PendingStep) {
        var metadata = pending.step.execution.metadata()
        metadata["token"] = "\(lease.token)"
        worker.logger.warning(message, metadata: metadata)
    }
}

extension CommitResult {
    fileprivate var isApplied: Bool {
        switch self {
        case .applied, .settled: true
        case .refused, .failed: false
        }
    }
}

extension Step {
    /// How long after its due instant the step was made, in ms; `nil` for one that no instant brought about.
    fileprivate func lateness(at now: Instant) -> Int? {
        guard let due, due <= now else { return nil }
        return Int(now.milliseconds - due.milliseconds)
    }
}
