import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import WaitableWorker

@Suite("Statuses of answers", .timeLimit(.minutes(1)))
struct ResponseStatusCheckTests {
    /// Has an answer decoded by a client's decoder and the check.
    private func read(_ answer: String) throws -> (statuses: [Int], isOpen: Bool) {
        let channel = EmbeddedChannel()
        let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes))
        // The decoder has to know which request the answer is for.
        try channel.pipeline.syncOperations.addHandlers(HTTPRequestEncoder(), decoder)
        let addition = ResponseStatusCheck.add(to: channel)
        channel.embeddedEventLoop.run()
        try addition.wait()
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let request = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
        try channel.writeOutbound(HTTPClientRequestPart.head(request))
        let isBroken: Bool
        do {
            try channel.writeInbound(ByteBuffer(string: answer))
            isBroken = false
        } catch HTTPParserError.invalidStatus {
            isBroken = true
        }
        var statuses: [Int] = []
        while let part = try channel.readInbound(as: HTTPClientResponsePart.self) {
            if case .head(let head) = part { statuses.append(Int(head.status.code)) }
        }
        let isOpen = channel.isActive && !isBroken
        _ = try? channel.finish(acceptAlreadyClosed: true)
        return (statuses, isOpen)
    }

    @Test("An answer with a status below 100 ends the connection, and nobody hears of it", arguments: [0, 1, 42, 99])
    func belowAll(status: Int) throws {
        let (statuses, isOpen) = try read("HTTP/1.1 \(status) Odd\r\nContent-Length: 0\r\n\r\n")
        #expect(statuses.isEmpty)
        #expect(!isOpen)
    }

    @Test("Every other answer goes on", arguments: [200, 204, 404, 500, 599])
    func others(status: Int) throws {
        let (statuses, isOpen) = try read("HTTP/1.1 \(status) Fine\r\nContent-Length: 0\r\n\r\n")
        #expect(statuses == [status])
        #expect(isOpen)
    }
}
