import Foundation
import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableOperations
import WaitableRedis

@Suite("Where Redis's memory is scarce", .timeLimit(.minutes(2)))
struct ScarceMemoryTests {
    private static let machine = "arn:aws:states:us-east-1:000000000000:stateMachine:breeding"

    @Test("documents that grow by less than 64 KiB do not fill Redis together; what ends goes on, and so do they later")
    func growingDocuments() async throws {
        try await Stack.with(options: ["--maxmemory-policy", "noeviction"]) { stack in
            let text = String(repeating: "x", count: 20_000)
            _ = try await stack.create(
                "growing",
                #"{"StartAt":"P","States":{"P":{"Type":"Pass","Result":"\#(text)","Next":"W"},"#
                    + #""W":{"Type":"Wait","Timestamp":"2036-01-01T00:00:00Z","End":true}}}"#
            )
            try await stack.startItems(100, at: stack.now().adding(milliseconds: 1_000))
            _ = try await stack.store.startByHand(
                (0..<600).map { (#"{"Id":"g-\#($0)","StartTimestamp":"2036-01-01T00:00:00Z"}"#, "growing") }
            )
            let before = try await stack.store.memory().used
            let limit = before + 1_000_000
            _ = try await stack.store.client.send(RedisCommand("CONFIG", "SET", "maxmemory", "\(limit)"))
            let worker = try stack.worker(["WAITABLE_BATCH": "10", "WAITABLE_MEMORY_HIGH_WATER": "100"])
            try await eventually("some find no room") { worker.output.contains("no room in Redis") }
            try await eventually("what ends has ended") { try await stack.areCompleted(100) }
            // What is under way at once, and what connections buffer.
            try await stack.holds(for: .seconds(3)) { $0.used < limit + 2_000_000 }
            _ = try await stack.store.client.send(RedisCommand("CONFIG", "SET", "maxmemory", "0"))
            try await eventually("all have grown") { try await stack.store.memory().used > before + 600 * 20_000 }
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    @Test("above the high-water mark no machine starts executions, and what runs ends; below it they go on")
    func machinesThatStart() async throws {
        try await Stack.with(options: ["--maxmemory-policy", "noeviction"]) { stack in
            let text = String(repeating: "x", count: 5_000)
            _ = try await stack.create(
                "breeding",
                #"{"StartAt":"B","States":{"B":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution","#
                    + #""Parameters":{"StateMachineArn":"\#(Self.machine)","Input":{"text":"\#(text)"}},"End":true}}}"#
            )
            try await stack.startItems(100, at: stack.now().adding(milliseconds: 1_000))
            _ = try await stack.store.startByHand(
                (0..<20).map { (#"{"Id":"b-\#($0)","StartTimestamp":"2036-01-01T00:00:00Z"}"#, "breeding") }
            )
            _ = try await stack.store.client.send(RedisCommand("SETRANGE", "something else", "30000000", "x"))
            let limit = try await stack.store.memory().used + 8_000_000
            _ = try await stack.store.client.send(RedisCommand("CONFIG", "SET", "maxmemory", "\(limit)"))
            let worker = try stack.worker(["WAITABLE_LEASE_MS": "500", "WAITABLE_POISON_LIMIT": "1"])
            try await eventually("the mark is reached") { worker.output.contains("must be below 90 % of maxmemory") }
            try await stack.holds(for: .seconds(3)) { $0.used < limit * 95 / 100 }
            try await eventually("what ends has ended") { try await stack.areCompleted(100) }
            // Nothing is held against those that wait.
            #expect(try await stack.integer("EXISTS", stack.store.keys.redelivered) == 0)
            let closed = try await stack.closedCount()
            _ = try await stack.store.client.send(RedisCommand("CONFIG", "SET", "maxmemory", "0"))
            try await eventually("they go on") { try await stack.closedCount() > closed + 100 }
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }
}

extension Stack {
    /// Whether so many items of ``startItems(_:at:prefix:)`` have the status of those that are done.
    fileprivate func areCompleted(_ count: Int) async throws -> Bool {
        try await store.items((0..<count).map { ItemKey(table: "items", id: "item-\($0)") }).allSatisfy { item in
            item?.contains(ItemField(name: "ProcessStatus", value: "COMPLETED")) ?? false
        }
    }

    /// Expects that for a while nothing else is so of Redis's memory.
    fileprivate func holds(for duration: Duration, _ condition: (RedisMemory) -> Bool) async throws {
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end {
            let memory = try await store.memory()
            #expect(condition(memory), "\(memory.used) of \(memory.limit) bytes")
            // Only a pace.
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
