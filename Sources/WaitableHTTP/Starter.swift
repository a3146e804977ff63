import Logging
import RedisClient
import StatesLanguage
import Waitable
import WaitableMetrics
import WaitableRedis

/// Starts executions: runs the states before the first wait in the request, and commits once.
struct Starter: Sendable {
    let store: RedisStore
    let machines: MachineCache
    let identity: NamespaceIdentity
    let readiness: ReadinessSampler
    /// For single starts.
    let starts: PartitionedStarts
    /// For starts that have to be safe.
    let confirmer: DurabilityConfirmer
    /// Called where state machines are gone from Redis: what this process has deployed has to be deployed again.
    let onLostMachines: @Sendable () -> Void
    let logger: Logger
    private let metrics = StartMetrics()
    private let lane = StartLane()

    /// A start that was accepted, now or by an earlier, equal request.
    struct Acceptance: Sendable {
        var key: ExecutionKey
        var startDate: Instant
        var status: ExecutionStatus
        var isNew: Bool
        /// How safe it is, where that was asked for.
        var durability: Durability?
    }

    /// Why a start was not accepted.
    enum Refusal: Error {
        case noDefaultMachine
        case noMachine(String)
        /// The execution exists, with another input.
        case conflict(ExecutionKey)
        /// Redis has lost the revision that the execution would run.
        case revisionMissing(machine: String)
        case store(StoreError)
        /// Redis refused the writes of this one start, with its own words.
        case unwritable(String)
        /// The execution is started, and is less safe than was asked for.
        case notDurable(ExecutionKey, DurabilityOutcome)
        case other(any Error)
    }

    /// A state machine, at the revision that a start runs.
    struct Target: Sendable {
        var machine: DeployedMachine
        /// The key of the task tokens of its executions.
        var secret: TaskTokenKey
        /// The declared tables.
        var tables: DeclaredTables
        var version: Int?
        var alias: String?
    }

    /// A start that only has to be committed. It is handed on by reference: it is large.
    final class Prepared: Sendable {
        let target: Target
        let execution: Execution
        let step: Step
        /// The units of work that went into it.
        let work: Int

        init(_ target: Target, _ execution: Execution, _ step: Step, work: Int = 0) {
            self.target = target
            self.execution = execution
            self.step = step.accepted(by: target.machine)
            self.work = work
        }

        /// The same start, with all its states left to a worker.
        var unbegun: Prepared { Prepared(target, execution, .unbegun(execution)) }
    }

    /// Starts one execution.
    ///
    /// - Parameters:
    ///   - reference: The state machine, or a version or alias of it; `nil` for the default one.
    ///   - name: The execution's name.
    ///   - input: The input, as JSON text.
    ///   - instant: The instant of the start; `nil` where the caller does not know it.
    ///   - durability: How safe it has to be.
    /// - Throws: `conflict` where an execution of that name exists with another input.
    func start(
        _ reference: StateMachineReference?,
        name: String,
        input: String,
        at instant: Instant? = nil,
        reaching durability: Durability
    ) async throws(Refusal) -> Acceptance {
        let start: Prepared
        do throws(Refusal) {
            let target = try await target(reference)
            try await checkReachable(durability)
            let now = if let instant { instant } else { try await now(of: name) }
            start = try await lane.run(target.machine.name, input: input) { () throws(Refusal) in
                try prepare(target, name: name, input: input, at: now)
            }
        } catch {
            await note(error, machine: reference?.name, name: name)
            throw error
        }
        let confirmation = confirmation(of: start, reaching: durability)
        let results = await commit([start], through: starts)
        return try await confirm(results, [confirmation])[0].get()
    }

