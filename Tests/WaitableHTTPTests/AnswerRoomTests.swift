import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import WaitableHTTP

@Suite("The room that large answers share", .timeLimit(.minutes(1)))
struct AnswerRoomTests {
    /// Notes how large the parts are that it is given.
    private struct PartWriter: ResponseBodyWriter {
        let parts: AsyncStream<Int>.Continuation

        mutating func write(_ buffer: ByteBuffer) async throws { parts.yield(buffer.readableBytes) }

        consuming func finish(_ trailingHeaders: HTTPFields?) async throws { parts.finish() }
    }

    private func answer(_ size: Int) -> Response { Response(jsonBytes: Array(repeating: 0x20, count: size)) }

    @Test("is taken until an answer has been read or given up; small ones need none")
    func room() async throws {
        let room = AnswerRoom(bytes: 250_000)
        var unread: [Response] = [try room.hold(answer(100_000)), try room.hold(answer(100_000))]
        let refusal = #expect(throws: ItemError.self) { try room.hold(answer(100_000)) }
        #expect(refusal?.code == "TooManyAnswers")
        #expect(refusal?.status == .serviceUnavailable)
        #expect(refusal?.retryAfter == 1)
        for _ in 0..<10 { #expect(try room.hold(answer(65_536)).body.contentLength == 65_536) }
        // Its client has gone.
        unread.removeLast()
        unread.append(try room.hold(answer(100_000)))
        let (parts, continuation) = AsyncStream<Int>.makeStream()
        try await unread.removeFirst().body.write(PartWriter(parts: continuation))
        #expect(await parts.reduce(into: []) { $0.append($1) } == [65_536, 34_464])
        unread.append(try room.hold(answer(100_000)))
        #expect(throws: ItemError.self) { try room.hold(answer(100_000)) }
    }
}
