import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RedisClient
import RedisTestServer
import StatesLanguage
import Testing
import Waitable
import WaitableOperations
import WaitableRedis

/// What a running stack does about a Redis that would lose or refuse starts, and about what closed long ago.
@Suite("Readiness and retention of a stack", .serialized, .timeLimit(.minutes(3)))
struct ReadinessAndRetentionTests {
    private func readiness(_ stack: Stack) async throws -> (status: UInt, code: JSON?, retryAfter: String?) {
        let answer = try await HTTPClient.shared.execute(.init(url: stack.url + "/readyz"), timeout: .seconds(30))
        let body = try JSON(parsing: Array(buffer: try await answer.body.collect(upTo: 65_536))).objectValue
        return (answer.status.code, body?["code"], answer.headers.first(name: "Retry-After"))
    }

    private func set(_ stack: Stack, _ name: String, _ value: String) async throws {
        _ = try await stack.store.client.send(RedisCommand("CONFIG", "SET", name, value))
    }

    @Test("/readyz is false where Redis may evict items or only reads, and true again after it")
    func readyz() async throws {
        try await Stack.with { stack in
            try await set(stack, "maxmemory-policy", "volatile-lru")
            try await eventually("it is unready") { try await readiness(stack).status == 503 }
            #expect(try await readiness(stack) == (503, "EvictionPolicy", "10"))
            try await set(stack, "maxmemory-policy", "noeviction")
            try await eventually("it is ready again") { try await readiness(stack).status == 200 }
            _ = try await stack.store.client.send(RedisCommand("REPLICAOF", "127.0.0.1", "1"))
            // The client also drops its connection, to look for the master: that is unready too.
            try await eventually("it is unready") {
                let answer = try await readiness(stack)
                return answer == (503, "RedisReadOnly", "10")
            }
            _ = try await stack.store.client.send(RedisCommand("REPLICAOF", "NO", "ONE"))
            try await eventually("it is ready again") { try await readiness(stack).status == 200 }
        }
    }

    @Test("starts are refused with 503 and the reason where Redis may evict items, in both APIs and by the command")
    func evictionRefusesStarts() async throws {
        let item = #"{"Id":"a","StartTimestamp":"2036-01-01T00:00:00Z"}"#
        let machine: JSONObject = [
            "stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction"
        ]
        let start = ["start", "--id", "a", "--at", "2036-01-01T00:00:00Z"]
        for isAllowed in [false, true] {
            let environment = ["WAITABLE_ALLOW_EVICTION": "\(isAllowed)"]
            try await Stack.with(environment: environment) { stack in
                try await set(stack, "maxmemory-policy", "allkeys-lru")
                if !isAllowed {
                    try await eventually("it is unready") { try await readiness(stack).status == 503 }
                }
                let answer = try await stack.post(item)
                let batch = try await stack.batch(item)
                let aws = try await stack.call("StartExecution", machine)
                let command = try Program(start, environment: stack.environment.merging(environment) { $1 })
                let code = try await command.end()
                if isAllowed {
                    #expect((answer.status, aws.status, code) == (200, 200, 0), "\(command.output)")
                    #expect(batch.allSatisfy { $0["code"] == nil })
                } else {
                    #expect((answer.status, aws.status, code) == (503, 503, 69), "\(command.output)")
                    #expect(answer.json.objectValue?["code"] == "EvictionPolicy")
                    #expect(answer.json.objectValue?["message"]?.stringValue?.contains("allkeys-lru") == true)
                    #expect(batch.map { $0["code"] } == ["EvictionPolicy"])
                    #expect(aws.json.objectValue?["__type"] == "ServiceUnavailable")
                    #expect(command.output.contains("maxmemory-policy is allkeys-lru"))
                    #expect(try await stack.dueCount() == 0)
                }
            }
        }
    }

