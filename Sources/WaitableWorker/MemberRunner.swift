import CoreMetrics
import Logging
import StatesLanguage
import Waitable
import WaitableRedis

/// Turns one member of a claim into a step: reads its document, adopts it where there is none, and runs it on.
struct MemberRunner: Sendable {
    let worker: Worker
    let claim: Claim

    /// Runs one member on.
    ///
    /// - Returns: `nil` where nothing can be committed: the document is unreadable, or Redis did not answer. The member
    ///   is due again when the lease has run out.
    func run(_ member: ClaimedMember) async -> Step? {
        do {
            guard let key = ExecutionKey(member: member.member), let document = member.document else {
                return try await Adoption(worker: worker, claim: claim).adopt(member)
            }
            if member.redeliveries > 0 { worker.metrics.redelivered.increment() }
            let execution = try ExecutionDocument.decode(document, key: key)
            if member.redeliveries > 0 { logRedelivery(of: execution, member.redeliveries) }
            if member.redeliveries > worker.configuration.poisonLimit {
                return poisoned(execution, member.redeliveries)
            }
            let told = execution.awaitsAnswers ? try await InboxReader(worker: worker).read(execution) : execution
            var step = try await worker.step(of: told, at: claim.now)
            step.journal?.lostLeases = member.redeliveries
            // Too many calls at once: nothing has happened yet, and it comes again.
            if !step.calls.isEmpty, !worker.calls.hasRoom { return execution.postponed(until: claim.now.soon) }
            return step
        } catch let error as DocumentError where member.redeliveries > worker.configuration.poisonLimit {
            return await unreadable(member, error)
        } catch {
            worker.logger.error(
                "execution cannot be run",
                metadata: ["execution": "\(member.member)", "error": "\(error)"]
            )
            return nil
        }
    }

    /// A failure in place of a document that no worker could read, a newer one included: that has had its leases. What was
    /// there is kept as the execution's input.
    private func unreadable(_ member: ClaimedMember, _ error: DocumentError) async -> Step? {
        guard let key = ExecutionKey(member: member.member),
            let machine = try? await worker.machines.current(key.machine)
        else { return nil }
        worker.metrics.poisoned.increment()
        worker.logger.error("document given up", metadata: ["execution": "\(key)", "error": "\(error)"])
        let document = JSON.string(String(decoding: member.document ?? [], as: UTF8.self))
        let execution = Execution(key: key, revision: machine.hash, startDate: claim.now, input: document.text)
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
    /// Runs an execution on with the revision it started with. One whose revision is gone, or that this version cannot
    /// run, is failed with that reason.
    func step(of execution: Execution, at now: Instant, evaluatesAll: Bool = false) async throws -> Step {
        do {
            let machine = try await machines.machine(execution.key.machine, hash: execution.revision)
            let runner = ExecutionRunner(machine: machine, arn: arn, secret: try await identity.secret())
            return try runner.run(execution, at: now, evaluatesAll: evaluatesAll)
        } catch let error as RevisionError {
            let failure = ExecutionFailure(error: "Waitable.RevisionMissing", cause: "\(error)")
            return execution.failing(failure, at: now)
        }
    }
}

extension Instant {
    /// Half a second to a second later: those that wait for room do not all come at once.
    fileprivate var soon: Instant { adding(milliseconds: .random(in: 500...1_000)) }
}
