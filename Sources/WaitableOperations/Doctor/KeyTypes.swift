import RedisClient
import WaitableRedis

/// The types of the keys that every partition has once.
struct KeyTypes {
    let store: RedisStore

    /// Whether they are all right; where one is not, functions fail, and nothing else can be looked at.
    func areRight(_ findings: inout FindingLog, mends: Bool) async throws(StoreError) -> Bool {
        var areRight = true
        let keys = store.keys
        let expected =
            [
                (keys.due, "zset"), (keys.closed, "zset"), (keys.failed, "zset"), (keys.executions, "hash"),
                (keys.leases, "zset"), (keys.clock, "zset"), (keys.redelivered, "hash"), (keys.counters, "hash"),
                (keys.paused, "hash"), (keys.workers, "zset"), (keys.reports, "hash"),
                (keys.sleepers, "zset"), (keys.streams, "zset"), (keys.events, "stream"), (keys.deadLetters, "stream"),
            ] + RegistryTable.allCases.map { (keys.registry($0), "hash") }
        for (key, type) in expected {
            let found = try await store.send(RedisCommand("TYPE", key)).string ?? "none"
            guard found != type, found != "none" else { continue }
            areRight = false
            let problem = DataProblem.wrongType
            findings.add(
                Finding(
                    problem.rawValue,
                    problem.severity,
                    at: key,
                    "\(problem.text("")) It is a \(found), and has to be a \(type).",
                    problem.advice(.left),
                    outcome: mends ? .left : .found
                )
            )
        }
        return areRight
    }
}
