package import Logging
package import NIOCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Accepts no connection for a moment where the process or the system has no file or memory for one.
///
/// NIO's own handler puts off the next read, but the socket stays registered for reading, so that its event loop is woken for
/// it without end.
package final class AcceptPauseHandler: ChannelInboundHandler {
    /// Connections that were accepted.
    package typealias InboundIn = any Channel
    /// The same.
    package typealias InboundOut = any Channel

    private let pause: TimeAmount
    private let logger: Logger
    private var resumption: Scheduled<Void>?
    private var told: NIODeadline?

    /// How often it is said that none is accepted.
    private static let silence: TimeAmount = .minutes(1)

    init(pause: TimeAmount, logger: Logger) {
        self.pause = pause
        self.logger = logger
    }

    /// Adds one to the channel of a server that listens.
    ///
    /// - Parameter pause: For how long no connection is accepted after one that could not be.
    package static func add(
        to server: any Channel,
        pause: TimeAmount = .milliseconds(100),
        logger: Logger
    ) {
        server.eventLoop.execute {
            // A server that ends already needs none.
            try? server.pipeline.syncOperations.addHandler(Self(pause: pause, logger: logger), position: .first)
        }
    }

    /// Pauses at an error that the next attempt would meet as well; other errors are handed on.
    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let reason = error as? IOError, Self.isLasting(reason) else { return context.fireErrorCaught(error) }
        guard resumption == nil else { return }
        let now = NIODeadline.now()
        if told.map({ now - $0 >= Self.silence }) ?? true {
            told = now
            logger.warning("no connection is accepted", metadata: ["error": "\(reason)"])
        }
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        resumption = context.eventLoop.assumeIsolated().scheduleTask(in: pause) { [self] in
            resumption = nil
            try? context.channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }

    /// Ends the pause.
    package func handlerRemoved(context: ChannelHandlerContext) {
        resumption?.cancel()
        resumption = nil
    }

    private static func isLasting(_ error: IOError) -> Bool {
        [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode)
    }
}

@available(*, unavailable)
extension AcceptPauseHandler: Sendable {}
