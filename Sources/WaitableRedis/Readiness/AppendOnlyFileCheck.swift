package import Logging
import RedisClient
import ServiceLifecycle
import Synchronization

/// Whether Redis could load its append-only file again; on a cluster, each primary that has partitions.
///
/// Redis loads the file as its user `default`, whether or not anybody may log in as that user. A transaction in the file
/// that the user may not run is dropped, with a line in Redis's log and no error (Redis 7 and 8, Valkey 8), and
/// each call of a function that writes more than once is such a transaction.
package final class AppendOnlyFileCheck: Service {
    /// How old an answer may be, on one connection; one that found a problem is asked for again at once.
    private static let lifetime = Duration.seconds(300)

    private let partitions: Partitions
    private let logger: Logger
    /// By server.
    private let last = Mutex<[ObjectIdentifier: Answer]>([:])

    private struct Answer {
        var problem: String?
        var taken: ContinuousClock.Instant
        /// Connections that there had been.
        var connection: Int
    }

    /// A check of the servers of partitions.
    package init(partitions: Partitions, logger: Logger) {
        self.partitions = partitions
        self.logger = logger
    }

    /// Checks once a second until the graceful shutdown, and logs what changes.
    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var logged: String?
            while !Task.isCancelled {
                let problem = await self.problem()
                if problem != logged {
                    if let problem {
                        self.logger.error("Redis cannot load its file again", metadata: ["reason": "\(problem)"])
                    } else {
                        self.logger.notice("Redis can load its file again")
                    }
                    logged = problem
                }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// Why the next restart of Redis would lose what is in its append-only file; `nil` where it would not, where there is
    /// no such file, and where Redis does not answer.
    package func problem() async -> String? {
        let servers = partitions.servers
        let known = Set(servers.map(\.client.server))
        last.withLock { last in last = last.filter { known.contains($0.key) } }
        for store in servers {
            guard let problem = await problem(of: store) else { continue }
            return servers.count == 1 ? problem : "the server of partition \(store.keys.partition): \(problem)"
        }
        return nil
    }

    private func problem(of store: RedisStore) async -> String? {
        let server = store.client.server
        let before = last.withLock { $0[server] }
        if let before, before.problem == nil, before.connection == store.client.connections,
            before.taken.duration(to: .now) < Self.lifetime
        {
            return nil
        }
        guard let answer = try? await ask(store) else { return before?.problem }
        last.withLock { $0[server] = answer }
        return answer.problem
    }

    private func ask(_ store: RedisStore) async throws(StoreError) -> Answer {
        var answer = Answer(problem: nil, taken: .now, connection: store.client.connections)
        do {
            let info = RedisInfo(try await store.send(RedisCommand("INFO", "persistence")).string ?? "")
            if info["aof_enabled"] == "1" {
                answer.problem = try await DefaultUser.problem(in: store).map { "\($0.description): \($0.advice)" }
            }
        } catch {
            // A user who may not see it is taken at Redis's word.
            guard error.isNotAllowed else { throw error }
        }
        return answer
    }
}
