import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server of functions, on a free port: what is behind the slash says how it answers.
///
/// `/echo` answers with the body, `/fail` as a function that raised an error, `/status/NNN` with that status, `/raw/NNN` with
/// these digits in its place, `/slow` with the body after 100 ms, `/hang` never, and `/drip` with a byte now and then, without an end.
final class FunctionServer: Sendable {
    /// A request that came.
    struct Call: Sendable, Equatable {
        var path: String
        var key: String?
        var body: String
        var signature: String?
        /// Which part of an object is asked for.
        var range: String?
    }

    /// What answers a request.
    enum Reply: Sendable {
        case answer(status: Int, headers: HTTPHeaders, body: ByteBuffer)
        /// 200, with the same bytes again and again.
        case endless(ByteBuffer)
        /// The connection ends.
        case close
        /// Nothing ever comes.
        case nothing
        /// 200, twice.
        case twice(String)
    }

    let port: Int
    private let channel: any Channel
    private let received: Received

    private final class Received: Sendable {
        let calls = Mutex<[Call]>([])
    }

    /// What came so far.
    var calls: [Call] { received.calls.withLock { $0 } }

    /// Says what a call is answered with.
    typealias Replies = @Sendable (_ call: Call) -> Reply

    /// What a call is answered with: a status of 0 ends the connection instead, one of 1 is no answer ever, and
    /// one of 2 is 200, twice.
    typealias Answers = @Sendable (_ call: Call) -> (status: Int, body: String)

    /// - Parameter always: Status and body of every answer.
    convenience init(always status: Int, _ body: String) async throws {
        try await self.init { _ in (status, body) }
    }

    /// - Parameters:
    ///   - port: 0 for a free one.
    ///   - answers: What answers; `nil` for the ways above.
    ///   - pause: How long it takes to answer a call.
    convenience init(
        port: Int = 0,
        answers: Answers? = nil,
        pause: @escaping @Sendable (_ call: Call) -> TimeAmount = { _ in .zero }
    ) async throws {
        let replies = answers.map { answers -> Replies in
            { call in
                let (status, text) = answers(call)
                switch status {
                case 0: return .close
                case 1: return .nothing
                case 2: return .twice(text)
                default:
                    let headers: HTTPHeaders = ["Content-Type": "application/json"]
                    return .answer(status: status, headers: headers, body: ByteBuffer(string: text))
                }
            }
        }
        try await self.init(port: port, replies: replies, pause: pause)
    }

    /// One that has more to say than a status and a text.
    static func replying(_ replies: @escaping Replies) async throws -> FunctionServer {
        try await FunctionServer(port: 0, replies: replies) { _ in .zero }
    }

    private init(
        port: Int,
        replies: Replies?,
        pause: @escaping @Sendable (_ call: Call) -> TimeAmount
    ) async throws {
        let received = Received()
        self.received = received
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(received, pause, replies))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        self.port = channel.localAddress?.port ?? 0
    }

    deinit { channel.close(promise: nil) }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let received: Received
        private var head: HTTPRequestHead?
        private var body = ""

        private let pause: @Sendable (Call) -> TimeAmount
        private let replies: Replies?

        init(_ received: Received, _ pause: @escaping @Sendable (Call) -> TimeAmount, _ replies: Replies?) {
            self.received = received
            self.pause = pause
            self.replies = replies
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = ""
            case .body(let part): body += String(buffer: part)
            case .end:
                guard let head else { return }
                let key = head.headers.first(name: "Idempotency-Key")
                let signature = head.headers.first(name: "Waitable-Signature")
                let range = head.headers.first(name: "Range")
                let call = Call(path: head.uri, key: key, body: body, signature: signature, range: range)
                received.calls.withLock { $0.append(call) }
                guard let replies else { return answer(head, context) }
                switch replies(call) {
                case .close: context.close(promise: nil)
                case .nothing: break
                case .twice(let text):
                    let answer = "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
                    writeRaw(answer + answer, context)
                case .endless(let part): writeEndless(part, context, every: .milliseconds(1))
                case .answer(let code, let headers, let body):
                    let status = HTTPResponseStatus(statusCode: code)
                    let pause = pause(call)
                    guard pause > .zero else { return write(status, body, context, headers) }
                    context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
                        self.write(status, body, context, headers)
                    }
                }
            }
        }

        private func writeEndless(_ part: ByteBuffer, _ context: ChannelHandlerContext, every delay: TimeAmount) {
            let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Transfer-Encoding": "chunked"])
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
            let channel = context.channel
            let task = context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: delay) { _ in
                guard channel.isWritable else { return }
                channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(part)), promise: nil)
            }
            channel.closeFuture.whenComplete { _ in task.cancel() }
        }

        /// Writes past the encoder, which writes no status that is none, and one answer to a request.
        private func writeRaw(_ text: String, _ context: ChannelHandlerContext) {
            let encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
            encoder?.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
        }

        private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
            let path = head.uri.split(separator: "?")[0]
            if path == "/hang" { return }
            if path == "/drip" {
                return writeEndless(ByteBuffer(string: " "), context, every: .milliseconds(50))
            }
            if path == "/slow" {
                let text = body
                context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(100)) { [self] in
                    write(.ok, text, context)
                }
                return
            }
            if path.hasPrefix("/raw/") {
                return writeRaw("HTTP/1.1 \(path.dropFirst(5)) x\r\nContent-Length: 0\r\n\r\n", context)
            }
            var status = HTTPResponseStatus.ok
            var headers: HTTPHeaders = ["Content-Type": "application/json"]
            var text = body
            if path == "/fail" {
                headers.add(name: "X-Amz-Function-Error", value: "Unhandled")
                text = #"{"errorType":"Broken","errorMessage":"it broke"}"#
            } else if let code = path.split(separator: "/").last.flatMap({ Int($0) }) {
                status = HTTPResponseStatus(statusCode: code)
            }
            write(status, text, context, headers)
        }

        private func write(
            _ status: HTTPResponseStatus,
            _ text: String,
            _ context: ChannelHandlerContext,
            _ headers: HTTPHeaders = ["Content-Type": "application/json"]
        ) {
            write(status, ByteBuffer(string: text), context, headers)
        }

        private func write(
            _ status: HTTPResponseStatus,
            _ body: ByteBuffer,
            _ context: ChannelHandlerContext,
            _ headers: HTTPHeaders
        ) {
            var headers = headers
            headers.add(name: "Content-Length", value: "\(body.readableBytes)")
            context.write(
                wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))),
                promise: nil
            )
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
