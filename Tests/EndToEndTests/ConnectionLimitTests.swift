import Foundation
import RedisTestServer
import Testing
import WaitableRedis

/// What a process does whose files, or connections, are all taken.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ConnectionLimitTests {
    private static let half = "GET /healthz HTTP/1.1\r\nHost"

    /// Runs a test with an ingest whose open files are limited.
    private func withIngest(
        files: String,
        _ environment: [String: String] = [:],
        _ body: @Sendable (Stack, Int) async throws -> Void
    ) async throws {
        try await Stack.with { stack in
            let port = try RedisTestServer.freePort()
            let ingest = try Program(
                ["ingest"],
                environment: stack.environment.merging(["WAITABLE_PORT": "\(port)"]) { $1 }.merging(environment) { $1 },
                files: files
            )
            let other = Stack(
                redis: stack.redis,
                ingest: ingest,
                url: "http://127.0.0.1:\(port)",
                partitions: stack.partitions
            )
            try await eventually("it is ready") { try await other.get("/readyz").status == 200 }
            try await body(other, port)
            ingest.signal(SIGTERM)
            #expect(try await ingest.end() == 0)
        }
    }

    /// The soft and the hard limit of a process's open files.
    private func limits(of program: Program) throws -> [Substring] {
        let path = "/proc/\(program.process.processIdentifier)/limits"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("Max open files") })
        return Array(line.split(separator: " ").dropFirst(3).prefix(2))
    }

    @Test("Ingest and workers have as many files as they may have")
    func raised() async throws {
        try await withIngest(files: "-Sn 64") { stack, _ in
            let raised = try limits(of: stack.ingest)
            #expect(raised.first == raised.last && raised.first != "64")
            let worker = try Program(["worker"], environment: stack.environment, files: "-Sn 64")
            try await eventually("it works") { worker.output.contains("worker started") }
            #expect(try limits(of: worker) == raised)
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    @Test("Hundreds of connections that send half a head keep nobody else out")
    func halfHeads() async throws {
        try await withIngest(files: "-n 160") { stack, port in
            var clients: [RawClient] = []
            for _ in 0..<300 { clients.append(try await RawClient(port: port, Self.half)) }
            let start = #"{"StartTimestamp":"2036-01-01T00:00:00Z"}"#
            for _ in 0..<3 {
                #expect(try await stack.get("/healthz").status == 200)
                // Within the first second, all that can be had is a place of a probe.
                try await eventually("a start is taken") { try await stack.post(start).status == 200 }
            }
            #expect(stack.ingest.output.contains("limit=80 all connections are taken"))
            #expect(!stack.ingest.output.contains("no connection is accepted"))
            for client in clients { try? await client.leave(byReset: true) }
        }
    }

    @Test("Without a file for a connection, ingest waits, says so once, and goes on when there is one")
    func noFiles() async throws {
        try await withIngest(files: "-n 1024") { stack, port in
            let process = stack.ingest.process.processIdentifier
            let folder = "/proc/\(process)/fd"
            let highest = try #require(
                try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { Int($0) }.max()
            )
            try await setFiles(of: process, to: highest + 1)
            // What has closed meanwhile is taken first.
            var clients: [RawClient] = []
            while !stack.ingest.output.contains("no connection is accepted") {
                clients.append(try await RawClient(port: port, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"))
            }
            let before = try processorTime(of: process)
            // What is measured is this second.
            try await Task.sleep(for: .seconds(1))
            #expect(try processorTime(of: process) - before < 30)
            try await setFiles(of: process, to: 1_024)
            try await eventually("all are answered") { clients.allSatisfy { $0.answer.hasPrefix("HTTP/1.1 200 ") } }
            #expect(stack.ingest.output.split(separator: "\n").count { $0.contains("no connection is accepted") } == 1)
            for client in clients { try? await client.leave(byReset: true) }
        }
    }

    private func setFiles(of process: Int32, to number: Int) async throws {
        _ = try await ConsoleSession.shell("prlimit --pid \(process) --nofile=\(number):1024", environment: [:])
    }

    /// The time that a process has run, in hundredths of a second.
    private func processorTime(of process: Int32) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        let words = try #require(text.split(separator: ")").last).split(separator: " ")
        return try #require(Int(words[11])) + #require(Int(words[12]))
    }

    @Test(
        "A limit that the files do not allow is refused",
        arguments: [
            ("ingest", "CONNECTION_LIMIT", "--connection-limit", 160), ("worker", "CALL_LIMIT", "--call-limit", 216),
        ]
    )
    func tooMany(_ command: String, _ setting: String, _ flag: String, _ most: Int) async throws {
        let environment = ["WAITABLE_\(setting)": "\(most + 1)", "WAITABLE_REDIS_URL": "redis://127.0.0.1:1"]
        let program = try Program([command], environment: environment, files: "-n 256")
        #expect(try await program.end() == 78)
        #expect(
            program.output
                == "waitable: WAITABLE_\(setting) (\(flag)): must be at most \(most) where a process may have"
                + " 256 files open (ulimit -n): '\(most + 1)'\n"
        )
    }
}
