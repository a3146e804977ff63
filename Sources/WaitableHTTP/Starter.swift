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
        case noDefaultMachine
        case noMachine(String)
        case conflict(Execution)
        case store(StoreError)
        /// Redis refused the writes of this one start, with its own words.
        case unwritable(String)
        case other(any Error)
    }

    /// A state machine, at the revision that a start runs.
    struct Target: Sendable {
        var machine: DeployedMachine
        /// The key of the task tokens of its executions.
        var secret: TaskTokenKey
        var version: Int?
        var alias: String?
    }

    /// A start that only has to be committed. It is handed on by reference: it is large.
    final class Prepared: Sendable {
        let execution: Execution
        let step: Step

        init(_ execution: Execution, _ step: Step) {
            self.execution = execution
            self.step = step
        }

        /// The same start, with all its states left to a worker.
        var unbegun: Prepared { Prepared(execution, .unbegun(execution)) }
    }

    /// Starts one execution.
    ///
    /// - Parameters:
    ///   - reference: The state machine, or a version or alias of it; `nil` for the default one.
    ///   - name: The execution's name.
    ///   - input: The input, as JSON text.
    ///   - instant: The instant of the start; `nil` where the caller does not know it.
    /// - Throws: `conflict` where an execution of that name exists with another input.
    func start(
        _ reference: StateMachineReference?,
        name: String,
        input: String,
        at instant: Instant? = nil
    ) async throws(Refusal) -> Acceptance {
        let start: Prepared
        do throws(Refusal) {
            let target = try await target(reference)
            let now = if let instant { instant } else { try await now() }
            start = try prepare(target, name: name, input: input, at: now)
        } catch {
            note(error, reference.map { ExecutionKey(machine: $0.name, name: name).member } ?? name)
            throw error
        }
        return try await commit([start], through: ingest.starts)[0].get()
    }

    /// The machine that a reference stands for now.
    ///
    /// - Parameter reference: `nil` for the default machine.
    func target(_ reference: StateMachineReference?) async throws(Refusal) -> Target {
        if let refusal = ingest.readiness.refusal { throw .store(refusal) }
        do {
            guard let reference else {
                guard let name = try await ingest.machines.defaultMachine(),
                    let machine = try await ingest.machines.current(name)
                else { throw Refusal.noDefaultMachine }
                return Target(machine: machine, secret: try await ingest.identity.secret())
            }
            guard let target = try await known(reference) else { throw Refusal.noMachine(reference.name) }
            return target
        } catch let refusal as Refusal {
            throw refusal
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw .other(error)
        }
    }

    private func known(_ reference: StateMachineReference) async throws -> Target? {
        let secret = try await ingest.identity.secret()
        guard reference.version != nil || reference.alias != nil else {
            return try await ingest.machines.current(reference.name).map {
                Target(machine: $0, secret: secret)
            }
        }
        let entry = try await ingest.store.machineEntry(reference.name)
        var number = reference.version
        if let name = reference.alias {
            number = entry.aliases.first { $0.name == name }?.version(for: Int.random(in: 0..<100))
        }
        guard let version = entry.versions.first(where: { $0.number == number }) else { return nil }
        let machine = try await ingest.machines.machine(reference.name, hash: version.revision)
        return Target(machine: machine, secret: secret, version: version.number, alias: reference.alias)
    }

    /// The instant of a start.
    func now() async throws(Refusal) -> Instant {
        do {
            return try await ingest.clock.now()
        } catch {
            throw .store(error)
        }
    }

    /// Runs the states before the first wait.
    func prepare(_ target: Target, name: String, input: String, at now: Instant) throws(Refusal) -> Prepared {
        let machine = target.machine
        // Several executions of an EXPRESS machine may have one name.
        let isExpress = machine.revision.type == .express
        let key = ExecutionKey(machine: machine.name, name: isExpress ? "\(name):\(UUIDv4.make())" : name)
        var execution = Execution(key: key, revision: machine.hash, startDate: now, input: input)
        execution.version = target.version
        execution.alias = target.alias
        do {
            let runner = ExecutionRunner(machine: machine, arn: ingest.arn, secret: target.secret)
            let step = try runner.run(execution, at: now)
            // Where something that only a commit can decide, or a call, stands before the first wait, a worker begins the
            // execution.
            let needsWorker = step.next == .leased || !step.calls.isEmpty
            return Prepared(execution, needsWorker ? .unbegun(execution) : step)
        } catch {
            throw .other(error)
        }
    }

    /// Commits starts by one call.
    ///
    /// - Returns: What became of each, in order.
    func commit(_ starts: [Prepared], through calls: StartCoalescer) async -> [Result<Acceptance, Refusal>] {
        var starts = starts
        var results: [StartResult]
        do throws(StoreError) {
            let asked = ContinuousClock.now
            results = try await calls.start(starts.map { $0.step.transition(lease: nil) })
            // Nothing of a paused machine runs: its first states have to wait too.
            let paused = results.indices.filter { results[$0] == .paused }
            if !paused.isEmpty {
                for index in paused { starts[index] = starts[index].unbegun }
                let again = try await calls.start(paused.map { starts[$0].step.transition(lease: nil) })
                for (index, result) in zip(paused, again) { results[index] = result }
            }
            ingest.metrics.duration.record(since: asked)
        } catch {
            for start in starts { note(.store(error), start.execution.key.member) }
            return starts.map { _ in .failure(.store(error)) }
        }
        return zip(starts, results).map { start, result in
            do throws(Refusal) {
                let acceptance = try acceptance(of: start, result)
                if acceptance.isNew { ingest.metrics.outcomes.committed(start.step) }
                ingest.metrics.accepted(acceptance)
                return .success(acceptance)
            } catch {
                note(error, start.execution.key.member)
                return .failure(error)
            }
        }
    }

    private func acceptance(of start: Prepared, _ result: StartResult) throws(Refusal) -> Acceptance {
        let key = start.execution.key
        switch result {
        case .started, .paused:
            return Acceptance(key: key, startDate: start.execution.startDate, status: .running, isNew: true)
        case .failed(let reason):
            throw .unwritable(reason)
        case .existing(let document):
            let existing: Execution
            do {
                existing = try ExecutionDocument.decode(document, key: key)
            } catch {
                throw .other(error)
            }
            guard existing.input == start.execution.input else { throw .conflict(existing) }
            return Acceptance(key: key, startDate: existing.startDate, status: existing.status, isNew: false)
        }
    }

    /// Counts a refusal, and logs it. What the caller did wrong is told to the caller alone.
    func note(_ refusal: Refusal, _ execution: String) {
        ingest.metrics.refused(refusal)
        switch refusal {
        case .noDefaultMachine, .noMachine, .conflict: break
        case .store(let error):
            ingest.logger.warning("start refused", metadata: ["execution": "\(execution)", "error": "\(error)"])
        case .unwritable(let reason):
            ingest.logger.error(
                "start refused by Redis",
                metadata: ["execution": "\(execution)", "error": "\(reason)"]
            )
        case .other(let error):
            ingest.logger.error("start failed", metadata: ["execution": "\(execution)", "error": "\(error)"])
        }
    }
}
