import CodeUnits
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
    /// Those that wait for room for their calls, by the ms in which they come again.
    private var postponed: [Int: [[UInt8]]] = [:]
    /// Those that are given back, as the ones before them took long.
    private var left: [[UInt8]] = []
    /// Those that are given back, as there were too many members without a document.
    private var unseen: [[UInt8]] = []
    /// Those that cannot be taken over yet, by how often they were redelivered.
    private var untimely: [Int: [[UInt8]]] = [:]
    /// How long the steps of a batch may take before the others are left to other batches.
    private static let longestRun = Duration.milliseconds(250)
    /// How many members without a document one batch looks at by calls of their own; the others are left too.
    private static let mostAdoptions = 32
    private let size: Int

    /// Runs the executions of a claim on, in order.
    init(_ claim: Claim, worker: Worker) async {
        self.worker = worker
        self.lease = BatchLease(claim, duration: worker.configuration.leaseMilliseconds)
        size = claim.members.count
        steps.reserveCapacity(size)
        var runner = MemberRunner(worker: worker, claim: claim)
        // Only what is lost after that is held against them: the answer of a claim may get to nobody.
        if claim.members.contains(where: { $0.redeliveries > 0 }) {
            await lease.renew(claim.members.map(\.bytes), worker: worker)
        }
        await runner.lookUpMachines()
        var progress = Progress(slow: worker.slowMachines.current)
        // Those of slow machines come last, the oldest first.
        var slow: [ClaimedMember] = []
        for (index, member) in claim.members.enumerated() {
            if progress.isSlow(member) {
                slow.append(member)
            } else {
                await run(member, isFirst: index == 0, &runner, &progress)
            }
        }
        guard !slow.isEmpty else { return }
        // What is done does not wait for them.
        await settle()
        for (index, member) in slow.inDueOrder(at: claim.now).enumerated() {
            await run(member, isFirst: index == 0, &runner, &progress)
        }
    }

    /// How far the batch has come.
    private struct Progress {
        let start = ContinuousClock.now
        var last: ContinuousClock.Instant
        var adoptions = 0
        /// The machines whose executions come last.
        var slow: Set<Spelling>

        init(slow: Set<Spelling>) {
            last = start
            self.slow = slow
        }

        var hasTime: Bool { start.duration(to: last) <= Batch.longestRun }

        func isSlow(_ member: ClaimedMember) -> Bool {
            !slow.isEmpty && (SlowMachines.name(of: member).map(slow.contains) ?? false)
        }
    }

    /// Runs a member on, or leaves it to another batch.
    ///
    /// - Parameter isFirst: Whether it is the first of its kind, slow or not: there is always time for that one.
    private mutating func run(
        _ member: ClaimedMember,
        isFirst: Bool,
        _ runner: inout MemberRunner,
        _ progress: inout Progress
    ) async {
        let adopts = runner.isToAdopt(member)
        guard isFirst || progress.hasTime else {
            // What has no document has nothing but its score to say when it was due, and is not put before that.
            if member.document == nil { unseen.append(member.bytes) } else { left.append(member.bytes) }
            return
        }
        guard !adopts || progress.adoptions < Self.mostAdoptions else { return unseen.append(member.bytes) }
        if adopts { progress.adoptions += 1 }
        if lease.isHalfUsed { await lease.renew(runner.claim.members.map(\.bytes), worker: worker) }
        switch await runner.run(member, token: lease.token) {
        case .step(let step):
            steps.append(step)
            worker.slowMachines.note(member, work: step.step.work, &progress.slow)
        case .postponed(let pause): postponed[pause, default: []].append(member.bytes)
        case .untimely: untimely[member.redeliveries, default: []].append(member.bytes)
        case .failed: break
        }
        progress.last = .now
    }

    /// Commits the steps, then goes on with those that waited for the outcome of an item operation.
    func commit() async {
        defer { worker.tally.letGo(size) }
        var batch = self
        await batch.settle()
    }

    /// Commits the steps that there are, with what follows them, and gives back what is to be given back.
    private mutating func settle() async {
        // They come again as they are.
        for (pause, members) in postponed { await worker.release(members, token: lease.token, pause: pause) }
        // In the order in which they were due: the oldest slow one is the next.
        if !left.isEmpty { await worker.release(left, token: lease.token) }
        // Behind what is due besides: they come again without holding up those who have not come yet.
        if !unseen.isEmpty { await worker.release(unseen, token: lease.token, pause: 1) }
        for (redeliveries, members) in untimely {
            await worker.putOff(members, token: lease.token, redeliveries: redeliveries)
        }
        (postponed, left, unseen, untimely) = ([:], [], [], [:])
        var steps = steps
        self.steps = []
        while !steps.isEmpty {
            let results = await CommitSender(worker: worker, lease: lease).results(of: steps[...])
            steps = await followUps(of: steps, results)
        }
    }

    /// Counts what became of the steps, and runs those on that are not at rest yet.
    private func followUps(of steps: [PendingStep], _ results: [CommitResult?]) async -> [PendingStep] {
        var next: [PendingStep] = []
        var applied = 0
        var settled = 0
        var unread: [[UInt8]] = []
        var lateness: [Int] = []
        let now = lease.estimatedNow
        for (step, result) in zip(steps, results) {
            if result?.isApplied == true {
                count(step, at: now, &lateness)
                for call in step.step.calls { worker.calls.make(call) }
            } else if !step.step.calls.isEmpty, result?.isLater != true {
                worker.calls.giveUp(step.step.calls)
            }
            switch result {
            case nil: break
            case .refused:
                worker.metrics.refused.increment()
                worker.metrics.refusedCommits.increment()
                log("commit refused: the lease was lost", step)
            case .later:
                next.append(step)
            case .settled:
                settled += 1
                // What its item operations came to is in the document: the next claim reads it there.
                if step.step.next == .leased { log("outcome is left to the next claim", step) }
            case .applied(let outcomes):
                applied += 1
                guard step.step.next == .leased else { break }
                if outcomes.contains(where: UnfinishedReading.isUnfinished) {
                    unread.append(Array(step.step.execution.key.member.utf8))
                } else if let following = await following(step, outcomes) {
                    next.append(following)
                }
            case .failed(let reason):
                worker.metrics.failed.increment()
                log("commit refused: \(reason)", step)
                if let again = await again(step, refused: reason) { next.append(again) }
            }
        }
        // What their tasks have read so far is in the documents. The others do not wait until they have read on.
        if !unread.isEmpty { await worker.release(unread, token: lease.token) }
        worker.metrics.applied.increment(by: applied)
        worker.metrics.settled.increment(by: settled)
        worker.tally.committed(applied + settled, lateness: lateness)
        return next
    }

    /// Counts a step that stands, and says so where it failed its execution.
    private func count(_ pending: PendingStep, at now: Instant, _ lateness: inout [Int]) {
        if let late = pending.step.lateness(at: now) {
            lateness.append(late)
            // 285 years: what a hand put into `due` can be older.
            worker.metrics.lateness.recordNanoseconds(Int64(min(late, 9_000_000_000_000)) * 1_000_000)
        }
        worker.metrics.outcomes.committed(pending.step)
        worker.logger.committed(pending.step)
    }

    /// The step after the outcomes of item operations came back.
    private func following(_ pending: PendingStep, _ outcomes: [JSON]) async -> PendingStep? {
        var execution = pending.step.execution
        for outcome in outcomes {
            guard let task = outcome.objectValue?["task"]?.integerValue else { continue }
            execution.messages.outcomes[String(task)] = outcome
        }
        return await run(execution, after: pending, evaluatesAll: false)
    }

    /// What takes the place of a step whose commit was refused: the same once more, its plain writes evaluated, so that what
    /// Redis says of them becomes the task's failure; then the end of the execution, with Redis's reason. `nil` where even
    /// that was refused: it comes again when its lease has run out, until it is poison.
    private func again(_ pending: PendingStep, refused reason: String) async -> PendingStep? {
        let step = pending.step
        if !step.evaluatedAll, let before = step.executionBefore,
            let again = await run(before, after: pending, evaluatesAll: true)
        {
            return again
        }
        guard step.execution.failure?.error != Self.refusal else { return nil }
        let failure = ExecutionFailure(error: Self.refusal, cause: "Redis refused what the step came to: \(reason)")
        let failing = (step.executionBefore ?? step.execution).failing(failure, at: lease.now)
        return PendingStep(failing, replacing: step.replacedBytes, by: worker.configuration.name)
    }

    private static let refusal = "Waitable.CommitRefused"

    private func run(
        _ execution: Execution,
        after pending: PendingStep,
        evaluatesAll: Bool
    ) async -> PendingStep? {
        do {
            let step = try await worker.step(of: execution, at: lease.now, evaluatesAll: evaluatesAll)
            worker.calls.admitAnyway(step.calls)
            return PendingStep(step, replacing: pending.step.replacedBytes, by: worker.configuration.name)
        } catch {
            worker.logger.log(
                level: Task.isCancelled ? .debug : .error,
                "execution cannot be run",
                metadata: execution.metadata(error: "\(error)")
            )
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
    fileprivate var isLater: Bool { if case .later = self { true } else { false } }

    fileprivate var isApplied: Bool {
        switch self {
        case .applied, .settled: true
        case .refused, .later, .failed: false
        }
    }
}

extension [ClaimedMember] {
    /// The same in the order in which they were due, as far as their documents say so.
    ///
    /// They may have been given back before, all of a batch at one instant.
    fileprivate func inDueOrder(at now: Instant) -> [ClaimedMember] {
        let dated = enumerated().map { index, member in
            let execution = member.key.flatMap { key in
                member.document.flatMap { try? ExecutionDocument.decode($0, key: key) }
            }
            return (since: execution?.since(now) ?? now, index: index, member: member)
        }
        return dated.sorted { ($0.since, $0.index) < ($1.since, $1.index) }.map(\.member)
    }
}

extension Step {
    /// How long after its due instant the step was made, in ms; `nil` for one that no instant brought about.
    fileprivate func lateness(at now: Instant) -> Int? {
        guard let due, due <= now else { return nil }
        return Int(now.milliseconds - due.milliseconds)
    }
}
