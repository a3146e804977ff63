import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A TCP connection of a client that sends a request, and may go before the answer.
struct RawClient {
    private let channel: any Channel
    private let received = Received()

    /// What came back so far.
    var answer: String { received.text.withLock { $0 } }

    private final class Received: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let text = Mutex("")

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let part = String(buffer: unwrapInboundIn(data))
            text.withLock { $0 += part }
        }
    }

    /// Connects, and sends a request.
    init(port: Int, _ request: String) async throws {
        let received = received
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(received) }
            }
            .connect(host: "127.0.0.1", port: port).get()
        try await channel.writeAndFlush(ByteBuffer(string: request)).get()
    }

    /// Goes: by a FIN, or by a RST.
    func leave(byReset: Bool) async throws {
        guard byReset else { return try await channel.close(mode: .output).get() }
        try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await channel.close().get()
    }
}
