import RedisClient
import StatesLanguage
import Waitable
package import WaitableRedis

extension Partitions {
    /// Reads what there is to see at a glance. Its cost does not depend on how much waits.
    package func overview() async throws(StoreError) -> Overview {
        let figures = try await ask { store async throws(StoreError) in try await store.figures() }
        let workers = try await home.reports(at: figures[0].now)
        let ahead = figures.reduce(0) { $0 + $1.ahead }
        // A lease that is out lies in the future, among what waits. The sum is of what workers say, so it may be anything.
        let running = workers.map(\.held).reduce(0) { min($0 + max(0, min($1, ahead)), ahead) }
        return Overview(
            now: figures[0].now,
            waiting: ahead - running,
            due: figures.reduce(0) { $0 + $1.due },
            running: running,
            paused: figures.reduce(0) { $0 + $1.paused },
            completedPerSecond: figures.reduce(0) { $0 + $1.completed },
            failedPerSecond: figures.reduce(0) { $0 + $1.failed },
            oldestOverdueMilliseconds: figures.reduce(0) { max($0, $1.oldestOverdue) },
            workers: workers,
            partitions: figures.enumerated().map { $1.share(of: $0) }
        )
    }
}

/// What one partition counts.
private struct PartitionFigures: Sendable {
    /// By the clock of its server.
    var now: Instant
    var due: Int
    /// Executions whose score lies ahead, and that are not parked.
    var ahead: Int
    var paused: Int
    /// Within the last second, with those that did not succeed.
    var completed: Int
    /// Within the last second.
    var failed: Int
    /// In ms.
    var oldestOverdue: Int

    func share(of number: Int) -> PartitionShare {
        PartitionShare(number: number, open: ahead, due: due, paused: paused, oldestOverdueMilliseconds: oldestOverdue)
    }
}

extension RedisStore {
    fileprivate func figures() async throws(StoreError) -> PartitionFigures {
        let now = try await self.now()
        let instant = String(now.milliseconds)
        let replies: [RedisValue]
        do {
            replies = try await client.send([
                RedisCommand("ZCOUNT", keys.due, "-inf", instant),
                RedisCommand("ZCOUNT", keys.due, "(\(instant)", "+inf"),
                RedisCommand("ZCOUNT", keys.due, String(DueScore.parked), "(\(2 * DueScore.parked)"),
                RedisCommand("ZCOUNT", keys.closed, "(\(now.milliseconds - 1_000)", instant),
                RedisCommand("ZCOUNT", keys.failed, "(\(now.milliseconds - 1_000)", instant),
                RedisCommand("ZRANGE", keys.due, "0", "0", "WITHSCORES"),
            ])
        } catch {
            throw refusal(error)
        }
        for case .error(let error) in replies { throw refusal(error) }
        let counts = replies.prefix(5).map { Int($0.integer ?? 0) }
        let head = replies[5].array?.last?.string.flatMap { Double($0) }.flatMap(Instant.init(clamping:))
        return PartitionFigures(
            now: now,
            due: counts[0],
            ahead: counts[1] - counts[2],
            paused: counts[2],
            completed: counts[3],
            failed: counts[4],
            oldestOverdue: head.map { max(0, Int(now.milliseconds - $0.milliseconds)) } ?? 0
        )
    }

    /// The reports of the workers that have reported themselves lately, by name.
    fileprivate func reports(at now: Instant) async throws(StoreError) -> [WorkerReport] {
        let later = "(\(now.milliseconds)"
        let range = RedisCommand("ZRANGE", keys.workers, later, "+inf", "BYSCORE", "LIMIT", "0", "1000")
        let names = try await send(range).array?.compactMap(\.string) ?? []
        guard !names.isEmpty else { return [] }
        var command = RedisCommand(name: "HMGET", capacity: names.count + 1)
        command.append(keys.reports)
        for name in names { command.append(name) }
        let reports = (try await send(command).array ?? []).compactMap { reply in
            reply.bytes.flatMap { try? JSON(parsing: $0) }.flatMap(WorkerReport.init(json:))
        }
        return reports.sorted { $0.name < $1.name }
    }
}
