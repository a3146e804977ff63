import HTTPTypes
import NIOCore
import NIOHTTP1
import StatesLanguage

/// The rules of HTTP/1 for a connection that the framework leaves to others, and what bounds a client's slowness.
///
/// It sits behind the parser. It refuses heads that break a rule, and gives the reason where the framework answers what
/// cannot be parsed with an empty 400; answers `Expect: 100-continue`; ends a connection after the answer where the client
/// asked for it, speaks HTTP/1.0, or has not sent all of its request; and gives up heads, bodies and answers that do not
/// move. It gives its place to another connection while it waits for its client.
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
        /// Whether what is to be done when the client goes is done: then there is nobody to answer.
        var isGivenUp = false
        var isAnswered = false

        /// Does what is to be done when the client goes.
        mutating func giveUp() {
            guard !onGone.isEmpty else { return }
            isGivenUp = true
            for action in onGone { action() }
            onGone = []
        }
    }

    private let limits: ConnectionLimits
    private let gate: RequestGate
    /// `nil` where there was none, and once the connection has ended.
    private var place: ConnectionPlaces.Place?
    /// What asks this connection for its place.
    private let onLoss: @Sendable () -> Void
    /// In the order in which they came, which is the one of their answers.
    private var exchanges = CircularBuffer<Exchange>(initialCapacity: 1)
    /// Why what came after the last request is none.
    private var refusal: ItemError?
    /// Whether nothing that comes is handed on any more.
    private var isDeaf = false { didSet { if isDeaf { gate.discard() } } }
    private var isGone = false
    private var isLingering = false
    private var headTimer: Scheduled<Void>?
    private var bodyTimer: Scheduled<Void>?
    private var answerTimer: Scheduled<Void>?
    private var lingerTimer: Scheduled<Void>?

    /// - Parameters:
    ///   - gate: What stands before the parser.
    ///   - place: The connection's place; one that has none is closed.
    ///   - onLoss: What asks this connection for its place.
    init(
        limits: ConnectionLimits,
        gate: RequestGate,
        place: ConnectionPlaces.Place?,
        onLoss: @escaping @Sendable () -> Void
    ) {
        self.limits = limits
        self.gate = gate
        self.place = place
        self.onLoss = onLoss
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        for timer in [headTimer, bodyTimer, answerTimer, lingerTimer] { timer?.cancel() }
        leave()
        place = nil
    }

    // MARK: Requests

    func channelActive(context: ChannelHandlerContext) {
        if place == nil { return context.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        gate.restart()
        guard !isDeaf else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            headTimer?.cancel()
            headTimer = nil
            if let refusal = ItemError(headOf: head) { return refuse(refusal, context) }
            let isSpare = place?.isSpare ?? false
            if isSpare, !head.isProbe { return refuse(.tooManyConnections, context) }
            let now = NIODeadline.now()
            if exchanges.isEmpty { place?.waits(since: now) }
            exchanges.append(
                Exchange(
                    isOld: head.isOld,
                    endsConnection: isSpare || !head.isKeepAlive || head.endsParsing,
                    awaitsContinue: !head.isOld && head.headers.contains(name: "Expect"),
                    begun: now
                )
            )
        case .body(let bytes):
            exchanges[offset: exchanges.count - 1].bytes += bytes.readableBytes
        case .end:
            exchanges[offset: exchanges.count - 1].isRead = true
            isDeaf = exchanges.last?.endsConnection ?? true
            if exchanges.count == 1 { place?.works() }
            if !isDeaf { gate.close() }
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if let last = exchanges.last, !last.isRead {
            if !isDeaf, bodyTimer == nil { watchBody(context, for: limits.bodyTime) }
        } else if gate.bytes > 0, !isDeaf, headTimer == nil {
            watchHead(context)
        }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError, !isDeaf {
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

    private func watchHead(_ context: ChannelHandlerContext) {
        headTimer = context.eventLoop.assumeIsolated().scheduleTask(in: limits.headTime) { [self] in
            headTimer = nil
            guard !isDeaf else { return }
            // One that has to wait for its turn is read no further meanwhile.
            guard exchanges.isEmpty else { return watchHead(context) }
            refuse(.headTooSlow, context)
        }
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
        guard let first = exchanges.first else { return writeRefusal(context, unwrapOutboundIn(data), promise) }
        guard !first.isGivenUp else {
            promise?.succeed()
            return context.close(promise: nil)
        }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            exchanges[exchanges.startIndex].isAnswered = true
            gate.noteAnswer()
            frame(&head, &exchanges[exchanges.startIndex])
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            let exchange = exchanges.removeFirst()
            let now = NIODeadline.now()
            if !exchanges.isEmpty { exchanges[exchanges.startIndex].begun = now }
            if waitsForClient { place?.waits(since: now) }
            if !(exchanges.first?.isRead ?? false) { gate.open() }
            let written = watched(promise, by: exchange.onGone, context)
            if exchange.endsConnection {
                writeLast(context, data, written, lingers: !exchange.isRead)
            } else {
                context.write(data, promise: written)
            }
        }
    }

    /// A promise of an answer's end that also does what is to be done when the client goes, where it fails: the answer was
    /// written to a connection that had ended, and nobody here knew yet.
    private func watched(
        _ promise: EventLoopPromise<Void>?,
        by actions: [@Sendable () -> Void],
        _ context: ChannelHandlerContext
    ) -> EventLoopPromise<Void>? {
        guard !actions.isEmpty else { return promise }
        let written = promise ?? context.eventLoop.makePromise()
        written.futureResult.whenFailure { _ in for action in actions { action() } }
        return written
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
            var head = HTTPResponseHead(
                version: .http1_1,
                status: HTTPResponseStatus(statusCode: refusal.status.code),
                headers: [
                    "Content-Type": "application/json", "Content-Length": "\(bytes.count)", "Connection": "close",
                ]
            )
            if let retryAfter = refusal.retryAfter { head.headers.add(name: "Retry-After", value: "\(retryAfter)") }
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
        place?.ends()
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
            guard !exchanges.isEmpty else {
                action()
                break
            }
            exchanges[exchanges.startIndex].onGone.append(action)
            if isGone { exchanges[exchanges.startIndex].giveUp() }
        case .bodyStreams:
            if !exchanges.isEmpty { exchanges[exchanges.startIndex].streams = true }
            place?.works()
            goOn(context)
        case .bodyWanted:
            goOn(context)
        case .placeWanted:
            // A request that has come whole may be carried out: it is answered.
            if waitsForClient, !gate.holds { context.close(promise: nil) } else { place?.keep(onLoss: onLoss) }
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
        switch event {
        case RequestGate.Event.overflow:
            if !isDeaf { errorCaught(context: context, error: HTTPParserError.headerOverflow) }
        case RequestGate.Event.inputEnded:
            leaveUnanswered(context)
        case ChannelEvent.inputClosed:
            leaveUnanswered(context)
            context.fireUserInboundEventTriggered(event)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// One that still listens gets what is being written.
    private func leaveUnanswered(_ context: ChannelHandlerContext) {
        leave { !$0.isAnswered }
        if isLingering { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        place = nil
        context.fireChannelInactive()
    }

    /// Whether there is no request that has come whole, or whose body is read while it is answered.
    private var waitsForClient: Bool { exchanges.first.map { !$0.isRead && !$0.streams } ?? true }

    private func leave(_ isMeant: (Exchange) -> Bool = { _ in true }) {
        isGone = true
        for index in exchanges.indices where isMeant(exchanges[index]) { exchanges[index].giveUp() }
    }
}

@available(*, unavailable)
extension ConnectionHandler: Sendable {}
