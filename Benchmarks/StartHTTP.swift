import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RedisTestServer
import StatesLanguage
import Waitable

/// Single starts by HTTP, on kept-alive connections, beside what the HTTP server alone answers: an empty POST whose body
/// it parses.
struct StartHTTP {
    let items: Int
    let connections: Int
    /// The benchmark's own program.
    let itself: String

    /// The two take turns, so that whatever else the machine does meets both.
    private static let rounds = 10

    struct Outcome {
        /// Starts a second.
        var perSecond: Double
        /// Empty requests a second.
        var floor: Double
        /// The CPU of Redis and of ingest, in µs an item.
        var redisCPU: Double
        var ingestCPU: Double
        var calls: Double
    }

    func measure(_ rig: Rig) async throws -> Outcome {
        let ports = (ingest: try RedisTestServer.freePort(), floor: try RedisTestServer.freePort())
        let ingest = try MeasuredProcess(rig.program, ["ingest", "--port", "\(ports.ingest)"], redis: rig.redis)
        defer { ingest.stop() }
        let server = Process()
        server.executableURL = URL(filePath: itself)
        server.arguments = ["serve-nothing", "\(ports.floor)"]
        try server.runUnblocked()
        defer {
            server.terminate()
            server.waitUntilExit()
        }
        return try await Load.with(port: ports.ingest, connections: connections) { starts in
            try await Load.with(port: ports.floor, connections: connections) { nothing in
                try await measure(rig, ingest, starts, nothing)
            }
        }
    }

    private func measure(
        _ rig: Rig,
        _ ingest: MeasuredProcess,
        _ starts: Load,
        _ nothing: Load
    ) async throws -> Outcome {
        let size = items / Self.rounds
        try await nothing.run(-size..<0, body: Self.body)
        try await starts.run(-size..<0, body: Self.body)
        var seconds = (starts: 0.0, nothing: 0.0)
        var outcome = Outcome(perSecond: 0, floor: 0, redisCPU: 0, ingestCPU: 0, calls: 0)
        let count = Double(size * Self.rounds)
        for round in 0..<Self.rounds {
            let numbers = round * size..<(round + 1) * size
            let begin = ContinuousClock.now
            try await nothing.run(numbers, body: Self.body)
            seconds.nothing += begin.duration(to: .now).seconds
            let before = try await rig.read([ingest])
            try await starts.run(numbers, body: Self.body)
            seconds.starts += before.instant.duration(to: .now).seconds
            let after = try await rig.read([ingest])
            outcome.redisCPU += (after.redisCPU - before.redisCPU) * 1e6 / count
            outcome.ingestCPU += (after.processCPU - before.processCPU) * 1e6 / count
            outcome.calls += (after.calls - before.calls) / count
        }
        outcome.perSecond = count / seconds.starts
        outcome.floor = count / seconds.nothing
        return outcome
    }

    static func body(_ number: Int) -> String {
        #"{"Id":"0123456789-0123456789-\#(1_000_000_000 + number)","StartTimestamp":"2030-01-01T00:00:00Z"}"#
    }
}

/// Requests on a number of connections.
private struct Load {
    private let client: HTTPClient
    private let url: String
    private let connections: Int

    /// Runs something with a server, once it answers.
    static func with<Result: Sendable>(
        port: Int,
        connections: Int,
        _ body: (Load) async throws -> Result
    ) async throws -> Result {
        var configuration = HTTPClient.Configuration()
        // The usual limit is eight, and further requests would queue in the client.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let load = Load(client: client, url: "http://127.0.0.1:\(port)/", connections: connections)
        do {
            try await load.waitUntilReady()
            let result = try await body(load)
            try await client.shutdown()
            return result
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    private func waitUntilReady() async throws {
        for _ in 0..<200 {
            if let response = try? await client.execute(
                HTTPClientRequest(url: url + "healthz"),
                timeout: .seconds(1)
            ), response.status == .ok {
                return
            }
            try await ContinuousClock().sleep(for: .milliseconds(50))
        }
        throw HTTPClientError.connectTimeout
    }

    func run(_ numbers: Range<Int>, body: @escaping @Sendable (Int) -> String) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for connection in 0..<connections {
                group.addTask {
                    let first = numbers.lowerBound + connection
                    for number in stride(from: first, to: numbers.upperBound, by: connections) {
                        var request = HTTPClientRequest(url: url)
                        request.method = .POST
                        request.body = .bytes(ByteBuffer(string: body(number)))
                        let response = try await client.execute(request, timeout: .seconds(30))
                        _ = try await response.body.collect(upTo: 1 << 20)
                        guard response.status == .ok else { throw LoadError(status: response.status.code) }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

private struct LoadError: Error { let status: UInt }
