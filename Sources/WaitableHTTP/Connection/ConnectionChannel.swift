package import HummingbirdCore
package import Logging
package import NIOCore
import NIOHTTP1

/// A connection of HTTP/1, by the framework, with a ``ConnectionHandler``.
package struct ConnectionChannel: HTTPChannelHandler {
    /// What the framework reads requests from, and writes answers to.
    package typealias Value = HTTP1Channel.Value

    private let base: HTTP1Channel
    private let limits: ConnectionLimits
    private let places: ConnectionPlaces
    private let turns: AheadTurns
    /// In bytes, each way; the kernel doubles it. Left to itself, it keeps 4 MiB for each client that does not read, and 6 of one
    /// that is not read: all of these come at once when the client sends no more.
    private static let kernelBuffer = 262_144

    /// In bytes, and the only ones of requests that are sent ahead: no more is read until these are answered.
    private static let largestRead = 16_384

    init(limits: ConnectionLimits, responder: @escaping Responder) {
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: limits.headBytes,
            maxHeaderListSize: limits.headBytes
        )
        base = HTTP1Channel(
            responder: responder,
            configuration: .init(idleTimeout: limits.idle, httpDecoderConfiguration: decoder)
        )
        self.limits = limits
        places = ConnectionPlaces(most: limits.connections)
        turns = AheadTurns(most: limits.ahead)
    }

    /// What answers requests.
    package var responder: Responder { base.responder }

    /// Makes the pipeline of a connection.
    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let (limits, turns) = (limits, turns)
        let onLoss: @Sendable () -> Void = { [weak channel] in
            channel?.triggerUserOutboundEvent(ConnectionEvent.placeWanted, promise: nil)
        }
        let (place, tells) = places.take(onLoss: onLoss)
        // What a client does not read stays here, and in the kernel only as far as this.
        _ = channel.setOption(.socketOption(.so_sndbuf), value: Self.kernelBuffer)
        _ = channel.setOption(.socketOption(.so_rcvbuf), value: Self.kernelBuffer)
        _ = channel.setOption(.maxMessagesPerRead, value: 1)
        _ = channel.setOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.largestRead))
        if tells {
            logger.warning("all connections are taken", metadata: ["limit": "\(limits.connections)"])
        }
        return base.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let parser = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            let gate = RequestGate(limit: limits.headBytes, turns: turns)
            try pipeline.addHandler(gate, position: .before(parser))
            let handler = ConnectionHandler(limits: limits, gate: gate, place: place, onLoss: onLoss)
            try pipeline.addHandler(handler, position: .after(parser))
            return value
        }
    }

    /// Answers the requests of a connection.
    package func handle(value: Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}

extension HTTPServerBuilder {
    /// A server of HTTP/1 within limits.
    package static func http1(within limits: ConnectionLimits) -> HTTPServerBuilder {
        HTTPServerBuilder { ConnectionChannel(limits: limits, responder: $0) }
    }
}
