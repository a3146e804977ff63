import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server of functions, on a free port: what is behind the slash says how it answers.
///
/// `/echo` answers with the body, `/fail` as a function that raised an error, `/status/NNN` with that status, `/raw/NNN` with
/// these digits in its place, `/hang` never, and `/drip` with a byte now and then, without an end.
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

    /// - Parameters:
    ///   - port: 0 for a free one.
    ///   - always: Status and body of every answer; `nil` for the ways above.
    init(port: Int = 0, always: (status: Int, body: String)? = nil) async throws {
        let received = Received()
        self.received = received
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(received, always: always))
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

        private let always: (status: Int, body: String)?

        init(_ received: Received, always: (status: Int, body: String)?) {
            self.received = received
            self.always = always
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
                received.calls.withLock {
                    $0.append(Call(path: head.uri, key: key, body: body, signature: signature))
                }
                answer(head, context)
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

        private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
            let path = head.uri.split(separator: "?")[0]
            if path == "/hang" { return }
            if path == "/drip" { return drip(context) }
            if path.hasPrefix("/raw/") {
                let answer = ByteBuffer(string: "HTTP/1.1 \(path.dropFirst(5)) x\r\nContent-Length: 0\r\n\r\n")
                // Past the encoder, which writes no status that is none.
                let encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
                encoder?.writeAndFlush(NIOAny(answer), promise: nil)
                return
            }
            var status = HTTPResponseStatus.ok
            var headers: HTTPHeaders = ["Content-Type": "application/json"]
            var text = body
            if path == "/fail" {
                headers.add(name: "X-Amz-Function-Error", value: "Unhandled")
                text = #"{"errorType":"Broken","errorMessage":"it broke"}"#
            } else if let always {
                (status, text) = (HTTPResponseStatus(statusCode: always.status), always.body)
            } else if let code = path.split(separator: "/").last.flatMap({ Int($0) }) {
                status = HTTPResponseStatus(statusCode: code)
            }
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
