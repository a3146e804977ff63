import Foundation
import RedisClient
import RedisTestServer
import StatesLanguage
import Testing
import Waitable
import WaitableOperations
import WaitableRedis

/// What must not lose an item: killed, stopped and paused workers, and a Redis that restarts.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct FaultTests {
    @Test("10,000 items of one second, three workers, one killed in the middle: all once")
    func killedWorker() async throws {
        try await Stack.with { stack in
            try await stack.startItems(10_000, at: stack.now().adding(milliseconds: 8_000))
            let workers = try (0..<3).map { _ in try stack.worker(["WAITABLE_BATCH": "100"]) }
            try await eventually("some are done") { try await stack.closedCount() > 500 }
            workers[0].signal(SIGKILL)
            #expect(try await workers[0].end() == SIGKILL)
            try await eventually("all are closed") { try await stack.closedCount() == 10_000 }
            try await stack.expectAllCompletedOnce(10_000)
            for worker in workers.dropFirst() {
                worker.signal(SIGTERM)
                #expect(try await worker.end() == 0)
            }
        }
    }

    @Test("A worker that is told to stop gives back what it holds: nothing is delivered again")
    func stoppedWorker() async throws {
        try await Stack.with { stack in
            try await stack.startItems(5_000, at: stack.now().adding(milliseconds: 6_000))
            // A lease beyond the test's time: what was not given back would be missing at the end.
            let environment = ["WAITABLE_BATCH": "100", "WAITABLE_LEASE_MS": "600000"]
            let first = try stack.worker(environment)
            try await eventually("it works") {
                guard first.output.contains("worker started") else { return false }
                return try await stack.closedCount() > 200
            }
            first.signal(SIGTERM)
            #expect(try await first.end() == 0)
            let second = try stack.worker(environment)
            try await eventually("all are closed") { try await stack.closedCount() == 5_000 }
            try await stack.expectAllCompletedOnce(5_000)
            #expect(try await stack.keys("*:redelivered") == [])
            second.signal(SIGTERM)
            #expect(try await second.end() == 0)
        }
    }

    @Test("Redis restarts while items wait and while workers run: nothing is lost")
    func redisRestart() async throws {
        try await Stack.with(persistence: .appendOnly) { stack in
            let workers = [try stack.worker(), try stack.worker()]
            try await stack.startItems(2_000, at: stack.now().adding(milliseconds: 6_000))
            stack.redis.stop()
            try stack.redis.start()
            try await eventually("some are done") { try await stack.closedCount() > 100 }
            stack.redis.stop()
            try stack.redis.start()
            try await eventually("all are closed") { try await stack.closedCount() == 2_000 }
            try await stack.expectAllCompletedOnce(2_000)
            for worker in workers {
                #expect(worker.process.isRunning)
                worker.signal(SIGTERM)
                #expect(try await worker.end() == 0)
            }
            #expect(try await stack.post(#"{"StartTimestamp":"2026-01-01T00:00:00Z"}"#).status == 200)
        }
    }

    @Test("A worker paused past its lease is refused when it commits, and the refusal is counted")
    func pausedWorker() async throws {
        try await Stack.with { stack in
            try await stack.startItems(5_000, at: stack.now().adding(milliseconds: 6_000))
            let paused = try stack.worker(["WAITABLE_BATCH": "1000", "WAITABLE_LEASE_MS": "1000"])
            // Paused while it holds a batch that is not committed: some members then have a lease for a score.
            try await eventually("it is paused with a lease") {
                guard try await stack.closedCount() > 0 else { return false }
                paused.signal(SIGSTOP)
                let head = try await stack.leasedCount()
                if head > 0 { return true }
                paused.signal(SIGCONT)
                return false
            }
            let other = try stack.worker(["WAITABLE_BATCH": "1000"])
            try await eventually("the other one does all") { try await stack.closedCount() == 5_000 }
            paused.signal(SIGCONT)
            try await eventually("the late commit is refused") { try await stack.refusedCount() > 0 }
            try await eventually("the refusal is logged") { paused.output.contains("commit refused") }
            try await stack.expectAllCompletedOnce(5_000)
            for worker in [paused, other] {
                worker.signal(SIGTERM)
                #expect(try await worker.end() == 0)
            }
        }
    }

    @Test("A worker ends within its bound though Redis does not answer")
    func boundedShutdown() async throws {
        try await Stack.with { stack in
            try await stack.startItems(5_000, at: stack.now().adding(milliseconds: 6_000))
            let worker = try stack.worker(["WAITABLE_LEASE_MS": "600000", "WAITABLE_BATCH": "50"])
            try await eventually("it works") {
                guard worker.output.contains("worker started") else { return false }
                return try await stack.closedCount() > 0
            }
            // In the middle of its work: a claim or a commit is under way.
            stack.redis.pause()
            let told = ContinuousClock.now
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
            #expect(told.duration(to: .now) < .seconds(10))
            Self.expectNoErrors(worker)
            stack.redis.resume()
        }
    }

    @Test("Ingest ends within its bound though Redis does not answer, with requests under way")
    func boundedIngestShutdown() async throws {
        try await Stack.with { stack in
            let port = try RedisTestServer.freePort()
            let url = "http://127.0.0.1:\(port)"
            let ingest = try Program(
                ["ingest"],
                environment: stack.environment.merging(["WAITABLE_PORT": "\(port)"]) { $1 }
            )
            let other = Stack(redis: stack.redis, ingest: ingest, url: url, partitions: stack.partitions)
            try await eventually("it is ready") { try await other.get("/readyz").status == 200 }
            stack.redis.pause()
            let start = #"{"StartTimestamp":"2036-01-01T00:00:00Z"}"#
            let time = try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<5 {
                    group.addTask { _ = try? await other.get("/status") }
                    group.addTask { _ = try? await other.post(start) }
                    group.addTask { _ = try? await other.call("ListActivities", [:]) }
                }
                // It answers what needs no Redis: the others are on their way.
                #expect(try await other.get("/healthz").status == 200)
                let told = ContinuousClock.now
                ingest.signal(SIGTERM)
                let code = try await ingest.end()
                #expect(code == 0)
                group.cancelAll()
                return told.duration(to: .now)
            }
            #expect(time < .seconds(10))
            Self.expectNoErrors(ingest)
            stack.redis.resume()
        }
    }

    @Test("Ingest and workers that never reach Redis end at once when they are told to, and without an error")
    func shutdownWithoutRedis() async throws {
        let redis = "redis://127.0.0.1:\(try RedisTestServer.freePort())"
        for process in ["ingest", "worker"] {
            let program = try Program(
                [process],
                environment: ["WAITABLE_REDIS_URL": redis, "WAITABLE_PORT": "0", "WAITABLE_METRICS_PORT": "0"]
            )
            try await eventually("it listens and looks for Redis") {
                program.output.contains("\(process) listens") && program.output.contains("no connection to Redis")
            }
            program.signal(SIGTERM)
            #expect(try await program.end() == 0, "\(program.output)")
            Self.expectNoErrors(program)
        }
    }

    /// Checks that a process which was told to end has not called that an error.
    private static func expectNoErrors(_ program: Program) {
        let errors = program.output.split(separator: "\n").filter { line in
            line.contains("CancellationError") || line.split(separator: " ").dropFirst().first == "error"
        }
        #expect(errors.isEmpty)
    }

    @Test("An execution on which leases run out again and again is failed as poison, with that cause")
    func poison() async throws {
        try await Stack.with { stack in
            try await stack.startItems(1, at: stack.now().adding(milliseconds: 600_000))
            let member = "waitable-stepfunction:item-0"
            let store = stack.store(of: "item-0")
            // As after seven workers that died with it.
            _ = try await stack.integer("HSET", store.keys.redelivered, member, "6")
            let lease = "1700000000000.0005"
            _ = try await stack.integer("ZADD", store.keys.leases, lease, lease)
            _ = try await stack.integer("ZADD", store.keys.due, lease, member)
            let worker = try stack.worker()
            try await eventually("it is closed") { try await stack.closedCount() == 1 }
            let key = ExecutionKey(machine: "waitable-stepfunction", name: "item-0")
            let execution = try #require(try await store.execution(key))
            #expect(execution.status == .failed)
            #expect(execution.failure?.error == "Waitable.Poisoned")
            #expect(execution.failure?.cause?.contains("ran out 7 times") == true)
            worker.signal(SIGTERM)
        }
    }

    @Test("Items that were put in by hand, and whose worker died, run when their lease is over")
    func bareMembersOfADeadWorker() async throws {
        try await Stack.with { stack in
            let lease = "1700000000000.0005"
            for number in 0..<20 {
                let store = stack.store(of: "hand-\(number)")
                _ = try await stack.integer("ZADD", store.keys.leases, lease, lease)
                let item = store.keys.item(ItemKey(table: "items", id: "hand-\(number)"))
                let fields = [
                    "Id", "hand-\(number)", "StartActionAt", "2026-01-01T00:00:00Z", "ProcessStatus", "STARTED",
                ]
                var command = RedisCommand("HSET", item)
                for field in fields { command.append(field) }
                _ = try await store.client.send(command)
                _ = try await stack.integer("ZADD", store.keys.due, lease, "hand-\(number)")
            }
            let worker = try stack.worker()
            try await eventually("they are closed") { try await stack.closedCount() == 20 }
            for number in 0..<20 {
                let key = ExecutionKey(machine: "waitable-stepfunction", name: "hand-\(number)")
                #expect(try await stack.store(of: key.name).execution(key)?.status == .succeeded)
            }
            // Put in again, an Id that has run is told apart, and does not come again and again.
            _ = try await stack.integer("ZADD", stack.store(of: "hand-0").keys.due, "0", "hand-0")
            try await eventually("it is given up") { try await stack.closedCount() == 21 }
            #expect(worker.output.contains("member given up"))
            #expect(worker.output.contains("there is an execution 'waitable-stepfunction:hand-0' already"))
            #expect(try await stack.dueCount() == 0)
            let key = ExecutionKey(machine: "waitable-stepfunction", name: "hand-0")
            #expect(try await stack.store(of: "hand-0").execution(key)?.status == .succeeded)
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    @Test("A full Redis refuses starts with 503, whole, and still drains")
    func fullRedis() async throws {
        try await Stack.with(options: ["--maxmemory-policy", "noeviction"]) { stack in
            try await stack.startItems(100, at: stack.now().adding(milliseconds: 1_000))
            _ = try await stack.store.client.send(RedisCommand("CONFIG", "SET", "maxmemory", "1mb"))
            let answer = try await stack.post(#"{"Id":"one-more","StartTimestamp":"2026-01-01T00:00:00Z"}"#)
            #expect(answer.status == 503)
            #expect(answer.json.objectValue?["code"] == "OutOfMemory")
            #expect(try await stack.get("/status/one-more").status == 404)
            let worker = try stack.worker()
            try await eventually("what was accepted is done") { try await stack.closedCount() == 100 }
            try await stack.expectAllCompletedOnce(100)
            worker.signal(SIGTERM)
        }
    }

    @Test("In a full Redis what runs brings no new data, what is there ends, and the rest goes on when there is room")
    func fullRedisGrowth() async throws {
        try await Stack.with(options: ["--maxmemory-policy", "noeviction"]) { stack in
            _ = try await stack.create(
                "publishing",
                #"{"StartAt":"S","States":{"S":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Parameters":"#
                    + #"{"QueueUrl":"https://sqs.local/1/jobs","MessageBody":"x"},"End":true}}}"#
            )
            try await stack.startItems(100, at: stack.now().adding(milliseconds: 1_000))
            let names = (0..<5).map { "e-\($0)" }
            for name in names {
                let item = #"{"Id":"\#(name)","StartTimestamp":"2036-01-01T00:00:00Z"}"#
                _ = try await stack.store(of: name).startByHand(item, machine: "publishing")
            }
            _ = try await stack.store.client.send(RedisCommand("CONFIG", "SET", "maxmemory", "1mb"))
            let worker = try stack.worker(["WAITABLE_LEASE_MS": "500", "WAITABLE_POISON_LIMIT": "1"])
            try await eventually("what was accepted is done") { try await stack.closedCount() == 100 }
            // More than the leases that make poison.
            let end = ContinuousClock.now + .seconds(5)
            while ContinuousClock.now < end {
                #expect(try await stack.keys("*:stream:*") == [])
                #expect(try await stack.keys("*:redelivered") == [])
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(try await stack.dueCount() == names.count)
            _ = try await stack.store.client.send(RedisCommand("CONFIG", "SET", "maxmemory", "0"))
            try await eventually("they have ended") { try await stack.closedCount() == 100 + names.count }
            try await stack.settle()
            #expect(try await stack.integer("XLEN", stack.store(of: "jobs").keys.stream("jobs")) == names.count)
            worker.signal(SIGTERM)
        }
    }

    @Test("Members that are no items hold up those behind them by a few of them alone")
    func manyBareMembers() async throws {
        try await Stack.with { stack in
            try await stack.startItems(1, at: stack.now().adding(milliseconds: 1_000))
            let store = stack.store(of: "item-0")
            for start in stride(from: 0, to: 3_000, by: 1_000) {
                var command = RedisCommand("ZADD", store.keys.due)
                for number in start..<start + 1_000 {
                    command.append("0")
                    command.append("bare-\(number)")
                }
                _ = try await store.client.send(command)
            }
            let due = try await stack.now().adding(milliseconds: 1_000)
            try await eventually("the item is due") { try await stack.now() > due }
            let worker = try stack.worker()
            let item = "waitable-stepfunction:item-0"
            try await eventually("the item is done") {
                try await stack.integer("ZRANK", store.keys.closed, item) >= 0
            }
            #expect(try await stack.integer("ZRANK", store.keys.closed, item) < 1_500)
            try await eventually("all are closed") { try await stack.closedCount() == 3_001 }
            worker.signal(SIGTERM)
        }
    }

    @Test("Executions that take long hold up those due at the same instant by a few of them alone")
    func slowMachine() async throws {
        try await Stack.with { stack in
            // Its name comes before the item's: at one instant, so do its executions.
            let machine = try await stack.create(
                "heavy",
                #"{"QueryLanguage":"JSONata","StartAt":"W","States":{"W":{"Type":"Wait","Timestamp":"{% $states.input.t %}","#
                    + #""Next":"C"},"C":{"Type":"Pass","Output":"{% $count($map([1..20000],function($i){$i*2})) %}","End":true}}}"#
            )
            let due = try await stack.now().adding(milliseconds: 1_500)
            for _ in 0..<30 { _ = try await stack.start(machine, #"{"t":"\#(due.iso8601)"}"#) }
            try await stack.startItems(1, at: due)
            try await eventually("all are due") { try await stack.now() > due }
            let worker = try stack.worker()
            try await eventually("all are closed") { try await stack.closedCount() == 31 }
            #expect(try await stack.integer("ZRANK", stack.store.keys.closed, "waitable-stepfunction:item-0") < 15)
            worker.signal(SIGTERM)
        }
    }
}

extension Stack {
    /// How many members of the due set are held under a lease.
    func leasedCount() async throws -> Int {
        var sum = 0
        for store in partitions.stores {
            let reply = try await store.client.send(RedisCommand("ZRANGE", store.keys.due, "0", "-1", "WITHSCORES"))
            let words = reply.array ?? []
            sum += stride(from: 1, to: words.count, by: 2).count { words[$0].string?.contains(".") ?? false }
        }
        return sum
    }
}
