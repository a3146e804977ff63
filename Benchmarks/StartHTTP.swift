import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RedisTestServer
import StatesLanguage
import Waitable

/// Single starts by HTTP, on kept-alive connections.
struct StartHTTP {
    let items: Int
    let connections: Int

    /// Starts a second, and the CPU of Redis and of ingest, in µs an item.
    func measure(
        _ rig: Rig
    ) async throws -> (perSecond: Double, redisCPU: Double, ingestCPU: Double, calls: Double) {
        let port = try RedisTestServer.freePort()
        let ingest = try MeasuredProcess(rig.program, ["ingest", "--port", "\(port)"], redis: rig.redis)
        defer { ingest.stop() }
        let load = Load(url: "http://127.0.0.1:\(port)/", connections: connections)
        try await load.waitUntilReady()
        try await load.run(items / 10) { Self.body(-1 - $0) }
        let before = try await rig.read([ingest])
        try await load.run(items) { Self.body($0) }
        let after = try await rig.read([ingest])
        let count = Double(items)
        return (
            count / before.instant.duration(to: after.instant).seconds,
            (after.redisCPU - before.redisCPU) * 1e6 / count, (after.processCPU - before.processCPU) * 1e6 / count,
            (after.calls - before.calls) / count
        )
    }

    static func body(_ number: Int) -> String {
        #"{"Id":"0123456789-0123456789-\#(1_000_000_000 + number)","StartTimestamp":"2030-01-01T00:00:00Z"}"#
    }

    /// What the HTTP server alone answers: an empty POST whose body it parses.
    static func floor(items: Int, connections: Int, itself: String) async throws -> Double {
        let port = try RedisTestServer.freePort()
        let process = Process()
        process.executableURL = URL(filePath: itself)
        process.arguments = ["serve-nothing", "\(port)"]
        try process.runUnblocked()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        let load = Load(url: "http://127.0.0.1:\(port)/", connections: connections)
        try await load.waitUntilReady()
        try await load.run(items / 10) { body($0) }
        let start = ContinuousClock.now
        try await load.run(items) { body($0) }
        return Double(items) / start.duration(to: .now).seconds
    }
}

/// Requests on a number of connections.
private struct Load {
    let url: String
    let connections: Int

    func waitUntilReady() async throws {
        for _ in 0..<200 {
            if let response = try? await HTTPClient.shared.execute(
                HTTPClientRequest(url: url + "healthz"),
                timeout: .seconds(1)
            ), response.status == .ok {
                return
            }
            try await ContinuousClock().sleep(for: .milliseconds(50))
        }
        throw HTTPClientError.connectTimeout
    }

    func run(_ count: Int, body: @escaping @Sendable (Int) -> String) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for connection in 0..<connections {
                group.addTask {
                    for number in stride(from: connection, to: count, by: connections) {
                        var request = HTTPClientRequest(url: url)
                        request.method = .POST
                        request.body = .bytes(ByteBuffer(string: body(number)))
                        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
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
