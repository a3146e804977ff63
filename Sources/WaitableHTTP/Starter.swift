import Logging
import StatesLanguage
import Waitable
import WaitableMetrics
import WaitableRedis

/// Starts executions: runs the states before the first wait in the request, and commits once.
struct Starter: Sendable {
    let ingest: Ingest

    /// A start that was accepted, now or by an earlier, equal request.
    struct Acceptance: Sendable {
        var key: ExecutionKey
        var startDate: Instant
        var status: ExecutionStatus
        var isNew: Bool
    }

    /// Why a start was not accepted.
    enum Refusal: Error {
        case noMachine(String)
        case conflict(Execution)
        case store(StoreError)
        case other(any Error)
    }

    /// Starts one execution.
    ///
    /// - Parameters:
    ///   - reference: The state machine, or a version or alias of it.
    ///   - name: The execution's name.
    ///   - input: The input, as JSON text.
    /// - Throws: `conflict` where an execution of that name exists with another input.
    func start(
        _ reference: StateMachineReference,
        name id: String,
        input: String
    ) async throws(Refusal) -> Acceptance {
        let key = ExecutionKey(machine: reference.name, name: id)
        do throws(Refusal) {
            let acceptance = try await start(key, as: reference, input: input)
            ingest.metrics.accepted(acceptance)
            return acceptance
        } catch {
            ingest.metrics.refused(error)
            log(error, key)
            throw error
        }
    }

    private func start(
        _ key: ExecutionKey,
        as reference: StateMachineReference,
        input: String
    ) async throws(Refusal) -> Acceptance {
        if let refusal = ingest.readiness.refusal { throw .store(refusal) }
        let execution: Execution
        var step: Step
        let now: Instant
        do {
            guard let (machine, version) = try await machine(reference) else { throw Refusal.noMachine(key.machine) }
            now = try await ingest.clock.now()
            var new = Execution(key: key, revision: machine.hash, startDate: now, input: input)
            new.version = version
            new.alias = reference.alias
            execution = new
            step = try firstStep(of: execution, on: machine, at: now)
        } catch let refusal as Refusal {
            throw refusal
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw .other(error)
        }
        var result: StartResult
        do {
            let asked = ContinuousClock.now
            result = try await ingest.starts.start(step.transition(lease: nil))
            // Nothing of a paused machine runs: its first states have to wait too.
            if result == .paused {
                step = .unbegun(execution)
                result = try await ingest.starts.start(step.transition(lease: nil))
            }
            ingest.metrics.duration.record(since: asked)
        } catch {
            throw .store(error)
        }
        switch result {
        case .started, .paused:
            ingest.metrics.outcomes.committed(step)
            return Acceptance(key: key, startDate: now, status: .running, isNew: true)
        case .existing(let document):
            return try acceptance(of: document, key: key, input: input)
        }
    }

    /// The machine at the revision that the reference stands for, and the version if it is one.
    private func machine(_ reference: StateMachineReference) async throws -> (DeployedMachine, version: Int?)? {
        guard reference.version != nil || reference.alias != nil else {
            return try await ingest.machines.current(reference.name).map { ($0, nil) }
        }
        let entry = try await ingest.store.machineEntry(reference.name)
        var number = reference.version
        if let name = reference.alias {
            number = entry.aliases.first { $0.name == name }?.version(for: Int.random(in: 0..<100))
        }
        guard let version = entry.versions.first(where: { $0.number == number }) else { return nil }
        return (try await ingest.machines.machine(reference.name, hash: version.revision), version.number)
    }

    private func firstStep(
        of execution: Execution,
        on machine: DeployedMachine,
        at now: Instant
    ) throws(JSONError) -> Step {
        let step = try ExecutionRunner(machine: machine, arn: ingest.arn).run(execution, at: now)
        // Where something that only a commit can decide stands before the first wait, a worker begins the execution.
        return step.next == .leased ? .unbegun(execution) : step
    }

    /// What the caller did wrong is told to the caller alone.
    private func log(_ refusal: Refusal, _ key: ExecutionKey) {
        switch refusal {
        case .noMachine, .conflict: break
        case .store(let error):
            ingest.logger.warning("start refused", metadata: ["execution": "\(key)", "error": "\(error)"])
        case .other(let error):
            ingest.logger.error("start failed", metadata: ["execution": "\(key)", "error": "\(error)"])
        }
    }

    private func acceptance(
        of document: [UInt8],
        key: ExecutionKey,
        input: String
    ) throws(Refusal) -> Acceptance {
        do {
            let existing = try ExecutionDocument.decode(document, key: key)
            guard existing.input == input else { throw Refusal.conflict(existing) }
            return Acceptance(key: key, startDate: existing.startDate, status: existing.status, isNew: false)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw .other(error)
        }
    }
}
