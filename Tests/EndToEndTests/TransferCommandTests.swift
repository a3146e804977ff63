import Foundation
import Logging
import RedisClient
import RedisTestServer
import StatesLanguage
import Testing
import WaitableRedis

/// `waitable export` and `waitable import`: items that wait move to another server.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct TransferCommandTests {
    private static let count = 4_000

    /// Runs something with the partitions of a namespace on another server.
    private func with(
        _ redis: RedisTestServer,
        _ namespace: String,
        _ body: (Partitions) async throws -> Void
    ) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let client = RedisClient(try RedisConfiguration(url: redis.url), logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            defer { group.cancelAll() }
            try await body(Partitions(namespace: namespace, count: Stack.partitions) { _ in client })
        }
    }

    @Test(
        "4,000 items that wait are exported, imported into another server and namespace, and complete once, not early"
    )
    func moves() async throws {
        let other = try RedisTestServer()
        defer { other.kill() }
        let file = FileManager.default.temporaryDirectory.appending(path: "waitable-export-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try await Stack.with { stack in
            let due = try await stack.now().adding(milliseconds: 20_000)
            try await stack.startItems(Self.count, at: due)
            let worker = try stack.worker()
            try await eventually("it is at work") { try await stack.store.workerNames().count == 1 }
            let words = ["export", "--file", file.path]
            let refused = try Program(words, environment: stack.environment)
            #expect(try await refused.end() == 3, "\(refused.output)")
            #expect(refused.output.contains("must have no workers and no ingest while it is exported"))
            for process in [worker, stack.ingest] {
                process.signal(SIGTERM)
                #expect(try await process.end() == 0)
            }
            let export = try Program(words, environment: stack.environment)
            #expect(try await export.end() == 0, "\(export.output)")
            #expect(export.output.contains("exported 4000 executions, and "), "\(export.output)")
            #expect(try await stack.dueCount() == Self.count)

            let environment = stack.environment.merging(
                ["WAITABLE_REDIS_URL": other.url, "WAITABLE_NAMESPACE": "other"]
            ) { $1 }
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            let half = file.appendingPathExtension("half")
            defer { try? FileManager.default.removeItem(at: half) }
            try Data(lines.prefix(5_000).joined(separator: "\n").utf8).write(to: half)
            for (words, code, output) in [
                (["--file", half.path], 65, "line 5001: must be there: the export was cut, and is not whole"),
                (["--file", file.path], 3, "the namespace 'other' must be empty, but has other:{"),
                (["--file", file.path, "--overwrite"], 0, "imported 4000 executions, and "),
            ] as [([String], Int32, String)] {
                let program = try Program(["import"] + words, environment: environment)
                #expect(try await program.end() == code, "\(program.output)")
                #expect(program.output.contains(output), "\(program.output)")
            }
            try await with(other, "other") { partitions in
                let moved = Stack(
                    redis: other,
                    ingest: stack.ingest,
                    url: stack.url,
                    partitions: partitions
                )
                #expect(try await moved.dueCount() == Self.count)
                #expect(try await moved.now() < due, "this machine is too busy: the items were due before")
                let worker = try Program(["worker"], environment: environment)
                try await eventually("all are closed") { try await moved.closedCount() == Self.count }
                try await moved.expectAllCompletedOnce(Self.count)
                worker.signal(SIGTERM)
                #expect(try await worker.end() == 0)
            }
        }
    }
}
