import Logging
import ServiceLifecycle
import StatesLanguage
import Waitable
import WaitableRedis

/// Brings the function library and the folder's definitions into Redis, as soon as Redis can be reached.
struct Deployment: Service {
    let folder: StateMachineFolder
    let store: RedisStore
    let identity: NamespaceIdentity
    let logger: Logger

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                while !Task.isCancelled {
                    do {
                        try await deploy()
                        break
                    } catch let error as StoreError {
                        logger.warning("nothing deployed yet", metadata: ["error": "\(error)"])
                        try await Task.sleep(for: .seconds(1))
                    }
                }
                try await gracefulShutdown()
            }
        } catch is CancellationError {}
    }

    /// Deploys once.
    func deploy() async throws {
        // What is not this process's namespace is left as it is.
        _ = try await identity.secret()
        if try await store.loadFunctions() {
            logger.info("functions loaded", metadata: ["version": "\(FunctionLibrary.version)"])
        }
        for entry in folder.entries {
            let known = try await store.machine(entry.name)
            if known?.revision == entry.revision.hash { continue }
            let now = Instant(milliseconds: try await store.time() / 1_000)
            let record = MachineRecord(
                name: entry.name,
                revision: entry.revision.hash,
                creationDate: known?.creationDate ?? now
            )
            _ = try await store.deploy(entry.revision, as: record, mode: .put)
            logger.notice(
                "state machine deployed",
                metadata: ["machine": "\(entry.name)", "revision": "\(entry.revision.hash)"]
            )
        }
        if let machine = folder.defaultMachine { try await store.setDefaultMachine(machine) }
    }
}