    @Test(
        "above the high-water mark starts are refused with 503 and a time to try again, in both APIs, and Redis is asked once a second"
    )
    func highWater() async throws {
        try await Stack.with(environment: ["WAITABLE_MEMORY_HIGH_WATER": "30"]) { stack in
            let memory = try await stack.store.client.send(RedisCommand("INFO", "memory"))
            let used = try #require(RedisInfo(memory.string ?? "").countedMemory)
            // Well above the mark and well below the limit: what connections buffer comes and goes.
            try await set(stack, "maxmemory", "\(used * 2)")
            try await eventually("it is unready") { try await readiness(stack).status == 503 }
            #expect(try await readiness(stack) == (503, "MemoryHigh", "5"))
            let calls = try await stack.functionCalls()
            let start = ContinuousClock.now
            for number in 0..<200 {
                var request = HTTPClientRequest(url: stack.url + "/")
                request.method = .POST
                request.body = .bytes(
                    ByteBuffer(string: #"{"Id":"n-\#(number)","StartTimestamp":"2036-01-01T00:00:00Z"}"#)
                )
                let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
                #expect(answer.status.code == 503)
                #expect(answer.headers.first(name: "Retry-After") == "5")
                let body = try JSON(parsing: Array(buffer: try await answer.body.collect(upTo: 65_536))).objectValue
                #expect(body?["code"] == "OutOfMemory")
            }
            let seconds = Int((ContinuousClock.now - start).components.seconds) + 2
            #expect(try await stack.functionCalls() - calls <= seconds)
            let aws = try await stack.call(
                "StartExecution",
                ["stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction"]
            )
            #expect(aws.status == 503)
            #expect(aws.json.objectValue?["__type"] == "ServiceUnavailable")
            #expect(try await stack.dueCount() == 0)
            try await set(stack, "maxmemory", "0")
            try await eventually("starts are taken again") {
                try await stack.post(#"{"Id":"n-0","StartTimestamp":"2036-01-01T00:00:00Z"}"#).status == 200
            }
        }
    }

    @Test("workers remove what closed long ago, and leave what waits; items go when asked")
    func retention() async throws {
        try await Stack.with { stack in
            try await stack.startItems(50, at: stack.now().adding(milliseconds: 600_000), prefix: "waiting")
            let workers = try (0..<3).map { _ in
                try stack.worker([
                    "WAITABLE_RETENTION_AGE": "1s", "WAITABLE_RETENTION_INTERVAL_MS": "200",
                    "WAITABLE_RETENTION_ITEMS": "true",
                ])
            }
            for number in 0..<50 {
                let body = #"{"Id":"done-\#(number)","StartTimestamp":"2026-01-01T00:00:00Z"}"#
                #expect(try await stack.post(body).status == 200)
            }
            let done = (0..<50).map { ItemKey(table: "items", id: "done-\($0)") }
            try await eventually("all that closed have left") {
                guard try await stack.closedCount() == 0 else { return false }
                return try await stack.store.items(done).allSatisfy { $0 == nil }
            }
            #expect(try await stack.dueCount() == 50)
            let waiting = (0..<50).map { ItemKey(table: "items", id: "waiting-\($0)") }
            #expect(try await stack.store.items(waiting).allSatisfy { $0 != nil })
            let keys = try await stack.store.client.send(RedisCommand("KEYS", stack.store.keys.prefix + ":*:*done-*"))
            #expect(keys == .array([]))
            for worker in workers {
                worker.signal(SIGTERM)
                #expect(try await worker.end() == 0)
            }
        }
    }
}

extension Stack {
    /// How many function calls this Redis has had.
    fileprivate func functionCalls() async throws -> Int {
        let text = try await store.client.send(RedisCommand("INFO", "commandstats")).string ?? ""
        let calls = RedisInfo(text)["cmdstat_fcall"]?.firstMatch(of: /calls=(\d+)/)
        return calls.flatMap { Int($0.1) } ?? 0
    }
}
