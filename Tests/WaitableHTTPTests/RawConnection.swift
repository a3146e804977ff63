import NIOCore
import NIOPosix
import Synchronization

/// A TCP connection, byte by byte: what HTTP clients mend or hide is seen as it is. One task reads at a time.
final class RawConnection: Sendable {
    private let channel: any Channel
    private let received: AsyncStream<ByteBuffer>
    /// What came and was not taken yet.
    private let rest = Mutex("")

    /// Connects.
    init(port: Int) async throws {
        let (stream, bytes) = AsyncStream<ByteBuffer>.makeStream()
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Receiver(bytes: bytes))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        received = stream
    }

    /// Connects, and sends something.
    convenience init(port: Int, _ text: String) async throws {
        try await self.init(port: port)
        try await send(text)
    }

    /// Sends text as it is.
    func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)).get() }

    /// Sends no more: a FIN.
    func endSending() async throws { try await channel.close(mode: .output).get() }

    /// Sends a blank now and then, until the connection ends.
    func drip(every pause: Duration) async throws {
        while true {
            try await send(" ")
            try await Task.sleep(for: pause)
        }
    }

    func close() async throws { try await channel.close().get() }

    /// Takes what comes up to a text, and with it; all that comes, where the text does not.
    func take(through end: String) async -> String {
        while true {
            let found = rest.withLock { rest -> String? in
                guard let range = rest.firstRange(of: end) else { return nil }
                defer { rest = String(rest[range.upperBound...]) }
                return String(rest[..<range.upperBound])
            }
            if let found { return found }
            guard await receive() else { return takeRest() }
        }
    }

    /// Takes all that comes until the server has ended the connection.
    func takeAll() async -> String {
        while await receive() {}
        return takeRest()
    }

    private func receive() async -> Bool {
        for await bytes in received {
            rest.withLock { $0 += String(buffer: bytes) }
            return true
        }
        return false
    }

    private func takeRest() -> String {
        rest.withLock { rest in
            defer { rest = "" }
            return rest
        }
    }

    private final class Receiver: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let bytes: AsyncStream<ByteBuffer>.Continuation

        init(bytes: AsyncStream<ByteBuffer>.Continuation) { self.bytes = bytes }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { bytes.yield(unwrapInboundIn(data)) }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case ChannelEvent.inputClosed = event { bytes.finish() }
        }

        func channelInactive(context: ChannelHandlerContext) { bytes.finish() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
