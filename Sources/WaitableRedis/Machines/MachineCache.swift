import RedisClient
import StatesLanguage
import Synchronization
package import Waitable

/// Compiled revisions by their hash, read from Redis once: they never change. Which revision a name stands for does, so
/// that is remembered for a second only.
package final class MachineCache: Sendable {
    private let store: RedisStore
    private let machines: Mutex<Machines>
    private let large = LargeMachines()
    private let names = Mutex(ShortMemory())
    private let lastDefault = Mutex<String?>(nil)
    private let tables = Mutex<(tables: DeclaredTables, until: ContinuousClock.Instant)?>(nil)

    private struct Key: Hashable {
        var name: String
        var hash: String
    }

    private struct Machines {
        private var known: [Key: DeployedMachine] = [:]
        private let capacity: Int
        private let mostBytes: Int
        /// The bytes that they take.
        private(set) var bytes = 0
        /// Those that are being read, for all that ask meanwhile.
        var underWay: [Key: Task<DeployedMachine, any Error>] = [:]
        /// The one that was asked for last: most often it is asked for again.
        private var last: DeployedMachine?

        init(capacity: Int, bytes: Int) {
            self.capacity = capacity
            mostBytes = bytes
        }

        mutating func machine(_ name: String, hash: String) -> DeployedMachine? {
            if let last, last.hash == hash, last.name == name { return last }
            guard let machine = known[Key(name: name, hash: hash)] else { return nil }
            last = machine
            return machine
        }

        mutating func keep(_ machine: DeployedMachine) {
            if known.count >= capacity || bytes + machine.size > mostBytes {
                known.removeAll()
                bytes = 0
            }
            bytes += machine.size
            known[Key(name: machine.name, hash: machine.hash)] = machine
            last = machine
        }
    }

    /// A cache over a store.
    ///
    /// - Parameters:
    ///   - capacity: The most revisions kept; beyond it all are read anew.
    ///   - bytes: The most that they take together, compiled, unless a single one takes more.
    package init(store: RedisStore, capacity: Int = 1_000, bytes: Int = 134_217_728) {
        self.store = store
        machines = Mutex(Machines(capacity: capacity, bytes: bytes))
    }

    /// About how many bytes the compiled revisions that are kept take.
    package var bytes: Int { machines.withLock { $0.bytes } }

    /// The machine `name` at the revision `hash`.
    ///
    /// - Throws: ``StoreError`` where Redis does not answer, ``RevisionError`` where there is no such revision or this
    ///   version cannot run it.
    package func machine(_ name: String, hash: String) async throws -> DeployedMachine {
        if let machine = machines.withLock({ $0.machine(name, hash: hash) }) { return machine }
        let key = Key(name: name, hash: hash)
        let task = machines.withLock { machines in
            if let task = machines.underWay[key] { return task }
            let task = Task { try await self.read(key) }
            machines.underWay[key] = task
            return task
        }
        return try await task.value
    }

    /// Reads and compiles a revision.
    private func read(_ key: Key) async throws -> DeployedMachine {
        defer { machines.withLock { $0.underWay[key] = nil } }
        let (name, hash) = (key.name, key.hash)
        guard let revision = try await store.revision(hash) else {
            throw RevisionError(name: name, hash: hash, reason: "is not in Redis", isMissing: true)
        }
        let machine: DeployedMachine
        do {
            machine =
                revision.definition.utf8.count > Self.largest
                ? try await large.compile(name, hash: hash, revision)
                : try DeployedMachine(name: name, hash: hash, revision: revision)
        } catch {
            throw RevisionError(
                name: name,
                hash: hash,
                reason: "cannot be run by this version: \(error)",
                isMissing: false
            )
        }
        machines.withLock { $0.keep(machine) }
        return machine
    }

    /// The bytes of a definition beyond which it waits for others of its kind: while it is compiled, it takes several times as
    /// much as then.
    private static let largest = 65_536

    /// The machine at the revision that new executions start with; `nil` where there is no machine of that name.
    ///
    /// What is known is asked again after a second, so an update reaches every ingest within that time.
    package func current(_ name: String) async throws -> DeployedMachine? {
        if let hash = names.withLock({ $0.value(for: name) }) { return try await machine(name, hash: hash) }
        guard let record = try await store.machine(name) else { return nil }
        names.withLock { $0.keep(record.revision, for: name) }
        return try await machine(name, hash: record.revision)
    }

    /// The name of the default machine, asked again after a second; `nil` where there is none.
    package func defaultMachine() async throws(StoreError) -> String? {
        if let name = names.withLock({ $0.value(for: Keys.defaultMachineField) }) { return name }
        let name = try await store.defaultMachine()
        if let name { names.withLock { $0.keep(name, for: Keys.defaultMachineField) } }
        lastDefault.withLock { $0 = name }
        return name
    }

    /// The name of the default machine as far as this process can tell, for logs: asked of Redis only while there is a
    /// connection, else the last one known.
    package func likelyDefaultMachine() async -> String? {
        if store.client.connectionState == .connected, let name = try? await defaultMachine() { return name }
        return lastDefault.withLock { $0 }
    }

    /// The declared tables, asked again after a second: so ``tableDelayMilliseconds`` after one was declared, every process knows it.
    package func declaredTables() async throws(StoreError) -> DeclaredTables {
        if let known = tables.withLock({ $0 }), known.until > .now { return known.tables }
        let until = ContinuousClock.now + .seconds(1)
        let declared = try await store.declaredTables()
        tables.withLock { $0 = (declared, until) }
        return declared
    }

    /// After how long a declared table is known to all processes, with room for a slow answer of Redis.
    package static let tableDelayMilliseconds: Int64 = 1_500

    /// Forgets what a name stands for, after it was deployed anew.
    package func forget(_ name: String) {
        names.withLock { $0.forget(name) }
    }

    /// Forgets what all names stand for, after Redis has lost some of it.
    package func forgetNames() { names.withLock { $0 = ShortMemory() } }
}

/// Compiles large definitions, one at a time.
private actor LargeMachines {
    func compile(_ name: String, hash: String, _ revision: Revision) throws(DefinitionError) -> DeployedMachine {
        try DeployedMachine(name: name, hash: hash, revision: revision)
    }
}

/// A revision that an execution needs and that cannot be had.
package struct RevisionError: Error, Sendable, CustomStringConvertible {
    /// The machine's name.
    package var name: String
    /// The revision's hash.
    package var hash: String
    /// Why not.
    package var reason: String
    /// Whether there is no such revision in Redis.
    package var isMissing: Bool

    /// The error in one line.
    package var description: String { "revision \(hash) of the state machine '\(name)' \(reason)" }
}

/// What names stand for, remembered for a second.
private struct ShortMemory {
    private static let span: Duration = .seconds(1)
    private static let capacity = 1_000
    private var values: [Spelling: (value: String, until: ContinuousClock.Instant)] = [:]

    func value(for name: String) -> String? {
        guard let known = values[name], known.until > .now else { return nil }
        return known.value
    }

    mutating func keep(_ value: String, for name: String) {
        if values.count >= Self.capacity { values.removeAll() }
        values[name] = (value, .now + Self.span)
    }

    mutating func forget(_ name: String) { values[name] = nil }
}
