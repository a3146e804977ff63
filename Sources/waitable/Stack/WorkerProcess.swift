import Foundation
import Logging
import RedisClient
import UnixSignals
import WaitableRedis
import WaitableWorker

/// A worker, until SIGTERM or SIGINT.
struct WorkerProcess {
    let settings: Settings
    let logger: Logger

    func run() async throws {
        let client = RedisClient(settings.redis, logger: logger)
        let store = RedisStore(client: client, keys: settings.keys)
        let name = settings.workerName ?? Self.name
        let worker = Worker(
            store: store,
            machines: MachineCache(store: store),
            configuration: WorkerConfiguration(
                name: name,
                batch: settings.batch,
                leaseMilliseconds: settings.leaseMilliseconds,
                pollMilliseconds: settings.pollMilliseconds,
                poisonLimit: settings.poisonLimit
            ),
            arn: settings.arn,
            itemTable: settings.itemTable,
            logger: logger
        )
        let sweeper = Sweeper(store: store, configuration: settings.retention, name: name, logger: logger)
        try await ProcessServices(services: [client, sweeper, worker], logger: logger).run()
    }

    /// The host's name and the process's id: unique among the replicas of a stack.
    private static var name: String { "\(host)-\(ProcessInfo.processInfo.processIdentifier)" }

    private static var host: String { ProcessInfo.processInfo.hostName }

    /// Whether a worker of this host, that was given no name, has this one.
    static func isOfThisHost(_ name: String) -> Bool {
        name.hasPrefix("\(host)-") && name.dropFirst(host.count + 1).allSatisfy(\.isWholeNumber)
    }
}
