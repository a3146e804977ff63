import Logging
import ServiceLifecycle
import StatesLanguage
import Waitable
import WaitableRedis

/// Brings the function library and the folder's definitions into Redis, as soon as Redis can be reached; and again, when
/// Redis has lost them.
struct Deployment: Service {
    private let folder: StateMachineFolder
    private let store: RedisStore
    private let identity: NamespaceIdentity
    private let logger: Logger
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init(folder: StateMachineFolder, store: RedisStore, identity: NamespaceIdentity, logger: Logger) {
        self.folder = folder
        self.store = store
        self.identity = identity
        self.logger = logger
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Has it looked whether Redis still has what was deployed: at once, but no more often than once a second.
    func look() { signal.yield() }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                try await repeatedly("nothing deployed yet") { try await deploy() }
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
                logger.warning(failure, metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// Deploys once.
    func deploy() async throws {
        // What is not this process's namespace is left as it is.
        try await identity.settle()
        if try await store.loadFunctions() {
            logger.info("functions loaded", metadata: ["version": "\(FunctionLibrary.version)"])
        }
        for entry in folder.entries {
            let known = try await store.machine(entry.name)
            if known?.revision != entry.revision.hash { try await deploy(entry, known) }
        }
        try await restore()
        if let machine = folder.defaultMachine { try await store.setDefaultMachine(machine) }
    }

    /// Deploys again what Redis has lost: everything where the registry is empty, else revisions of this folder. A machine
    /// that somebody has removed, or has given another revision, is left as it is.
    private func restore() async throws {
        try await identity.settle()
        let isEmpty = try await store.isRegistryEmpty()
        let missing = try await store.missingRevisions(Set(folder.entries.map(\.revision.hash)))
        for entry in folder.entries {
            let known = try await store.machine(entry.name)
            let isLost = known.map { $0.revision == entry.revision.hash && missing.contains($0.revision) } ?? isEmpty
            if isLost { try await deploy(entry, known) }
        }
        if let machine = folder.defaultMachine, try await store.defaultMachine() == nil {
            try await store.setDefaultMachine(machine)
        }
    }

    private func deploy(_ entry: StateMachineFolder.Entry, _ known: MachineRecord?) async throws(StoreError) {
        var record: MachineRecord
        if let known {
            record = known
            record.revision = entry.revision.hash
        } else {
            let now = Instant(milliseconds: try await store.time() / 1_000)
            record = MachineRecord(name: entry.name, revision: entry.revision.hash, creationDate: now)
        }
        _ = try await store.deploy(entry.revision, as: record, mode: .put)
        logger.notice(
            "state machine deployed",
            metadata: ["machine": "\(entry.name)", "revision": "\(entry.revision.hash)"]
        )
    }
}
