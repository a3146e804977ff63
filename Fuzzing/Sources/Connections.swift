import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import WaitableHTTP

/// Connections of HTTP, as ingest has them: its own handlers between the parser and an application that answers everything.
extension Fuzzing {
    /// What comes on a connection, in pieces. Each request that came whole is answered once, unless the connection ended.
    @Sendable static func http(_ bytes: ArraySlice<UInt8>) {
        let limits = ConnectionLimits()
        let channel = EmbeddedChannel()
        let application = Application()
        let decoder = HTTPRequestDecoder(
            leftOverBytesStrategy: .dropBytes,
            limitConfiguration: {
                var limit = NIOHTTPDecoderLimitConfiguration()
                limit.maxHeaderFieldSize = limits.headBytes
                limit.maxHeaderListSize = limits.headBytes
                return limit
            }()
        )
        let meter = HeadMeter(limit: limits.headBytes)
        let (place, _) = ConnectionPlaces(most: 1).take {}
        do {
            try channel.pipeline.syncOperations.addHandlers(
                HTTPResponseEncoder(),
                meter,
                ByteToMessageHandler(decoder),
                ConnectionHandler(limits: limits, meter: meter, place: place) {},
                HTTPServerPipelineHandler(),
                application
            )
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        } catch {
            preconditionFailure("\(error)")
        }
        for piece in pieces(of: bytes) where channel.isActive {
            _ = try? channel.writeInbound(ByteBuffer(bytes: piece))
            channel.embeddedEventLoop.run()
        }
        let isOpen = channel.isActive
        channel.embeddedEventLoop.advanceTime(by: .seconds(300))
        precondition(!isOpen || application.answers >= application.requests, "a request without an answer")
        precondition(application.answers <= application.requests + 1, "an answer without a request")
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    /// Answers each request, and what is none, as the framework does.
    private final class Application: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private(set) var requests = 0
        private(set) var answers = 0
        /// Whether the framework has given up reading, as it does with the first error.
        private var isOver = false

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if isOver { return }
            switch unwrapInboundIn(data) {
            case .head: context.triggerUserOutboundEvent(ConnectionEvent.bodyWanted, promise: nil)
            case .body: break
            case .end:
                requests += 1
                answer(context, .ok)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            if isOver { return }
            isOver = true
            answer(context, .badRequest)
        }

        private func answer(_ context: ChannelHandlerContext, _ status: HTTPResponseStatus) {
            answers += 1
            let head = HTTPResponseHead(version: .http1_1, status: status, headers: ["Content-Length": "2"])
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "{}")))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