    /// The machine that a reference stands for now.
    ///
    /// - Parameter reference: `nil` for the default machine.
    func target(_ reference: StateMachineReference?) async throws(Refusal) -> Target {
        if let refusal = await readiness.refusal() { throw .store(refusal) }
        do {
            guard let reference else {
                guard let name = try await machines.defaultMachine(),
                    let machine = try await machines.current(name)
                else {
                    onLostMachines()
                    throw Refusal.noDefaultMachine
                }
                return Target(
                    machine: machine,
                    secret: try await identity.secret(),
                    tables: try await machines.declaredTables()
                )
            }
            guard let target = try await known(reference) else { throw Refusal.noMachine(reference.name) }
            return target
        } catch let refusal as Refusal {
            throw refusal
        } catch let error as StoreError {
            throw .store(error)
        } catch let error as RevisionError where error.isMissing {
            machines.forgetNames()
            onLostMachines()
            throw .revisionMissing(machine: error.name)
        } catch {
            throw .other(error)
        }
    }

    private func known(_ reference: StateMachineReference) async throws -> Target? {
        let secret = try await identity.secret()
        let tables = try await machines.declaredTables()
        guard reference.version != nil || reference.alias != nil else {
            return try await machines.current(reference.name).map {
                Target(machine: $0, secret: secret, tables: tables)
            }
        }
        let entry = try await store.machineEntry(reference.name)
        var number = reference.version
        if let name = reference.alias {
            number = entry.aliases.first { $0.name == name }?.version(for: Int.random(in: 0..<100))
        }
        guard let version = entry.versions.first(where: { $0.number == number }) else { return nil }
        let machine = try await machines.machine(reference.name, hash: version.revision)
        return Target(
            machine: machine,
            secret: secret,
            tables: tables,
            version: version.number,
            alias: reference.alias
        )
    }

