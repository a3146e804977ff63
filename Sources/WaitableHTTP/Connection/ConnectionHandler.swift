import HTTPTypes
import NIOCore
import NIOHTTP1
import StatesLanguage

/// The rules of HTTP/1 for a connection that the framework leaves to others, and what bounds a client's slowness.
///
/// It sits behind the parser. It refuses heads that break a rule, and gives the reason where the framework answers what
/// cannot be parsed with an empty 400; answers `Expect: 100-continue`; ends a connection after the answer where the client
/// asked for it, speaks HTTP/1.0, or has not sent all of its request; and gives up bodies and answers that do not move.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// A request whose answer has not ended.
    private struct Exchange {
        /// Whether the client speaks HTTP/1.0: it knows no chunks.
        let isOld: Bool
        var endsConnection: Bool
        var awaitsContinue: Bool
        var isRead = false
        var streams = false
        /// When it became the connection's first, and what came of its body.
        var begun: NIODeadline
        var bytes = 0
        var onGone: [@Sendable () -> Void] = []
    }

    private let limits: ConnectionLimits
    /// In the order in which they came, which is the one of their answers.
    private var exchanges = CircularBuffer<Exchange>(initialCapacity: 1)
    /// Why what came after the last request is none.
    private var refusal: ItemError?
    /// Whether nothing that comes is handed on any more.
    private var isDeaf = false
    private var isGone = false
    private var isLingering = false
    private var bodyTimer: Scheduled<Void>?
    private var answerTimer: Scheduled<Void>?
    private var lingerTimer: Scheduled<Void>?

    init(limits: ConnectionLimits) { self.limits = limits }

    func handlerRemoved(context: ChannelHandlerContext) {
        for timer in [bodyTimer, answerTimer, lingerTimer] { timer?.cancel() }
        leave()
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDeaf else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            if let refusal = ItemError(headOf: head) { return refuse(refusal, context) }
            exchanges.append(
                Exchange(
                    isOld: head.isOld,
                    endsConnection: !head.isKeepAlive,
                    awaitsContinue: !head.isOld && head.headers.contains(name: "Expect"),
                    begun: .now()
                )
            )
        case .body(let bytes):
            exchanges[offset: exchanges.count - 1].bytes += bytes.readableBytes
        case .end:
            exchanges[offset: exchanges.count - 1].isRead = true
            isDeaf = exchanges.last?.endsConnection ?? true
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if let last = exchanges.last, !last.isRead, !isDeaf, bodyTimer == nil {
            watchBody(context, for: limits.bodyTime)
        }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError {
            // Within a body, whoever reads it has the reason, too.
            refusal = ItemError(error)
            isDeaf = true
        }
        context.fireErrorCaught(error)
    }

    /// Has the framework give up reading, and answer once all requests before have their answers.
    private func refuse(_ refusal: ItemError, _ context: ChannelHandlerContext) {
        self.refusal = refusal
        isDeaf = true
        context.fireErrorCaught(HTTPParserError.unknown)
    }

    private func watchBody(_ context: ChannelHandlerContext, for time: TimeAmount) {
        bodyTimer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [self] in
            bodyTimer = nil
            guard let exchange = exchanges.last, !exchange.isRead, !exchange.streams, !isDeaf else { return }
            // One that has to wait for its turn is read no further meanwhile.
            guard exchanges.count == 1 else { return watchBody(context, for: limits.bodyTime) }
            let allowed = limits.bodyTime + .milliseconds(Int64(exchange.bytes) * 1_000 / Int64(limits.bodyRate))
            let left = exchange.begun + allowed - .now()
            if left > .zero { return watchBody(context, for: left) }
            isDeaf = true
            context.fireErrorCaught(BodyError.tooSlow)
        }
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // An answer to what was read ahead, behind the connection's last one, reaches nobody.
        guard !isLingering else {
            promise?.succeed()
            return
        }
        guard !exchanges.isEmpty else { return writeRefusal(context, unwrapOutboundIn(data), promise) }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            frame(&head, &exchanges[exchanges.startIndex])
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            let exchange = exchanges.removeFirst()
            if !exchanges.isEmpty { exchanges[exchanges.startIndex].begun = .now() }
            if exchange.endsConnection {
                writeLast(context, data, promise, lingers: !exchange.isRead)
            } else {
                context.write(data, promise: promise)
            }
        }
    }

    /// Says in the head of an answer whether the connection ends with it.
    private func frame(_ head: inout HTTPResponseHead, _ exchange: inout Exchange) {
        if exchange.isOld { head.version = .http1_0 }
        if !exchange.isRead, !exchange.streams { exchange.endsConnection = true }
        // Without chunks, only the end of the connection can end it.
        if exchange.isOld, !head.headers.contains(name: "Content-Length") { exchange.endsConnection = true }
        if exchange.endsConnection {
            isDeaf = isDeaf || !exchange.streams
            head.headers.replaceOrAdd(name: "Connection", value: "close")
        } else if exchange.isOld {
            head.headers.replaceOrAdd(name: "Connection", value: "keep-alive")
        }
    }

    /// Where no request is left, the framework answers what could not be read, without a reason: it is given here.
    private func writeRefusal(
        _ context: ChannelHandlerContext,
        _ part: HTTPServerResponsePart,
        _ promise: EventLoopPromise<Void>?
    ) {
        guard let refusal else {
            promise?.succeed()
            return
        }
        switch part {
        case .head:
            var bytes: [UInt8] = []
            JSON.object(refusal.body).write(to: &bytes)
            let head = HTTPResponseHead(
                version: .http1_1,
                status: HTTPResponseStatus(statusCode: refusal.status.code),
                headers: [
                    "Content-Type": "application/json", "Content-Length": "\(bytes.count)", "Connection": "close",
                ]
            )
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: promise)
        case .body:
            promise?.succeed()
        case .end:
            writeLast(context, wrapOutboundOut(.end(nil)), promise, lingers: true)
        }
    }

    /// Writes the end of the connection's last answer, and closes.
    ///
    /// - Parameter lingers: Whether the client may still send: to close at once would have the answer taken back.
    private func writeLast(
        _ context: ChannelHandlerContext,
        _ end: NIOAny,
        _ promise: EventLoopPromise<Void>?,
        lingers: Bool
    ) {
        isDeaf = true
        isLingering = true
        let written = promise ?? context.eventLoop.makePromise()
        context.writeAndFlush(end, promise: written)
        written.futureResult.assumeIsolated().whenComplete { [self] _ in
            guard lingers, !isGone else { return context.close(promise: nil) }
            context.close(mode: .output, promise: nil)
            lingerTimer = context.eventLoop.assumeIsolated().scheduleTask(in: limits.lingering) {
                context.close(promise: nil)
            }
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        answerTimer?.cancel()
        answerTimer = nil
        if !context.channel.isWritable {
            answerTimer = context.eventLoop.assumeIsolated().scheduleTask(in: limits.answerTime) {
                context.close(promise: nil)
            }
        }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Events

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let event = event as? ConnectionEvent else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        switch event {
        case .onGone(let action):
            if isGone || exchanges.isEmpty { action() } else { exchanges[exchanges.startIndex].onGone.append(action) }
        case .bodyStreams:
            if !exchanges.isEmpty { exchanges[exchanges.startIndex].streams = true }
            goOn(context)
        case .bodyWanted:
            goOn(context)
        }
        promise?.succeed()
    }

    /// Lets a client send its body that waits for this; one that has begun does not wait.
    private func goOn(_ context: ChannelHandlerContext) {
        guard let exchange = exchanges.first, exchange.awaitsContinue else { return }
        exchanges[exchanges.startIndex].awaitsContinue = false
        guard !exchange.isRead, exchange.bytes == 0 else { return }
        let head = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            leave()
            if isLingering { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    private func leave() {
        isGone = true
        for index in exchanges.indices {
            for action in exchanges[index].onGone { action() }
            exchanges[index].onGone = []
        }
    }
}

@available(*, unavailable)
extension ConnectionHandler: Sendable {}
