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
        let written = Counter()
        private let isCut: Bool

        init(isCut: Bool = false) { self.isCut = isCut }

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            written.add()
            if isCut { promise?.fail(ChannelError.ioOnClosedChannel) } else { promise?.succeed() }
        }
    }

    /// A connection on which a request has come whole.
    private static func asked(_ network: Network, _ connection: String = "keep-alive") throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        let handler = ConnectionHandler(limits: ConnectionLimits(), gate: RequestGate(limit: 16_384), place: nil) {}
        try channel.pipeline.syncOperations.addHandlers(network, handler)
        let head = HTTPRequestHead(
            version: .http1_1,
            method: .POST,
            uri: "/",
            headers: ["Host": "127.0.0.1", "Connection": connection]
        )
        try channel.writeInbound(HTTPServerRequestPart.head(head))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        return channel
    }

    private static let head = HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: .ok))

    @Test(
        "A client that has gone before its answer's end was written is known to have, though the connection was thought open",
        arguments: [true, false],
        ["close", "keep-alive"]
    )
    func goneUnseen(isCut: Bool, connection: String) throws {
        let channel = try Self.asked(Network(isCut: isCut), connection)
        let times = Counter()
        channel.triggerUserOutboundEvent(ConnectionEvent.onGone { times.add() }, promise: nil)
        channel.write(Self.head, promise: nil)
        #expect(times.value == 0)
        channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
        #expect(times.value == (isCut ? 1 : 0))
    }

    @Test(
        "A client that half-closes before its answer begins gets none, whoever of the two comes first",
        arguments: [true, false]
    )
    func halfClosedBefore(isToldBefore: Bool) throws {
        let network = Network()
        let channel = try Self.asked(network)
        let times = Counter()
        if !isToldBefore { channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
        channel.triggerUserOutboundEvent(ConnectionEvent.onGone { times.add() }, promise: nil)
        if isToldBefore { channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
        #expect(times.value == 1)
        channel.write(Self.head, promise: nil)
        channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
        #expect(times.value == 1)
        #expect(network.written.value == 0)
        #expect(!channel.isActive)
    }

    @Test("A client that half-closes while its answer is written gets it, and has not gone")
    func halfClosedWithin() throws {
        let network = Network()
        let channel = try Self.asked(network)
        let times = Counter()
        channel.triggerUserOutboundEvent(ConnectionEvent.onGone { times.add() }, promise: nil)
        channel.write(Self.head, promise: nil)
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
        #expect(network.written.value == 2)
        #expect(times.value == 0)
    }
}
