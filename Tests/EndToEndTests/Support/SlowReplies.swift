import NIOCore
import NIOPosix

/// Stands between a process and a Redis on 127.0.0.1, and holds back what Redis says: what it is told arrives at once.
struct SlowReplies {
    /// The port to connect to.
    let port: Int
    private let server: any Channel

    /// Listens on a free port.
    ///
    /// - Parameter onReply: Sees what Redis says before it is handed on.
    init(
        to redis: Int,
        delay: TimeAmount = .zero,
        onReply: @escaping @Sendable (ByteBuffer) -> Void = { _ in }
    ) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        server = try await ServerBootstrap(group: group)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop)
                    .connect(host: "127.0.0.1", port: redis)
                    .flatMap { server in
                        let loop = client.eventLoop
                        return loop.makeCompletedFuture {
                            try client.pipeline.syncOperations.addHandler(Forwarder(to: server))
                            try server.pipeline.syncOperations
                                .addHandler(Forwarder(to: client, after: delay, onRead: onReply))
                        }
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = server.localAddress?.port ?? 0
    }

    /// Takes no more connections.
    func close() async throws { try await server.close().get() }
}

/// Hands what it reads to another channel of the same event loop, in order.
private final class Forwarder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let target: any Channel
    private let delay: TimeAmount

    private let onRead: (ByteBuffer) -> Void

    init(
        to target: any Channel,
        after delay: TimeAmount = .zero,
        onRead: @escaping (ByteBuffer) -> Void = { _ in }
    ) {
        self.target = target
        self.delay = delay
        self.onRead = onRead
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        onRead(bytes)
        let target = target
        guard delay > .zero else { return target.writeAndFlush(bytes, promise: nil) }
        context.eventLoop.scheduleTask(in: delay) { target.writeAndFlush(bytes, promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) { target.close(promise: nil) }
}
