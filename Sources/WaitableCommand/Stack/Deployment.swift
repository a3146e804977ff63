import Logging
import ServiceLifecycle
import StatesLanguage
import Synchronization
import Waitable
import WaitableOperations
import WaitableRedis

/// Brings the function library and the folder's definitions into Redis, as soon as Redis can be reached; and again, when
/// Redis has lost them.
final class Deployment: Service {
    private let folder: StateMachineFolder
    private let standard: String
    private let isStandardRequired: Bool
    private let tables: [(name: String, schema: TableSchema)]
    private let itemTable: String
    private let partitions: Partitions
    private var store: RedisStore { partitions.home }
    private let identity: NamespaceIdentity
    private let logger: Logger
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let deployed = Atomic(false)

    /// - Parameters:
    ///   - standard: The name of the default machine, where there is none yet.
    ///   - isStandardRequired: Whether somebody has set that name, so that it also takes the place of another one.
    ///   - tables: The tables to declare.
    ///   - itemTable: The table of the items that `POST /` starts.
    init(
        folder: StateMachineFolder,
        standard: String,
        isStandardRequired: Bool,
        tables: [(name: String, schema: TableSchema)],
        itemTable: String,
        partitions: Partitions,
        identity: NamespaceIdentity,
        logger: Logger
    ) {
        self.folder = folder
        self.standard = standard
        self.isStandardRequired = isStandardRequired
        self.tables = tables
        self.itemTable = itemTable
        self.partitions = partitions
        self.identity = identity
        self.logger = logger
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Whether the folder has been deployed once.
    var isDone: Bool { deployed.load(ordering: .relaxed) }

    /// Has it looked whether Redis still has what was deployed: at once, but no more often than once a second.
    func look() { signal.yield() }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { [self] in
                try await repeatedly("nothing deployed yet") { try await deploy() }
                deployed.store(true, ordering: .relaxed)
                for await _ in signals {
                    try await repeatedly("nothing deployed again yet") { try await restore() }
                    try await Task.sleep(for: .seconds(1))
                }
            }
        } catch is CancellationError {}
        // Where the cancellation has ended the loop, it is on.
        try? await gracefulShutdown()
    }

    /// Does something until Redis lets it.
    private func repeatedly(_ failure: Logger.Message, _ body: () async throws -> Void) async throws {
        while !Task.isCancelled {
            do {
                return try await body()
            } catch let error as StoreError {
                // At the end of the process the connection is closed.
                try Task.checkCancellation()
                logger.warning(failure, metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// Deploys what has changed in the folder since it was last deployed from there: what was changed or deleted by other
    /// ways since then stays so.
    private func deploy() async throws {
        // What is not this process's namespace is left as it is.
        try await identity.settle()
        // Several may be on one server: it gets them once.
        for partition in partitions.stores {
            guard try await partition.loadFunctions() else { continue }
            logger.info("functions loaded", metadata: ["version": "\(FunctionLibrary.version)"])
        }
        for entry in folder.entries {
            let before = try await store.machine(entry.name)?.revision
            if try await store.deployFromFile(entry.revision, name: entry.name, replaces: !folder.isSample) {
                if before != entry.revision.hash { logDeployed(entry) }
            } else {
                // Read anew: another ingest may have deployed it meanwhile.
                let revision = try await store.machine(entry.name)?.revision
                guard revision != entry.revision.hash else { continue }
                logger.notice(
                    folder.isSample && revision != nil
                        ? "the built-in state machine does not replace the one that is deployed"
                        : "the folder's state machine has not changed; what was deployed or deleted since then stays",
                    metadata: ["machine": "\(entry.name)", "revision": "\(revision ?? "none")"]
                )
            }
        }
        try await restore()
        if isStandardRequired, try await store.machine(standard) != nil,
            try await store.takeDefaultMachine(fromSetting: standard)
        {
            logger.notice("default state machine set", metadata: ["machine": "\(standard)"])
        }
        let name = try await store.defaultMachine()
        guard let name, try await store.machine(name) != nil else {
            logger.warning(
                "no default state machine is deployed: starts that name none are refused",
                metadata: ["machine": "\(name ?? standard)", "mend": "waitable deploy FILE --default"]
            )
            return
        }
    }

    /// Deploys again what Redis has lost: everything where the registry is empty, else revisions of this folder. A machine
    /// that somebody has removed, or has given another revision, is left as it is.
    private func restore() async throws {
        try await identity.settle()
        try await store.copyRegistry()
        try await declareTables()
        let isEmpty = try await store.isRegistryEmpty()
        let missing = try await store.missingRevisions(Set(folder.entries.map(\.revision.hash)))
        for entry in folder.entries {
            let known = try await store.machine(entry.name)
            let isLost = known.map { $0.revision == entry.revision.hash && missing.contains($0.revision) } ?? isEmpty
            guard isLost else { continue }
            try await store.deployFromFile(entry.revision, name: entry.name, isLost: true)
            logDeployed(entry)
        }
        if try await store.defaultMachine() == nil, try await store.machine(standard) != nil {
            try await store.setDefaultMachine(standard)
        }
    }

    /// Declares the tables that are not. One that somebody has declared with another key stays as it is.
    private func declareTables() async throws {
        let tables = TableOperator(partitions: partitions, itemTable: itemTable)
        var hasNew = false
        for (name, schema) in self.tables {
            let isNew = try await store.table(name) == nil
            do {
                _ = try await tables.create(name, schema)
                guard isNew else { continue }
                hasNew = true
                logger.notice("table declared", metadata: ["table": "\(name)", "key": "\(schema.text)"])
            } catch let error where error is ManagementError || error is FieldError {
                logger.error("table not declared", metadata: ["table": "\(name)", "error": "\(error)"])
            }
        }
        // What this process takes is run by others, which may not know them yet.
        if hasNew { try await Task.sleep(for: .milliseconds(MachineCache.tableDelayMilliseconds)) }
    }

    private func logDeployed(_ entry: StateMachineFolder.Entry) {
        logger.notice(
            "state machine deployed",
            metadata: ["machine": "\(entry.name)", "revision": "\(entry.revision.hash)"]
        )
    }
}
