import Foundation
import Logging
import RedisClient
import ServiceLifecycle
import Synchronization
import WaitableRedis

/// A connection to Redis for the length of one command.
enum Connection {
    /// Runs something with the namespace's partitions, and closes the connection after it.
    static func with<Result: Sendable>(
        _ settings: Settings,
        _ body: @Sendable @escaping (Partitions) async throws -> Result
    ) async throws -> Result {
        try await settings.use { settings in try await connected(settings, body) }
    }

    private static func connected<Result: Sendable>(
        _ settings: Settings,
        _ body: @Sendable @escaping (Partitions) async throws -> Result
    ) async throws -> Result {
        var logger = Logger(label: "waitable")
        logger.logLevel = settings.logLevel == .info ? .error : settings.logLevel
        let isTold = Atomic(false)
        let connections = try RedisConnections(settings, partitions: settings.partitions ?? 1, logger: logger) {
            error in
            // Said at once: the command goes on trying, and whoever waits for it should know why. A refused login is its end,
            // as is a configuration that cannot be used; and the end says what was wrong last.
            guard !error.isLoginRefusal, error.code != .configuration,
                !isTold.exchange(true, ordering: .relaxed)
            else { return }
            Notice.say("\(error.message); still trying")
        }
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await connections.service.run()
                return nil
            }
            group.addTask {
                var count = settings.partitions
                if count == nil {
                    count = try await RedisStore(client: connections.client(settings.keys), keys: settings.keys)
                        .partitionCount(orOfNew: PartitionCount.new(for: settings))
                }
                return try await body(connections.partitions(count ?? 1, of: settings))
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }
}
