import NIOCore

/// Counts the bytes that the parser behind it has not made anything of yet: the beginning of a head. The parser's own limit
/// is for names and values, and it keeps all that stands around them.
final class HeadMeter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// What is told, once, where they are too many. Nothing more is handed on.
    enum Overflow { case occurred }

    private let limit: Int
    /// The bytes since the last part of a request came out of the parser.
    private(set) var bytes = 0

    init(limit: Int) { self.limit = limit }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard bytes <= limit else { return }
        bytes += unwrapInboundIn(data).readableBytes
        context.fireChannelRead(data)
        if bytes > limit { context.fireUserInboundEventTriggered(Overflow.occurred) }
    }

    /// Takes note that a part of a request came out.
    func restart() { bytes = 0 }
}

@available(*, unavailable)
extension HeadMeter: Sendable {}
