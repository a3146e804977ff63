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
    }

    let port: Int
    private let channel: any Channel
    private let received: Received

    private final class Received: Sendable {
        let calls = Mutex<[Call]>([])
    }

    /// What came so far.
    var calls: [Call] { received.calls.withLock { $0 } }

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
    init(
        port: Int = 0,
        answers: Answers? = nil,
        pause: @escaping @Sendable (_ call: Call) -> TimeAmount = { _ in .zero }
    ) async throws {
        let received = Received()
        self.received = received
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(received, pause, answers))
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
        private let answers: Answers?

        init(_ received: Received, _ pause: @escaping @Sendable (Call) -> TimeAmount, _ answers: Answers?) {
            self.received = received
            self.pause = pause
            self.answers = answers
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
                let call = Call(path: head.uri, key: key, body: body, signature: signature)
                received.calls.withLock { $0.append(call) }
                guard let answers else { return answer(head, context) }
                let (status, text) = answers(call)
                switch status {
                case 0: context.close(promise: nil)
                case 1: break
                case 2:
                    let answer = "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
                    writeRaw(answer + answer, context)
                default:
                    let pause = pause(call)
                    guard pause > .zero else {
                        return write(HTTPResponseStatus(statusCode: status), text, context)
                    }
                    context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
                        self.write(HTTPResponseStatus(statusCode: status), text, context)
                    }
                }
            }
        }

        private func drip(_ context: ChannelHandlerContext) {
            let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Transfer-Encoding": "chunked"])
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
            let channel = context.channel
            let task = context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(50)) { _ in
                channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: " "))), promise: nil)
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
            if path == "/drip" { return drip(context) }
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
            var headers = headers
            headers.add(name: "Content-Length", value: "\(text.utf8.count)")
            context.write(
                wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))),
                promise: nil
            )
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
