import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import RedisTestServer
import StatesLanguage

/// Starts by HTTP, as lines of one request.
struct StartBatch {
    let items: Int

    /// Starts a second, the CPU of Redis and of ingest in µs an item, round trips an item, and ingest's memory in MB.
    func measure(
        _ rig: Rig
    ) async throws -> (perSecond: Double, redisCPU: Double, ingestCPU: Double, calls: Double, megabytes: Double) {
        let port = try RedisTestServer.freePort()
        let ingest = try MeasuredProcess(rig.program, ["ingest", "--port", "\(port)"], redis: rig.redis)
        defer { ingest.stop() }
        let url = "http://127.0.0.1:\(port)/items"
        // The first ones find it up and warm.
        for attempt in 0... {
            if let lines = try? await send(-1_000..<0, to: url), lines == 1_000 { break }
            guard attempt < 200 else { throw HTTPClientError.connectTimeout }
            try await ContinuousClock().sleep(for: .milliseconds(50))
        }
        let before = try await rig.read([ingest])
        let lines = try await send(0..<items, to: url)
        let after = try await rig.read([ingest])
        precondition(lines == items, "each line has its answer")
        let count = Double(items)
        return (
            count / before.instant.duration(to: after.instant).seconds,
            (after.redisCPU - before.redisCPU) * 1e6 / count, (after.processCPU - before.processCPU) * 1e6 / count,
            (after.calls - before.calls) / count, ingest.residentMegabytes
        )
    }

    /// - Returns: How many lines were answered with a start.
    private func send(_ numbers: Range<Int>, to url: String) async throws -> Int {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-ndjson")
        request.body = .bytes(ByteBuffer(string: numbers.map { StartHTTP.body($0) + "\n" }.joined()))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        var started = 0
        for try await part in response.body {
            started += part.readableBytesView.count { $0 == UInt8(ascii: "\n") }
        }
        return response.status == .ok ? started : 0
    }
}
