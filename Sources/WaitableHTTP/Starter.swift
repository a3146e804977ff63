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
    ///   - machine: The state machine's name.
    ///   - name: The execution's name.
    ///   - input: The input, as JSON text.
    /// - Throws: `conflict` where an execution of that name exists with another input.
    func start(machine name: String, name id: String, input: String) async throws(Refusal) -> Acceptance {
        let key = ExecutionKey(machine: name, name: id)
        let transition: Transition
        let now: Instant
        do {
            guard let machine = try await ingest.machines.current(name) else { throw Refusal.noMachine(name) }
            now = try await ingest.clock.now()
            transition = try firstStep(of: machine, key: key, input: input, at: now)
        } catch let refusal as Refusal {
            throw refusal
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw .other(error)
        }
        let result: StartResult
        do {
            result = try await ingest.starts.start(transition)
        } catch {
            throw .store(error)
        }
        switch result {
        case .started:
            return Acceptance(key: key, startDate: now, status: .running, isNew: true)
        case .existing(let document):
            return try acceptance(of: document, key: key, input: input)
        }
    }

    private func firstStep(
        of machine: DeployedMachine,
        key: ExecutionKey,
        input: String,
        at now: Instant
    ) throws(JSONError) -> Transition {
        let execution = Execution(key: key, revision: machine.hash, startDate: now, input: input)
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
