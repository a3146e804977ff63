import Foundation
import RedisClient
import RedisTestServer
import StatesLanguage
import Testing
import Waitable
import WaitableRedis

/// A namespace of several partitions on one server, as its processes see it.
@Suite("Partitions", .serialized, .timeLimit(.minutes(3)))
struct PartitionTests {
    private static let machine = "waitable-stepfunction"

    @Test("A worker that is killed or hangs delays no more than what it holds", arguments: [SIGKILL, SIGSTOP])
    func lostWorker(signal: Int32) async throws {
        try await Stack.with(partitions: 8) { stack in
            // They sleep a minute at the least, where nothing wakes them.
            let settings = ["WAITABLE_POLL_MS": "60000", "WAITABLE_LEASE_MS": "1000"]
            let workers = try (0..<3).map { number in
                try stack.worker(settings.merging(["WAITABLE_WORKER_NAME": "w\(number)"]) { $1 })
            }
            try await eventually("two sleep at each partition") {
                try await stack.partitions.stores.asyncAllSatisfy { store in
                    try await stack.integer("ZCARD", store.keys.sleepers) >= 2
                }
            }
            let due = try await stack.now().adding(milliseconds: 3_000)
            try await stack.startItems(400, at: due)
            for partition in stack.partitions.stores {
                #expect(try await stack.integer("ZCARD", partition.keys.due) > 0)
            }
            workers[0].signal(signal)
            try await eventually("all are closed") { try await stack.closedCount() == 400 }
            // Far below the 45 seconds that a sleep lasts at the least.
            #expect(try await stack.now() < due.adding(milliseconds: 15_000))
            try await stack.expectAllCompletedOnce(400)
            if signal == SIGSTOP { workers[0].signal(SIGKILL) }
            for worker in workers.dropFirst() {
                worker.signal(SIGTERM)
                #expect(try await worker.end() == 0)
            }
        }
    }

    @Test("When both watchers of a partition are gone, a third takes it over")
    func bothLost() async throws {
        try await Stack.with(partitions: 8) { stack in
            let first = try (0..<2).map { try stack.worker(["WAITABLE_WORKER_NAME": "old\($0)"]) }
            try await eventually("both report") { try await stack.integer("ZCARD", stack.store.keys.workers) == 2 }
            for worker in first {
                worker.signal(SIGTERM)
                #expect(try await worker.end() == 0)
            }
            let worker = try stack.worker(["WAITABLE_WORKER_NAME": "new"])
            let due = try await stack.now().adding(milliseconds: 1_000)
            try await stack.startItems(100, at: due)
            try await eventually("all are closed") { try await stack.closedCount() == 100 }
            try await stack.expectAllCompletedOnce(100)
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    @Test("Another number of partitions ends every process and command with both numbers, and changes nothing")
    func wrongNumber() async throws {
        try await Stack.with(partitions: 8) { stack in
            let message =
                "WAITABLE_PARTITIONS (--partitions): must be '8', which the namespace 'waitable' has had since its first use: "
                + "'4'"
            let before = try await stack.integer("DBSIZE")
            for command in [["ingest"], ["worker"], ["list"]] {
                let program = try Program(
                    command,
                    environment: [
                        "WAITABLE_REDIS_URL": stack.redis.url, "WAITABLE_PARTITIONS": "4", "WAITABLE_PORT": "0",
                    ]
                )
                #expect(try await program.end() == 78, "\(command)")
                #expect(program.output.contains(message), "\(program.output)")
            }
            for (number, rule) in [("0", "must be a whole number from 1 to 1024"), ("1025", "1024"), ("x", "1024")] {
                let environment = ["WAITABLE_REDIS_URL": stack.redis.url, "WAITABLE_PARTITIONS": number]
                let program = try Program(["worker"], environment: environment)
                #expect(try await program.end() == 78)
                #expect(program.output.contains("WAITABLE_PARTITIONS (--partitions): "), "\(program.output)")
                #expect(program.output.contains(rule) && program.output.contains(": '\(number)'"), "\(program.output)")
            }
            #expect(try await stack.integer("DBSIZE") == before)
        }
    }

    @Test("A command that is not told the number finds it, and reaches items in all partitions")
    func commands() async throws {
        try await Stack.with(partitions: 8) { stack in
            let environment = ["WAITABLE_REDIS_URL": stack.redis.url]
            for number in 0..<20 {
                let program = try Program(
                    ["start", "--id", "item-\(number)", "--at", "2036-01-01T00:00:00Z"],
                    environment: environment
                )
                #expect(try await program.end() == 0, "\(program.output)")
            }
            for number in 0..<20 {
                let store = stack.partitions.store(of: "item-\(number)")
                let key = ExecutionKey(machine: Self.machine, name: "item-\(number)")
                #expect(try await store.execution(key) != nil)
                #expect(try await stack.get("/items/item-\(number)").status == 200)
            }
            let list = try Program(["list", "--json"], environment: environment)
            #expect(try await list.end() == 0)
            #expect((0..<20).allSatisfy { list.output.contains("\"item-\($0)\"") }, "\(list.output)")
            let listed = try await stack.get("/items?limit=7").json.objectValue
            #expect(listed?["items"]?.arrayValue?.count == 7)
            #expect(listed?["nextToken"] != nil)
            // Nobody has begun them.
            #expect(try await stack.get("/overview").json.objectValue?["due"] == .integer(20))
        }
    }

    @Test("The doctor finds a partition whose registry is not the home's, and mends it")
    func doctor() async throws {
        try await Stack.with(persistence: .appendOnly, partitions: 8) { stack in
            let environment = ["WAITABLE_REDIS_URL": stack.redis.url]
            let worker = try stack.worker()
            try await eventually("it reports") { try await stack.integer("ZCARD", stack.store.keys.workers) == 1 }
            func doctor(_ arguments: String...) async throws -> (Int32, JSONObject) {
                let program = try Program(["doctor", "--json"] + arguments, environment: environment)
                let code = try await program.end()
                return (code, try #require(try JSON(parsing: program.output).objectValue, "\(program.output)"))
            }
            var (code, report) = try await doctor()
            #expect(code == 0, "\(report["findings"]?.text ?? "")")
            #expect(report["partitions"] == .integer(8))
            let third = stack.partitions.stores[3].keys
            _ = try await stack.integer("HDEL", third.machines, Self.machine)
            (code, report) = try await doctor()
            #expect(code == 1)
            let finding = report["findings"]?.arrayValue?.first?.objectValue
            #expect(finding?["code"] == "registry-differs")
            #expect(finding?["place"] == .string("\(third.machines) \(Self.machine)"))
            (code, report) = try await doctor("--repair")
            #expect(code == 0, "\(report["findings"]?.text ?? "")")
            (code, report) = try await doctor()
            #expect(code == 0)
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }
}

extension Sequence where Self: Sendable, Element: Sendable {
    fileprivate func asyncAllSatisfy(_ isTrue: (Element) async throws -> Bool) async rethrows -> Bool {
        for element in self where try await !isTrue(element) { return false }
        return true
    }
}
