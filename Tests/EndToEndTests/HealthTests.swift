import Foundation
import RedisClient
import RedisTestServer
import Testing
import WaitableOperations
import WaitableRedis

/// What a container's health check asks.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct HealthTests {
    private func health(_ arguments: [String], _ environment: [String: String]) async throws -> (Int32, String) {
        let program = try Program(["health"] + arguments, environment: environment)
        return (try await program.end(), program.output)
    }

    @Test("An ingest that answers is healthy, whatever Redis does; a port where none does is not")
    func ingest() async throws {
        try await Stack.with { stack in
            let port = try #require(stack.url.split(separator: ":").last.map(String.init))
            #expect(try await health(["ingest", "--port", port], [:]) == (0, ""))
            #expect(try await health(["ingest", "--host", "0.0.0.0", "--port", port], [:]) == (0, ""))
            stack.redis.stop()
            #expect(try await health(["ingest", "--port", port], [:]) == (0, ""))
            try stack.redis.start()
        }
        let port = try RedisTestServer.freePort()
        let message = "waitable: unhealthy: no ingest answers on 127.0.0.1, port \(port)\n"
        #expect(try await health(["ingest", "--port", "\(port)"], [:]) == (1, message))
    }

    @Test("A worker is healthy from its first claim until it stops, by its name or by its host")
    func worker() async throws {
        try await Stack.with { stack in
            let unnamed = (Int32(1), "waitable: unhealthy: no worker of this host is at work\n")
            let named = stack.environment.merging(["WAITABLE_WORKER_NAME": "night-shift"]) { $1 }
            #expect(try await health(["worker"], stack.environment) == unnamed)
            let first = try stack.worker(["WAITABLE_WORKER_NAME": "night-shift"])
            try await eventually("the named worker is healthy") { try await health(["worker"], named).0 == 0 }
            #expect(try await health(["worker"], stack.environment) == unnamed)
            let second = try stack.worker()
            try await eventually("the other is, too") { try await health(["worker"], stack.environment).0 == 0 }
            for worker in [first, second] {
                worker.signal(SIGTERM)
                #expect(try await worker.end() == 0)
            }
            #expect(try await health(["worker"], stack.environment) == unnamed)
            let message = "waitable: unhealthy: the worker 'night-shift' is not at work\n"
            #expect(try await health(["worker"], named) == (1, message))
        }
    }

    @Test("A worker whose claims are refused is not healthy, though it runs and reaches Redis")
    func refusedWorker() async throws {
        try await Stack.with { stack in
            let worker = try stack.worker(["WAITABLE_POLL_MS": "100"])
            try await eventually("it is healthy") { try await health(["worker"], stack.environment).0 == 0 }
            _ = try await stack.store.client.send(RedisCommand("SET", stack.store.keys.due, "not a sorted set"))
            try await eventually("it is not any more") { try await health(["worker"], stack.environment).0 == 1 }
            #expect(worker.process.isRunning)
            _ = try await stack.store.client.send(RedisCommand("DEL", stack.store.keys.due))
            try await eventually("it is again") { try await health(["worker"], stack.environment).0 == 0 }
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    @Test("Without Redis no worker is healthy, and that is said within the check's time")
    func withoutRedis() async throws {
        let port = try RedisTestServer.freePort()
        let answer = try await health(["worker"], ["WAITABLE_REDIS_URL": "redis://127.0.0.1:\(port)"])
        #expect(answer.0 == 1)
        let lines = answer.1.split(separator: "\n")
        #expect(lines.first?.contains("nothing listens on 127.0.0.1 port \(port)") == true, "\(answer.1)")
        #expect(lines.dropFirst() == ["waitable: unhealthy: no answer from Redis within 3 s"], "\(answer.1)")
    }
}
