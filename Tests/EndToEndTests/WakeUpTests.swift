import Foundation
import Logging
import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableRedis
import WaitableWorker

/// Who wakes for what is due: about one worker, whatever their number, and another one where that one does not.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct WakeUpTests {
    private static let workers = 24
    /// In ms: so long that a test which waits for a poll sees it.
    private static let poll = 60_000

    /// Runs a test with many workers, all asleep.
    private func withSleepers(of stack: Stack, _ body: () async throws -> Void) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let silent = logger
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<Self.workers {
                let configuration = WorkerConfiguration(name: "w\(number)", pollMilliseconds: Self.poll)
                let machines = MachineCache(store: stack.store)
                group.addTask {
                    let worker = WorkerFleet(
                        partitions: Partitions(only: stack.store),
                        machines: machines,
                        configuration: configuration,
                        identity: NamespaceIdentity(store: stack.store, arn: ARN(), logger: silent),
                        logger: silent
                    )
                    try await worker.run()
                }
            }
            defer { group.cancelAll() }
            try await allAsleep(stack)
            try await body()
        }
    }

    private func allAsleep(_ stack: Stack) async throws {
        try await eventually("all listen") {
            let counts = try await stack.store.client.send(RedisCommand("PUBSUB", "NUMSUB", stack.store.keys.wake))
            return counts.array?.last?.integer == Int64(Self.workers)
        }
        try await asleep(stack)
    }

    private func asleep(_ stack: Stack) async throws {
        try await eventually("all sleep") {
            try await stack.integer("ZCARD", stack.store.keys.sleepers) == Self.workers
        }
    }

    /// Starts an item that is due a little later, without HTTP.
    ///
    /// - Returns: Its due instant.
    private func start(_ stack: Stack, _ id: String, in milliseconds: Int64) async throws -> Instant {
        let due = try await stack.now().adding(milliseconds: milliseconds)
        try await stack.startItems(1, at: due, prefix: id)
        return due
    }

    /// How many claims there were since the log was reset.
    private func claims(_ stack: Stack) async throws -> Int {
        let log = try await stack.store.client.send(RedisCommand("SLOWLOG", "GET", "-1")).array ?? []
        return log.count { entry in
            guard let words = entry.array, words.count > 3, let command = words[3].array else { return false }
            return command.count > 1 && command[1].string == "waitable_claim"
        }
    }

    @Test("Of 24 sleeping workers an item wakes one, and another one that looks whether it was taken")
    func oneOfMany() async throws {
        try await Stack.with(options: ["--slowlog-log-slower-than", "0", "--slowlog-max-len", "100000"]) { stack in
            try await withSleepers(of: stack) {
                // The first one may find workers that have just begun to listen, and look once more.
                _ = try await start(stack, "first", in: 200)
                try await eventually("the first is done") { try await stack.closedCount() == 1 }
                for (number, delay) in [0, 0, 5, 200, 200].enumerated() {
                    try await asleep(stack)
                    _ = try await stack.store.client.send(RedisCommand("SLOWLOG", "RESET"))
                    let due = try await start(stack, "n\(number)", in: Int64(delay) + 200)
                    try await eventually("it is done") { try await stack.closedCount() == 2 + number }
                    // Those who would look on account of it have done so by then.
                    try await eventually("some time has passed") {
                        try await stack.now() > due.adding(milliseconds: 300)
                    }
                    let count = try await claims(stack)
                    #expect((1...4).contains(count), "\(count) claims")
                }
            }
        }
    }

    @Test("Many items at one instant wake one worker after the other, as long as there is more")
    func burst() async throws {
        try await Stack.with { stack in
            try await withSleepers(of: stack) {
                try await stack.startItems(3_000, at: stack.now().adding(milliseconds: 3_000))
                try await eventually("all are done") { try await stack.closedCount() == 3_000 }
                try await stack.expectAllCompletedOnce(3_000)
            }
        }
    }

    @Test(
        "A worker that is stopped or killed while it watches costs a moment, not a poll",
        arguments: [SIGSTOP, SIGKILL]
    )
    func stoppedWatcher(signal: Int32) async throws {
        try await Stack.with { stack in
            var workers: [String: Program] = [:]
            for name in ["w0", "w1", "w2"] {
                workers[name] = try stack.worker([
                    "WAITABLE_WORKER_NAME": name, "WAITABLE_POLL_MS": "\(Self.poll)", "WAITABLE_LEASE_MS": "600000",
                ])
            }
            try await eventually("all listen") {
                let counts = try await stack.store.client.send(RedisCommand("PUBSUB", "NUMSUB", stack.store.keys.wake))
                return counts.array?.last?.integer == 3
            }
            try await eventually("all sleep") { try await stack.integer("ZCARD", stack.store.keys.sleepers) == 3 }
            // One that looks by its timer, then one that would be told.
            var due = try await start(stack, "timed", in: 2_000)
            let first = try await stack.store.client.send(RedisCommand("ZRANGE", stack.store.keys.sleepers, "0", "0"))
            workers[try #require(first.array?.first?.string)]?.signal(signal)
            try await eventually("it is done") { try await stack.closedCount() == 1 }
            #expect(try await stack.now() < due.adding(milliseconds: 5_000))
            due = try await start(stack, "told", in: 200)
            try await eventually("so is the next one") { try await stack.closedCount() == 2 }
            #expect(try await stack.now() < due.adding(milliseconds: 5_000))
            for worker in workers.values { worker.signal(SIGKILL) }
        }
    }

    @Test("No message and no score stops a worker or ingest, and what is due is done all the same")
    func oddNumbers() async throws {
        try await Stack.with(workers: 1) { stack in
            let client = stack.store.client
            for text in ["inf", "-inf", "nan", "1e300", "-1e300", "9223372036854775808", "", "soon", "0x", "\u{0}"] {
                for channel in [stack.store.keys.wake, stack.store.keys.wake("any")] {
                    _ = try await client.send(RedisCommand("PUBLISH", channel, text))
                }
            }
            for (score, member) in [("+inf", "never"), ("1e300", "hardly"), ("-1e300", "long"), ("-inf", "ever")] {
                _ = try await client.send(RedisCommand("ZADD", stack.store.keys.due, score, member))
                for path in [
                    "/items", "/overview", "/status", "/status?limit=1", "/items?dueFrom=2026-01-01T00:00:00Z",
                ] {
                    #expect(try await stack.get(path).status == 200, "\(path) with \(score)")
                }
                #expect(
                    try await stack.call("ListExecutions", ["stateMachineArn": .string(Self.machine)]).status == 200
                )
            }
            _ = try await client.send(RedisCommand("PUBLISH", stack.store.keys.wake, "0"))
            try await stack.startItems(1, at: stack.now().adding(milliseconds: 300))
            try await eventually("it is done, with the two that were due for ever") {
                try await stack.closedCount() == 3
            }
            let overview = try await stack.get("/overview").json.objectValue
            #expect(overview?["waiting"] == .integer(2) && overview?["paused"] == .integer(0))
            #expect(overview?["due"] == .integer(0))
        }
    }

    private static let machine = "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction"
}
