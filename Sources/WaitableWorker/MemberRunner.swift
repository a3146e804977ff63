import CodeUnits
import CoreMetrics
import Logging
import StatesLanguage
import Waitable
import WaitableRedis

/// Turns one member of a claim into a step: reads its document, adopts it where there is none, and runs it on.
struct MemberRunner: Sendable {
    let worker: Worker
    let claim: Claim
    /// Of the execution before: nearly always the next one runs the same revision.
    private var lastRunner: ExecutionRunner?
    /// Names of machines that there are not.
    private var undeployed: Set<Spelling> = []

    init(worker: Worker, claim: Claim) {
        self.worker = worker
        self.claim = claim
    }

    /// Asks once which machines of the members without a document are not deployed: each member by itself would cost a call.
    mutating func lookUpMachines() async {
        let bare = claim.members.lazy.filter { $0.document == nil }
        let names = bare.compactMap { $0.key?.machine }
        // Without an answer each one asks for itself.
        undeployed = (try? await worker.store.undeployed(among: Set(names.map { Spelling($0) }))) ?? []
    }

    /// Whether it costs calls of its own to find out what a member is, and to adopt it.
    func isToAdopt(_ member: ClaimedMember) -> Bool {
        guard member.document == nil else { return false }
        guard let machine = member.key?.machine else { return true }
        return !undeployed.contains(Spelling(machine))
    }

    /// What becomes of a member.
    enum Outcome {
        /// What is to be committed.
        case step(PendingStep)
        /// Too many calls are under way, or what it reads could not be read: nothing has happened yet, and it comes again in so
        /// many ms.
        case postponed(Int)
        /// It cannot be taken over yet.
        case untimely
        /// Nothing can be committed: the document is unreadable, or Redis did not answer. It is due again when the lease has
        /// run out.
        case failed
    }

    /// Runs one member on.
    ///
    /// - Parameter token: The lease under which it is held by now.
    mutating func run(_ member: ClaimedMember, token: String) async -> Outcome {
        do {
            guard let key = member.key, let document = member.document else {
                let adoption = Adoption(worker: worker, claim: claim, token: token, isDeployed: isToAdopt(member))
                let adopted = try await adoption.adopt(member)
                return adopted.map { pending($0, of: member) } ?? .failed
            }
            if member.redeliveries > 0 { worker.metrics.redelivered.increment() }
            var execution = try ExecutionDocument.decode(document, key: key)
            if member.redeliveries > 0 { logRedelivery(of: execution, member.redeliveries) }
            if member.redeliveries > worker.configuration.poisonLimit {
                return pending(poisoned(execution, member.redeliveries), of: member)
            }
            if execution.awaitsAnswers {
                let reader = InboxReader(store: worker.store, partitions: worker.partitions, arn: worker.arn)
                execution = try await reader.read(execution)
            }
            guard let isRead = await readOn(&execution) else { return .postponed(Self.pauseAfterFailure) }
            guard isRead else { return pending(.reading(execution, at: claim.now), of: member) }
            var step =
                if let lastRunner, lastRunner.runs(execution) {
                    try lastRunner.run(execution, at: claim.now)
                } else {
                    try await step(of: execution)
                }
            step.journal?.lostLeases = member.redeliveries
            if !step.calls.isEmpty {
                let place = CallLine.Place(due: step.executionBefore?.since(claim.now) ?? claim.now, key: key)
                if let pause = worker.calls.admit(step.calls, for: place) { return .postponed(pause) }
            }
            return pending(consume step, of: member)
        } catch let error as AdoptionError {
            worker.logger.error("item not adopted", metadata: ["execution": "\(member.member)", "error": "\(error)"])
            return .untimely
        } catch let error as DocumentError where member.redeliveries > worker.configuration.poisonLimit {
            return await unreadable(member, error).map { pending($0, of: member) } ?? .failed
        } catch {
            worker.logger.log(
                level: Task.isCancelled ? .debug : .error,
                "execution cannot be run",
                metadata: ["execution": "\(member.member)", "error": "\(error)"]
            )
            return .failed
        }
    }