    /// The instant of a start, by the clock of the id's partition.
    func now(of id: String) async throws(Refusal) -> Instant {
        do {
            return try await starts.clock(of: id).now()
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
        return try prepare(execution, of: target)
    }

    /// The units of work that a start may do in its request, about 10 ms: as much as it is to make its largest input once
    /// more. It is done on a thread that answers other requests, too, and nobody knows before how much there is to do.
    static let mostWork = 20_000

    /// Runs the states before the first wait of an execution that has not begun.
    private func prepare(_ execution: Execution, of target: Target) throws(Refusal) -> Prepared {
        do {
            let runner = ExecutionRunner(
                machine: target.machine,
                arn: identity.arn,
                secret: target.secret,
                areApart: store.keys.partitioning.areApart,
                tables: target.tables
            )
            let step = try runner.run(execution, at: execution.startDate, within: Self.mostWork)
            // Where something that only a commit can decide, or a call, stands before the first wait, a worker begins the
            // execution; where a wait is over by this process's clock, and may not be by Redis's; and where there is much to
            // do: other requests do not wait for that.
            let clock = starts.clock(of: execution.key.name)
            let needsWorker =
                step.next == .leased || !step.calls.isEmpty || !(step.passed.map(clock.hasPassed) ?? true)
                || step.work >= Self.mostWork
            return Prepared(target, execution, needsWorker ? .unbegun(execution) : step, work: step.work)
        } catch {
            throw .other(error)
        }
    }

    /// Commits starts, all by one call where Redis lets it.
    ///
    /// - Returns: What became of each, in order.
    func commit(_ starts: [Prepared], through calls: PartitionedStarts) async -> [Result<Acceptance, Refusal>] {
        let asked = ContinuousClock.now
        var starts = starts
        var results = await send(&starts, starts.indices.map(\.self), through: calls)
        // Nothing of a paused machine runs: its first states have to wait too.
        let paused = results.indices.filter { if case .success(.paused) = results[$0] { true } else { false } }
        if !paused.isEmpty {
            for index in paused { starts[index] = starts[index].unbegun }
            let again = await send(&starts, paused, through: calls)
            for (index, result) in zip(paused, again) { results[index] = result }
        }
        metrics.duration.record(since: asked)
        return zip(starts, results).map { start, result in
            do throws(Refusal) {
                let acceptance = try acceptance(of: start, try result.get())
                if acceptance.isNew {
                    metrics.outcomes.committed(start.step)
                    logger.committed(start.step)
                }
                metrics.accepted(acceptance)
                return .success(acceptance)
            } catch {
                note(error, ["execution": "\(start.execution.key.member)"])
                return .failure(error)
            }
        }
    }

    /// How often starts are made anew for a clock that was set.
    private static let mostClocks = 3

    /// Sends some of the starts by one call. Those that met another clock of Redis than they were made by are made anew.
    private func send(
        _ starts: inout [Prepared],
        _ indices: [Int],
        through calls: PartitionedStarts
    ) async -> [Result<StartResult, Refusal>] {
        var results = await answers(to: indices.map { starts[$0] }, through: calls)
        for _ in 0..<Self.mostClocks {
            let changed = results.indices.filter {
                if case .failure(.store(.clockChanged)) = results[$0] { true } else { false }
            }
            guard !changed.isEmpty else { break }
            do throws(Refusal) {
                for place in changed {
                    let start = starts[indices[place]]
                    starts[indices[place]] = try restarted(start, at: try await now(of: start.execution.key.name))
                }
            } catch {
                for place in changed { results[place] = .failure(error) }
                break
            }
            let again = await answers(to: changed.map { starts[indices[$0]] }, through: calls)
            for (place, result) in zip(changed, again) { results[place] = result }
        }
        return results
    }

    private func answers(
        to starts: [Prepared],
        through calls: PartitionedStarts
    ) async -> [Result<StartResult, Refusal>] {
        await calls.start(starts.map { $0.step.transition(lease: nil) }).map { $0.mapError(Refusal.store) }
    }

    /// The same start at another instant.
    private func restarted(_ start: Prepared, at now: Instant) throws(Refusal) -> Prepared {
        var execution = start.execution
        execution.startDate = now
        // What was left to a worker for other reasons is left to it again.
        return start.step.journal == nil
            ? Prepared(start.target, execution, .unbegun(execution)) : try prepare(execution, of: start.target)
    }

    private func acceptance(of start: Prepared, _ result: StartResult) throws(Refusal) -> Acceptance {
        let key = start.execution.key
        switch result {
        case .started, .paused:
            return Acceptance(key: key, startDate: start.execution.startDate, status: .running, isNew: true)
        case .failed(let reason):
            let error = RedisServerError(line: reason)
            throw error.isPassing
                ? .store(.refused(RedisRefusal(error))) : .unwritable(reason)
        case .revisionMissing:
            machines.forgetNames()
            onLostMachines()
            throw .revisionMissing(machine: key.machine)
        case .existing(let status, let startDate, let sameBytes):
            guard ExecutionDocument.isShared(start.execution.input, in: sameBytes) else { throw .conflict(key) }
            return Acceptance(key: key, startDate: startDate, status: status, isNew: false)
        case .unreadable:
            throw .other(DocumentError(key: key, reason: "is not whole"))
        case .later:
            throw .store(.unexpectedReply(function: "waitable_accept", reply: "\(result)"))
        }
    }

    /// Counts a refusal, and logs it under the execution's name, or the Id alone where nobody knows the default machine.
    ///
    /// - Parameter machine: `nil` for the default machine.
    func note(_ refusal: Refusal, machine: String?, name: String) async {
        let known = if let machine { machine } else { await machines.likelyDefaultMachine() }
        let key = known.map { ExecutionKey(machine: $0, name: name) }
        note(refusal, key.map { ["execution": "\($0.member)"] } ?? ["id": "\(name)"])
    }

    /// Counts a refusal, and logs it. What the caller did wrong is told to the caller alone.
    private func note(_ refusal: Refusal, _ metadata: Logger.Metadata) {
        metrics.refused(refusal)
        var metadata = metadata
        switch refusal {
        // The confirmer has logged what is not safe.
        case .noDefaultMachine, .noMachine, .conflict, .notDurable: break
        case .revisionMissing(let machine):
            metadata["machine"] = "\(machine)"
            logger.warning("start refused: the revision is gone", metadata: metadata)
        case .store(let error):
            metadata["error"] = "\(error)"
            logger.warning("start refused", metadata: metadata)
        case .unwritable(let reason):
            metadata["error"] = "\(reason)"
            logger.error("start refused by Redis", metadata: metadata)
        case .other(let error):
            metadata["error"] = "\(error)"
            logger.error("start failed", metadata: metadata)
        }
    }
}
