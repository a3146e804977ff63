package import StatesLanguage
package import Waitable
package import WaitableRedis

/// What an operator does with items and their state machines: the one implementation behind HTTP and the command.
///
/// An item is named by its Id and its state machine; without one, the default machine is meant. Every refusal is a
/// ``ManagementError``, and has changed nothing.
package struct ItemOperator: Sendable {
    /// What it works on.
    package let partitions: Partitions
    let machines: MachineCache
    let identity: NamespaceIdentity
    /// The table of the waitable pattern's items.
    package let itemTable: String

    /// A manager over partitions.
    ///
    /// - Parameter itemTable: The table of the waitable pattern's items.
    package init(partitions: Partitions, machines: MachineCache, identity: NamespaceIdentity, itemTable: String) {
        self.partitions = partitions
        self.machines = machines
        self.identity = identity
        self.itemTable = itemTable
    }

    private func store(of key: ExecutionKey) -> RedisStore { partitions.store(of: key) }

    /// The execution of an item.
    ///
    /// - Throws: ``ManagementError`` where there is no default machine and none was named.
    package func key(_ id: String, machine: String?) async throws -> ExecutionKey {
        if let machine { return ExecutionKey(machine: machine, name: id) }
        guard let name = try await machines.defaultMachine() else { throw ManagementError.noMachine("") }
        return ExecutionKey(machine: name, name: id)
    }

    /// Aborts an item's execution; the item, if it still waits, becomes `CANCELLED`. Cancelling twice is the same.
    package func cancel(_ key: ExecutionKey, error: String?, cause: String?) async throws -> ItemDescription {
        let failure = error == nil && cause == nil ? nil : ExecutionFailure(error: error, cause: cause)
        let item = (key: ItemKey(table: itemTable, id: key.name), updated: try await store(of: key).now())
        do throws(StoreError) {
            try await store(of: key).stop(key, failure: failure, item: item)
        } catch {
            throw refusal(error, key)
        }
        let execution = try await execution(key)
        guard execution.status == .aborted else {
            throw ManagementError.conflict(
                "ItemClosed",
                "The item '\(key.name)' is closed: \(execution.status.rawValue).",
                id: key.name
            )
        }
        return try await describe(key)
    }

    /// Gives a waiting item another moment.
    ///
    /// - Parameter text: The instant as the caller wrote it, for the error.
    /// - Throws: `FieldError` for a moment at which nothing can be due.
    package func reschedule(
        _ key: ExecutionKey,
        to instant: Instant,
        text: String? = nil
    ) async throws -> ItemDescription {
        guard DueScore.settable.contains(instant) else {
            let (first, last) = (DueScore.settable.lowerBound.iso8601, DueScore.settable.upperBound.iso8601)
            throw FieldError(
                field: "StartTimestamp",
                rule: "must be from \(first) to \(last)",
                value: text ?? instant.iso8601
            )
        }
        do throws(StoreError) {
            try await store(of: key).reschedule(key, to: instant, item: ItemKey(table: itemTable, id: key.name))
        } catch {
            throw refusal(error, key)
        }
        return try await describe(key)
    }

    /// Makes now a waiting item's moment.
    package func runNow(_ key: ExecutionKey) async throws -> ItemDescription {
        try await reschedule(key, to: try await store(of: key).now())
    }

    /// Opens an item's execution again that failed, timed out or was aborted.
    package func redrive(_ key: ExecutionKey) async throws -> ItemDescription {
        do throws(StoreError) {
            let item = (key: ItemKey(table: itemTable, id: key.name), updated: try await store(of: key).now())
            _ = try await store(of: key).redrive(key, item: item)
        } catch {
            throw refusal(error, key)
        }
        return try await describe(key)
    }

    /// One item: its execution, and the item itself.
    package func describe(_ key: ExecutionKey) async throws -> ItemDescription {
        let execution = try await execution(key)
        let item = try await store(of: key).items([ItemKey(table: itemTable, id: key.name)]).first ?? nil
        return ItemDescription(
            summary: ItemSummary(execution, score: try await store(of: key).dueScore(key)),
            item: item
        )
    }

    /// What shows that an item has changed since another glance. A document that changed and is as long as before, in the same
    /// place, does not show.
    package func glance(_ key: ExecutionKey) async throws -> ItemGlance {
        let store = store(of: key)
        let bytes = try await store.documentBytes(key)
        let item = try await store.items([ItemKey(table: itemTable, id: key.name)]).first ?? nil
        return ItemGlance(documentBytes: bytes, score: try await store.dueScore(key), item: item)
    }

    /// What happened to one item, in order.
    package func timeline(_ key: ExecutionKey) async throws -> ItemTimeline {
        try await timeline(of: try await execution(key)) { await Task.yield() }
    }

    /// What happened to the item of an execution, in order.
    ///
    /// - Parameter pause: Called between its steps, which are made again one by one.
    package func timeline(of execution: Execution, pause: () async throws -> Void) async throws -> ItemTimeline {
        let key = execution.key
        let score = try await store(of: key).dueScore(key)
        let machine = try await machines.machine(key.machine, hash: execution.revision)
        let lostLeases = try await store(of: key).redeliveries(key)
        let runner = ExecutionRunner(machine: machine, arn: identity.arn, secret: try await identity.secret())
        let begun = TimelineReplay(of: execution, runner: runner)
        var replay = begun
        let isWhole = try await store(of: key).readJournal(of: execution) { entry in
            try replay.take(entry)
            return true
        } pause: {
            try await pause()
        }
        let timeline = (isWhole ? replay : begun).timeline(
            due: score.flatMap { DueScore($0).due },
            now: try await store(of: key).now(),
            lostLeases: lostLeases
        )
        return ItemTimeline(key: key, attempts: timeline.lostLeases + 1, events: timeline.events)
    }

    /// A state machine's definition: as it is now, or as it was when an item was started with it.
    ///
    /// - Parameter item: The item's Id; `nil` for the definition as it is now.
    package func definition(of machine: String, item: String?) async throws -> String {
        let hash: String
        if let item {
            hash = try await execution(ExecutionKey(machine: machine, name: item)).revision
        } else {
            guard let record = try await partitions.home.machine(machine) else {
                throw ManagementError.noMachine(machine)
            }
            hash = record.revision
        }
        guard let revision = try await partitions.home.revision(hash) else { throw ManagementError.noMachine(machine) }
        return revision.definition
    }

    /// All state machines.
    package func stateMachines() async throws -> [MachineSummary] {
        let paused = try await partitions.home.pausedMachines()
        let standard = try await partitions.home.defaultMachine()
        return try await partitions.home.machines().map { record in
            MachineSummary(record: record, isDefault: record.name == standard, pausedSince: paused[record.name])
        }
    }

    /// Pauses a state machine, or resumes it.
    package func setPaused(_ isPaused: Bool, machine name: String) async throws -> MachineSummary {
        do throws(StoreError) {
            if isPaused {
                _ = try await partitions.home.pause(machine: name)
            } else {
                try await partitions.home.resume(machine: name)
            }
        } catch {
            if error.refusal?.code == .notFound { throw ManagementError.noMachine(name) }
            throw error
        }
        guard let record = try await partitions.home.machine(name) else { throw ManagementError.noMachine(name) }
        return MachineSummary(
            record: record,
            isDefault: try await partitions.home.defaultMachine() == name,
            pausedSince: try await partitions.home.pausedMachines()[name]
        )
    }

    private func execution(_ key: ExecutionKey) async throws -> Execution {
        guard let execution = try await store(of: key).execution(key) else {
            throw ManagementError.noItem(key.name, machine: key.machine)
        }
        return execution
    }

    /// A function's refusal as an operator's; any other error as it is.
    private func refusal(_ error: StoreError, _ key: ExecutionKey) -> any Error {
        guard let refusal = error.refusal else { return error }
        let name = key.name
        switch refusal.code {
        case .notFound: return ManagementError.noItem(name, machine: key.machine)
        case .closed: return ManagementError.conflict("ItemClosed", "The item '\(name)' is closed.", id: name)
        case .open: return ManagementError.conflict("ItemOpen", "The item '\(name)' is open.", id: name)
        case .succeeded:
            return ManagementError.conflict("ItemSucceeded", "The item '\(name)' has succeeded.", id: name)
        case .leased:
            return ManagementError.conflict(
                "ItemRunning",
                "A worker is running the item '\(name)' right now. Try again in a moment.",
                id: name
            )
        default: return error
        }
    }
}