    /// In how many ms an execution comes again whose tasks could not be read for.
    private static let pauseAfterFailure = 1_000

    /// Reads on what the execution's tasks have read a part of.
    ///
    /// - Returns: Whether that is all; `nil` where Redis did not answer.
    private func readOn(_ execution: inout Execution) async -> Bool? {
        do throws(StoreError) {
            return try await TableReader(partitions: worker.partitions).readOn(&execution)
        } catch {
            worker.logger.log(
                level: Task.isCancelled ? .debug : .warning,
                "tables cannot be read: the execution comes again",
                metadata: execution.metadata(error: "\(error)")
            )
            return nil
        }
    }

    private func pending(_ step: consuming Step, of member: ClaimedMember) -> Outcome {
        .step(PendingStep(step, replacing: member.document?.count ?? 0, by: worker.configuration.name))
    }

    /// Runs an execution on with another revision than the one before.
    private mutating func step(of execution: Execution) async throws -> Step {
        do {
            let runner = try await worker.runner(for: execution)
            lastRunner = runner
            return try runner.run(execution, at: claim.now)
        } catch let error as RevisionError {
            return execution.failing(error, at: claim.now)
        }
    }

    /// A failure in place of a document that no worker could read, a newer one included: that has had its leases. What was
    /// there is kept as the execution's input.
    private func unreadable(_ member: ClaimedMember, _ error: DocumentError) async -> Step? {
        guard let key = member.key else { return nil }
        let machine = try? await worker.machines.current(key.machine)
        worker.metrics.poisoned.increment()
        worker.logger.error("document given up", metadata: ["execution": "\(key)", "error": "\(error)"])
        let document = JSON.string(String(decoding: member.document ?? [], as: UTF8.self))
        let execution = Execution(key: key, revision: machine?.hash ?? "", startDate: claim.now, input: document.text)
        let failure = ExecutionFailure(error: "Waitable.DocumentUnreadable", cause: "\(error)")
        return execution.failing(failure, at: claim.now)
    }

    private func logRedelivery(of execution: Execution, _ redeliveries: Int) {
        var metadata = execution.metadata()
        metadata["redeliveries"] = "\(redeliveries)"
        worker.logger.notice("execution redelivered: a lease on it ran out", metadata: metadata)
    }

    private func poisoned(_ execution: Execution, _ redeliveries: Int) -> Step {
        worker.metrics.poisoned.increment()
        var metadata = execution.metadata()
        metadata["redeliveries"] = "\(redeliveries)"
        worker.logger.error("execution failed as poison", metadata: metadata)
        var step = execution.failing(
            ExecutionFailure(
                error: "Waitable.Poisoned",
                cause: "The lease on this execution ran out \(redeliveries) times: its workers stopped or hung."
            ),
            at: claim.now
        )
        step.journal?.lostLeases = redeliveries
        return step
    }
}

extension Worker {
    /// What runs an execution, of the revision it started with.
    ///
    /// - Throws: `RevisionError` where that is gone, or this version cannot run it.
    func runner(for execution: Execution) async throws -> ExecutionRunner {
        let machine = try await machines.machine(execution.key.machine, hash: execution.revision)
        return ExecutionRunner(
            machine: machine,
            arn: arn,
            secret: try await identity.secret(),
            areApart: store.keys.partitioning.areApart,
            tables: try await machines.declaredTables()
        )
    }

    /// Runs an execution on with the revision it started with. One whose revision is gone, or that this version cannot
    /// run, is failed with that reason.
    func step(of execution: Execution, at now: Instant, evaluatesAll: Bool = false) async throws -> Step {
        do {
            return try await runner(for: execution).run(execution, at: now, evaluatesAll: evaluatesAll)
        } catch let error as RevisionError {
            return execution.failing(error, at: now)
        }
    }
}

extension Execution {
    fileprivate func failing(_ error: RevisionError, at now: Instant) -> Step {
        failing(ExecutionFailure(error: "Waitable.RevisionMissing", cause: "\(error)"), at: now)
    }
}
