public import HummingbirdCore
public import Logging
public import NIOCore
import NIOHTTP1

/// A connection of HTTP/1, by the framework, with a ``ConnectionHandler``.
public struct ConnectionChannel: HTTPChannelHandler {
    /// What the framework reads requests from, and writes answers to.
    public typealias Value = HTTP1Channel.Value

    private let base: HTTP1Channel
    private let limits: ConnectionLimits

    init(limits: ConnectionLimits, responder: @escaping Responder) {
        base = HTTP1Channel(responder: responder, configuration: .init(idleTimeout: limits.idle))
        self.limits = limits
    }

    /// What answers requests.
    public var responder: Responder { base.responder }

    /// Makes the pipeline of a connection.
    public func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let limits = limits
        return base.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let parser = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(ConnectionHandler(limits: limits), position: .after(parser))
            return value
        }
    }

    /// Answers the requests of a connection.
    public func handle(value: Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}

extension HTTPServerBuilder {
    /// A server of HTTP/1 within limits.
    public static func http1(within limits: ConnectionLimits) -> HTTPServerBuilder {
        HTTPServerBuilder { ConnectionChannel(limits: limits, responder: $0) }
    }
}
