import Foundation
import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableRedis

/// What an item of the waitable pattern costs, in commands, bytes and round trips: counts, so that they hold on any
/// machine. Times are the benchmark's.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct CostTests {
    private static let items = 2_000
    private static let batch = 500
    /// With an id of 36 characters.
    private static let prefix = "0123456789-0123456789-0123456789"

    @Test("An item costs one command for its hash; all else is done once a batch")
    func commands() async throws {
        try await Stack.with { stack in
            let batches = Self.items / Self.batch
            let due = try await stack.now().adding(milliseconds: 8_000)
            var before = try await calls(stack)
            try await stack.startItems(Self.items, at: due, prefix: Self.prefix)
            let start = try await calls(stack).subtracting(before)
            // And one a batch for the documents.
            #expect(start["hset"] == Self.items + batches)
            // Ingest asks now and then whether Redis is ready: two commands in one call.
            let questions = start["fcall", default: 0] - batches
            #expect((0...5).contains(questions))
            // HMGETs of what may be there, 128 each, and EXISTS of items and the revision, ZADD, the head of `due`, `closed`, the clock,
            // pauses.
            let others = start.filter { !["hset", "fcall", "info"].contains($0.key) }.values.reduce(0, +)
            // And what ingest does by the clock, however many items there are.
            #expect(others <= 14 * batches + 10, "\(start)")

            let worker = try stack.worker(["WAITABLE_POLL_MS": "60000"])
            try await eventually("the worker has claimed") { try await calls(stack)["fcall", default: 0] > batches + 1 }
            before = try await calls(stack)
            try await eventually("all are closed") { try await stack.closedCount() == Self.items }
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
            let drain = try await calls(stack).subtracting(before)
            #expect(drain["hset", default: 0] <= Self.items + 2 * batches + 20)
            #expect(drain["rpush"] == nil)
            // A claim and a commit a batch, and what a worker does once: more batches than full ones may be needed.
            #expect(drain["fcall", default: 0] <= 4 * batches + 20, "\(drain)")
            #expect(drain["set"] == nil && drain["get", default: 0] <= 10, "\(drain)")
        }
    }

    @Test("A waiting item is a key, and entries of `due` and `executions`; its document and a closed one's stay small")
    func bytes() async throws {
        try await Stack.with { stack in
            let before = try await stack.integer("DBSIZE")
            let due = try await stack.now().adding(milliseconds: 3_000)
            try await stack.startItems(100, at: due, prefix: Self.prefix)
            // And `due` and `executions` themselves.
            #expect(try await stack.integer("DBSIZE") == before + 100 + 2)
            let key = ExecutionKey(machine: "waitable-stepfunction", name: Self.prefix + "-42")
            // With its header, 48 bytes of memory: one more would be 64.
            let waiting = try await stack.integer("HSTRLEN", stack.store.keys.executions, key.member)
            #expect(waiting <= 44)
            let worker = try stack.worker()
            try await eventually("all are closed") { try await stack.closedCount() == 100 }
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
            let closed = try await stack.integer("HSTRLEN", stack.store.keys.executions, key.member)
            #expect(closed <= 75)
            let histories = try await stack.store.client.send(RedisCommand("KEYS", "*:history:*"))
            #expect(histories == .array([]))
        }
    }

    @Test("Members of machines that are not deployed cost a batch one look, however many machines they name")
    func undeployedMachines() async throws {
        try await Stack.with { stack in
            var command = RedisCommand("ZADD", stack.store.keys.due)
            for number in 0..<3_000 {
                command.append("0")
                command.append("machine-\(number):1")
            }
            _ = try await stack.store.client.send(command)
            let before = try await calls(stack)
            let worker = try stack.worker()
            try await eventually("all are put off") {
                try await stack.integer("HLEN", stack.store.keys.redelivered) == 3_000
            }
            let looks = try await calls(stack).subtracting(before)
            #expect(looks["hget", default: 0] < 300, "\(looks)")
            worker.signal(SIGTERM)
        }
    }

    /// How often each command was called, those within functions included.
    private func calls(_ stack: Stack) async throws -> [String: Int] {
        let text = try await stack.store.client.send(RedisCommand("INFO", "commandstats")).string ?? ""
        var calls: [String: Int] = [:]
        for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("cmdstat_") {
            guard let colon = line.firstIndex(of: ":"), let start = line.firstRange(of: "calls=") else { continue }
            let name = String(line[..<colon].dropFirst("cmdstat_".count))
            calls[name] = Int(line[start.upperBound...].prefix(while: \.isNumber))
        }
        return calls
    }
}

extension [String: Int] {
    /// What came to these counts since others; none where nothing did.
    fileprivate func subtracting(_ others: [String: Int]) -> [String: Int] {
        var counts: [String: Int] = [:]
        for (name, count) in self where count > others[name, default: 0] {
            counts[name] = count - others[name, default: 0]
        }
        return counts
    }
}
