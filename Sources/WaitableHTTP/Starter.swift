import StatesLanguage
import Waitable
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
        if let refusal = ingest.readiness.refusal { throw .store(refusal) }
        let key = ExecutionKey(machine: reference.name, name: id)
        let transition: Transition
        let execution: Execution
        let now: Instant
        do {
            guard let (machine, version) = try await machine(reference) else { throw Refusal.noMachine(key.machine) }
            now = try await ingest.clock.now()
            var new = Execution(key: key, revision: machine.hash, startDate: now, input: input)
            new.version = version
            new.alias = reference.alias
            execution = new
            transition = try firstStep(of: execution, on: machine, at: now)
        } catch let refusal as Refusal {
            throw refusal
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw .other(error)
        }
        var result: StartResult
        do {
            result = try await ingest.starts.start(transition)
            // Nothing of a paused machine runs: its first states have to wait too.
            if result == .paused {
                result = try await ingest.starts.start(Step.unbegun(execution).transition(lease: nil))
            }
        } catch {
            throw .store(error)
        }
        switch result {
        case .started, .paused:
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
    ) throws(JSONError) -> Transition {
        let step = try ExecutionRunner(machine: machine, arn: ingest.arn).run(execution, at: now)
        // Where something that only a commit can decide stands before the first wait, a worker begins the execution.
        return (step.next == .leased ? .unbegun(execution) : step).transition(lease: nil)
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
