import Foundation
import RedisClient
import RedisTestServer
import StatesLanguage
import Testing
import Waitable
import WaitableOperations
import WaitableRedis

/// `waitable doctor` as an operator runs it, on a stack that works.
@Suite("waitable doctor", .serialized, .timeLimit(.minutes(5)))
struct DoctorCommandTests {
    private func doctor(_ stack: Stack, _ arguments: String...) async throws -> (code: Int32, report: JSONObject) {
        let program = try Program(["doctor", "--json"] + arguments, environment: stack.environment)
        let code = try await program.end()
        let text = program.output
        return (code, try #require(try JSON(parsing: text).objectValue, "\(text)"))
    }

    private func total(_ report: JSONObject, _ code: String) -> Int64 {
        report["countsByCode"]?.objectValue?[code]?.integerValue ?? 0
    }

    @Test("again and again under load, with workers that die, it finds nothing: there is nothing")
    func quiet() async throws {
        try await Stack.with(persistence: .appendOnly) { stack in
            let workers = try (0..<2).map { _ in try stack.worker(["WAITABLE_BATCH": "100"]) }
            try await eventually("workers report themselves") {
                try await stack.integer("ZCARD", stack.store.keys.workers) == 2
            }
            let rounds = 6
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await churn(stack) }
                for round in 0..<rounds {
                    let (code, report) = try await doctor(stack)
                    #expect(code == 0, "\(report["findings"]?.text ?? "")")
                    #expect(report["counts"]?.objectValue?["open"] == .integer(0))
                    if round == 2 { workers[0].signal(SIGKILL) }
                }
                group.cancelAll()
            }
            #expect(try await stack.closedCount() > 0)
            workers[1].signal(SIGTERM)
            #expect(try await workers[1].end() == 0)
        }
    }

    /// Starts, stops, moves and redrives executions until it is cancelled.
    private func churn(_ stack: Stack) async throws {
        var round = 0
        while !Task.isCancelled {
            round += 1
            do {
                try await stack.startItems(300, at: stack.now().adding(milliseconds: 2_000), prefix: "load-\(round)")
                for number in 0..<30 {
                    let key = ExecutionKey(machine: "waitable-stepfunction", name: "load-\(round)-\(number)")
                    _ = try await stack.store.stop(key, failure: nil)
                    if number.isMultiple(of: 2) { _ = try await stack.store.redrive(key) }
                }
            } catch is CancellationError {
                return
            } catch  where Task.isCancelled {
                return
            }
        }
    }

    @Test(
        "what it mends runs again: an execution that was lost, one that was leased for ever, one that would run twice"
    )
    func repair() async throws {
        try await Stack.with(persistence: .appendOnly) { stack in
            try await stack.startItems(3, at: stack.now().adding(milliseconds: 600_000), prefix: "far")
            try await stack.startItems(2, at: stack.now().adding(milliseconds: 1), prefix: "near")
            let worker = try stack.worker()
            try await eventually("two are done") { try await stack.closedCount() == 2 }
            let keys = stack.store.keys
            let machine = "waitable-stepfunction"
            let due = try #require(
                try await stack.store.client.send(RedisCommand("ZSCORE", keys.due, "\(machine):far-0")).string
            )
            for words in [
                ["ZREM", keys.due, "\(machine):far-0"], ["ZADD", keys.due, "9999999999999.5", "\(machine):far-1"],
                ["ZADD", keys.closed, "5", "\(machine):far-2"], ["ZREM", keys.closed, "\(machine):near-0"],
                ["HSET", keys.redelivered, "\(machine):near-1", "2"],
            ] {
                var command = RedisCommand(name: words[0])
                for word in words.dropFirst() { command.append(word) }
                _ = try await stack.store.client.send(command)
            }
            let found = try await doctor(stack)
            #expect(found.code == 1)
            let codes = [
                "open-not-due", "lease-too-long", "open-in-closed", "closed-not-listed", "redelivered-not-due",
            ]
            for code in codes { #expect(total(found.report, code) == 1, "\(code)") }
            let mended = try await doctor(stack, "--repair")
            #expect(mended.code == 0, "\(mended.report)")
            #expect(mended.report["counts"]?.objectValue?["mended"] == .integer(5))
            // Due at once, and not early: the state that waits waits on.
            for name in ["far-0", "far-1"] {
                try await eventually("\(name) waits for its instant again") {
                    try await stack.store.client.send(RedisCommand("ZSCORE", keys.due, "\(machine):\(name)")).string
                        == due
                }
            }
            let again = try await doctor(stack, "--repair")
            #expect(again.code == 0)
            #expect(again.report["counts"]?.objectValue?["mended"] == .integer(0))
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    @Test(
        "for people it says what it looked at and what to do; a Redis that is away, and a bad limit, have their codes"
    )
    func output() async throws {
        try await Stack.with { stack in
            let server = try await stack.store.client.send(RedisCommand("INFO", "server")).string ?? ""
            let version = try #require(RedisInfo(server)["redis_version"])
            let text = try await Program.run("doctor", environment: stack.environment)
            #expect(text.0 == 1)
            for line in [
                "LOOKED AT", "redis        \(version), master", "functions    version \(FunctionLibrary.version)",
                "namespace    waitable, partitions 0", "warning: not-persistent", "CONFIG SET appendonly yes",
                "found: 1 warning, 1 info",
            ] {
                #expect(text.1.contains(line), "\(line)\n\(text.1)")
            }
            #expect(try await Program.run("doctor", "--limit", "0", environment: stack.environment).0 == 64)
        }
        let port = try RedisTestServer.freePort()
        let environment = ["WAITABLE_REDIS_URL": "redis://127.0.0.1:\(port)"]
        let away = try await Program.run("doctor", environment: environment)
        #expect(away.0 == 69)
    }
}
