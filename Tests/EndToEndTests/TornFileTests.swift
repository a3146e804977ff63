import Foundation
import RedisTestServer
import StatesLanguage
import Testing

/// A crash of Redis's machine leaves an append-only file that ends in the middle of a write: docs/operations.md says what to do.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct TornFileTests {
    @Test(
        "Redis comes back with whole transitions, the doctor finds nothing, and what ran runs on",
        arguments: [(1, true), (333, true), (2_000, true), (333, false)]
    )
    func torn(bytes: Int, loadsTruncated: Bool) async throws {
        try await Stack.with(persistence: .appendOnly) { stack in
            try await stack.startItems(1_000, at: stack.now().adding(milliseconds: 1_500))
            let worker = try stack.worker(["WAITABLE_BATCH": "10"])
            try await eventually("some are done") { try await stack.closedCount() > 100 }
            worker.signal(SIGKILL)
            _ = try await worker.end()
            stack.redis.kill()
            let folder = stack.redis.folder.appending(path: "appendonlydir")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            let file = folder.appending(path: try #require(names.first { $0.hasSuffix(".incr.aof") }))
            let handle = try FileHandle(forUpdating: file)
            let size = try handle.seekToEnd()
            try handle.truncate(atOffset: size - UInt64(bytes))
            try handle.close()
            if !loadsTruncated {
                let options = ["--aof-load-truncated", "no"]
                #expect(throws: RedisTestServerError.self) { try stack.redis.start(with: options) }
                let manifest = folder.appending(path: "appendonly.aof.manifest").path
                let output = try await ConsoleSession.shell(
                    "yes | redis-check-aof --fix '\(manifest)'",
                    environment: [:]
                )
                #expect(output.contains("Successfully truncated AOF"), "\(output)")
                try stack.redis.start(with: options)
            } else {
                try stack.redis.start()
                // Redis may have left the beginning of a transaction in the file.
                let client = "redis-cli -p \(stack.redis.port)"
                let answer = try await ConsoleSession.shell("\(client) BGREWRITEAOF", environment: [:])
                #expect(answer.hasPrefix("Background append only file rewriting"), "\(answer)")
                try await eventually("the file is rewritten") {
                    let state = try await ConsoleSession.shell("\(client) INFO persistence", environment: [:])
                    return state.contains("aof_rewrite_in_progress:0") && state.contains("aof_rewrite_scheduled:0")
                }
            }
            try await eventually("ingest is ready") { try await stack.get("/readyz").status == 200 }
            try await expectNoFindings(stack)
            let other = try stack.worker()
            try await eventually("all are closed") { try await stack.closedCount() == 1_000 }
            try await stack.expectAllCompletedOnce(1_000)
            other.signal(SIGTERM)
            #expect(try await other.end() == 0)
            stack.redis.stop()
            try stack.redis.start()
            try await eventually("ingest is ready again") { try await stack.get("/readyz").status == 200 }
            try await expectNoFindings(stack)
            try await stack.expectAllCompletedOnce(1_000)
        }
    }

    private func expectNoFindings(_ stack: Stack) async throws {
        let doctor = try Program(["doctor", "--json"], environment: stack.environment)
        #expect(try await doctor.end() == 0, "\(doctor.output)")
    }
}
