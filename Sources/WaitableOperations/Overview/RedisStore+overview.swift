import RedisClient
import StatesLanguage
import Waitable
package import WaitableRedis

extension RedisStore {
    /// Reads what there is to see at a glance. Its cost does not depend on how much waits.
    package func overview() async throws(StoreError) -> Overview {
        let now = try await self.now()
        let instant = String(now.milliseconds)
        let replies: [RedisValue]
        do {
            replies = try await client.send([
                RedisCommand("ZCOUNT", keys.due, "-inf", instant),
                RedisCommand("ZCOUNT", keys.due, "(\(instant)", "+inf"),
                RedisCommand("ZCOUNT", keys.due, String(DueScore.parked), "(\(2 * DueScore.parked)"),
                RedisCommand("ZCOUNT", keys.closed, "(\(now.milliseconds - 1_000)", instant),
                RedisCommand("ZRANGE", keys.due, "0", "0", "WITHSCORES"),
                RedisCommand("ZRANGE", keys.workers, "(\(instant)", "+inf", "BYSCORE", "LIMIT", "0", "1000"),
            ])
        } catch {
            throw refusal(error)
        }
        for case .error(let error) in replies { throw refusal(error) }
        let counts = replies.prefix(4).map { Int($0.integer ?? 0) }
        let names = replies[5].array?.compactMap(\.string) ?? []
        let workers = try await reports(of: names)
        let head = replies[4].array?.last?.string.flatMap { Double($0) }.flatMap(Instant.init(clamping:))
        let ahead = counts[1] - counts[2]
        // A lease that is out lies in the future, among what waits. The sum is of what workers say, so it may be anything.
        let running = workers.map(\.held).reduce(0) { min($0 + max(0, min($1, ahead)), ahead) }
        return Overview(
            now: now,
            waiting: ahead - running,
            due: counts[0],
            running: running,
            paused: counts[2],
            completedPerSecond: counts[3],
            oldestOverdueMilliseconds: head.map { max(0, Int(now.milliseconds - $0.milliseconds)) } ?? 0,
            workers: workers
        )
    }

    private func reports(of names: [String]) async throws(StoreError) -> [WorkerReport] {
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
