import NIOCore
import NIOPosix
import Synchronization

/// Stands between a process and a Redis on 127.0.0.1, and keeps back what Redis says to the first command with a word in it,
/// until that connection is cut: the command is carried out, and nobody knows.
final class CutReplies: Sendable {
    /// The port to connect to.
    let port: Int
    /// Comes once a reply is kept back.
    let kept: AsyncStream<Void>
    private let server: any Channel
    private let seen: Seen

    /// What all connections share.
    private final class Seen: Sendable {
        let word: String
        let isOver = Mutex(false)
        let client = Mutex<(any Channel)?>(nil)
        let refusals = Mutex(0)
        let kept: AsyncStream<Void>.Continuation

        init(_ word: String, _ kept: AsyncStream<Void>.Continuation) {
            self.word = word
            self.kept = kept
        }
    }

    /// How many replies that refused something for want of replicas were handed on.
    var refusals: Int { seen.refusals.withLock { $0 } }

    /// Listens on a free port.
    init(to redis: Int, after word: String) async throws {
        let (kept, continuation) = AsyncStream<Void>.makeStream()
        self.kept = kept
        let seen = Seen(word, continuation)
        self.seen = seen
        server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop)
                    .connect(host: "127.0.0.1", port: redis)
                    .flatMap { server in
                        client.eventLoop.makeCompletedFuture {
                            let requests = Requests(to: server, seen)
                            try client.pipeline.syncOperations.addHandler(requests)
                            try server.pipeline.syncOperations.addHandler(Replies(to: client, requests))
                        }
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = server.localAddress?.port ?? 0
    }

    /// Cuts the connection whose reply was kept back.
    func cut() async throws { try await seen.client.withLock { $0 }?.close().get() }

    /// Takes no more connections.
    func close() async throws { try await server.close().get() }

    /// Hands on what a process says.
    private final class Requests: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let seen: Seen
        /// Whether the next reply is kept back.
        private(set) var isAwaited = false
        private let target: any Channel

        init(to target: any Channel, _ seen: Seen) {
            self.target = target
            self.seen = seen
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            if String(buffer: bytes).contains(seen.word) {
                let isFirst = seen.isOver.withLock { isOver in
                    defer { isOver = true }
                    return !isOver
                }
                if isFirst { isAwaited = true }
            }
            target.writeAndFlush(bytes, promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { target.close(promise: nil) }
    }

    /// Hands on what Redis says.
    private final class Replies: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let target: any Channel
        private let requests: Requests

        init(to target: any Channel, _ requests: Requests) {
            self.target = target
            self.requests = requests
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            let seen = requests.seen
            guard !requests.isAwaited else {
                seen.client.withLock { $0 = target }
                seen.kept.yield()
                return
            }
            if String(buffer: bytes).contains("NOREPLICAS") { seen.refusals.withLock { $0 += 1 } }
            target.writeAndFlush(bytes, promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { target.close(promise: nil) }
    }
}
