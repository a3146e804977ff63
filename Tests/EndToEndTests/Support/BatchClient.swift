import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import StatesLanguage
import Testing

/// A client of `POST /items` that writes lines and reads answers as a test wants, both while the request is under way.
final class BatchClient {
    private let lines: AsyncStream<ByteBuffer>.Continuation
    private let response: Task<HTTPClientResponse, any Error>
    private var body: HTTPClientResponse.Body.AsyncIterator?
    private var received = ByteBuffer()

    /// Begins a batch.
    init(_ stack: Stack, query: String = "", headers: [(String, String)] = []) {
        let (stream, lines) = AsyncStream<ByteBuffer>.makeStream()
        self.lines = lines
        var request = HTTPClientRequest(url: stack.url + "/items" + query)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-ndjson")
        request.headers.add(contentsOf: .init(headers))
        request.body = .stream(stream, length: .unknown)
        response = Task { [request] in try await HTTPClient.shared.execute(request, timeout: .seconds(120)) }
    }

    deinit {
        lines.finish()
        response.cancel()
    }

    /// Writes text as it is.
    func write(_ text: String) { lines.yield(ByteBuffer(string: text)) }

    /// Writes bytes as they are.
    func write(_ bytes: [UInt8]) { lines.yield(ByteBuffer(bytes: bytes)) }

    /// Ends the request.
    func end() { lines.finish() }

    /// The next answer, or the refusal of the whole batch; `nil` after the last one.
    func answer() async throws -> JSONObject? {
        while true {
            if let length = received.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                let line = received.readBytes(length: length - received.readerIndex) ?? []
                received.moveReaderIndex(forwardBy: 1)
                let answer: JSONObject = try #require(try JSON(parsing: line).objectValue)
                return answer
            }
            if body == nil { body = try await response.value.body.makeAsyncIterator() }
            received.discardReadBytes()
            guard let more = try await body?.next() else {
                if try await response.value.status != .ok, received.readableBytes > 0 {
                    let refusal = received.readBytes(length: received.readableBytes) ?? []
                    return try JSON(parsing: refusal).objectValue
                }
                #expect(received.readableBytes == 0, "half an answer: \(String(buffer: received))")
                return nil
            }
            received.writeImmutableBuffer(more)
        }
    }

    /// The next answers.
    func answers(_ count: Int) async throws -> [JSONObject] {
        var answers: [JSONObject] = []
        while answers.count < count, let answer = try await answer() { answers.append(answer) }
        return answers
    }
}

extension Stack {
    /// Sends a batch as one piece, and reads all answers.
    func batch(_ lines: String, query: String = "") async throws -> [JSONObject] {
        let client = BatchClient(self, query: query)
        client.write(lines)
        client.end()
        return try await client.answers(.max)
    }
}
