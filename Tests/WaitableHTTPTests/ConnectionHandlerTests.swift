import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import WaitableHTTP

@Suite(.timeLimit(.minutes(1)))
struct ConnectionHandlerTests {
    /// A network that takes every write, or none.
    private final class Network: ChannelOutboundHandler {
        typealias OutboundIn = HTTPServerResponsePart
        private let isCut: Bool

        init(isCut: Bool) { self.isCut = isCut }

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if isCut { promise?.fail(ChannelError.ioOnClosedChannel) } else { promise?.succeed() }
        }
    }

    @Test(
        "A client that has gone before its answer's end was written is known to have, though the connection was thought open",
        arguments: [true, false],
        ["close", "keep-alive"]
    )
    func goneUnseen(isCut: Bool, connection: String) throws {
        let channel = EmbeddedChannel()
        let times = Counter()
        let handler = ConnectionHandler(limits: ConnectionLimits(), meter: HeadMeter(limit: 16_384), place: nil) {}
        try channel.pipeline.syncOperations.addHandlers(Network(isCut: isCut), handler)
        let head = HTTPRequestHead(
            version: .http1_1,
            method: .POST,
            uri: "/",
            headers: ["Host": "127.0.0.1", "Connection": connection]
        )
        try channel.writeInbound(HTTPServerRequestPart.head(head))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        let gone: @Sendable () -> Void = { times.add() }
        channel.triggerUserOutboundEvent(ConnectionEvent.onGone(gone), promise: nil)
        channel.write(HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: .ok)), promise: nil)
        #expect(times.value == 0)
        channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
        #expect(times.value == (isCut ? 1 : 0))
    }
}
