import AsyncHTTPClient
import NIOCore
import RedisTestServer
import StatesLanguage
import Waitable

/// A hot instant with many replicas: how many claims find nothing.
struct Stampede {
    let replicas: Int
    let items: Int

    /// Empty claims for each batch that was claimed.
    func measure(_ rig: Rig) async throws -> Double {
        let starter = try await BatchStarter(rig)
        let due = try await rig.now().adding(milliseconds: Int64(items / 8) + 8_000)
        try await starter.start(0..<items, at: due)
        let ports = try (0..<replicas).map { _ in try RedisTestServer.freePort() }
        let workers = try ports.map { port in
            try MeasuredProcess(rig.program, ["worker", "--metrics-port", "\(port)"], redis: rig.redis)
        }
        defer { for worker in workers { worker.stop() } }
        try await rig.sleep(until: due.adding(milliseconds: -500))
        let before = try await claims(ports)
        try await rig.closed(items)
        let after = try await claims(ports)
        let batches = after.all - before.all - (after.empty - before.empty)
        return (after.empty - before.empty) / max(1, batches)
    }

    private func claims(_ ports: [Int]) async throws -> (all: Double, empty: Double) {
        var sums = (all: 0.0, empty: 0.0)
        for port in ports {
            let request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/metrics")
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
            let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
            func value(_ name: String) -> Double {
                let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name + " ") }
                return line.flatMap { Double($0.split(separator: " ")[1]) } ?? 0
            }
            sums.all += value("waitable_claims_total")
            sums.empty += value("waitable_empty_claims_total")
        }
        return sums
    }
}
