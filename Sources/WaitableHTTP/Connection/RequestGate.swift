import NIOCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Hands what comes on to the parser behind it, one request at a time: while one is answered, what follows stays here unparsed,
/// and no more is read. So a client that sends thousands ahead costs what one that waits for its answers does. What was sent ahead
/// also waits for one of the few turns that all connections share for such requests (``AheadTurns``): so many that do not wait for
/// their answers hold up none that does.
///
/// It also counts the bytes that the parser has not made anything of yet: the beginning of a head. The parser's own limit is for
/// names and values, and it keeps all that stands around them.
final class RequestGate: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What is told to whoever sits behind the parser.
    enum Event {
        /// The bytes of a head are too many. Nothing more is handed on.
        case overflow
        /// The client sends no more. What it has sent is handed on before the parser hears that.
        case inputEnded
    }

    private enum Passage {
        case open
        case closed
        /// It opens with its turn.
        case waits
        /// Nothing that comes is wanted any more.
        case discards
    }

    private let limit: Int
    private let turns: AheadTurns?
    /// That of the request that is answered, where it was sent ahead. One that takes longer waits for something, and works no more.
    private var turn: AheadTurns.Turn? { didSet { if turn == nil { turnTimer?.cancel() } } }
    private var turnTimer: Scheduled<Void>?
    private static let longestTurn: TimeAmount = .seconds(1)
    private var context: ChannelHandlerContext?
    private var passage = Passage.open
    private var held: ByteBuffer?
    /// Whether there was something when the answer under way began: the client had not waited for it.
    private var isAhead = false
    private var isFeeding = false
    private var isReadWanted = false
    private var hasEnded = false
    /// The bytes since the last part of a request came out of the parser.
    private(set) var bytes = 0

    /// - Parameters:
    ///   - limit: The most bytes of a head.
    ///   - turns: Those for what was sent ahead; `nil`: it needs none.
    init(limit: Int, turns: AheadTurns? = nil) {
        self.limit = limit
        self.turns = turns
    }

    /// Whether there is something that the parser has not had yet.
    var holds: Bool { held != nil }

    /// Takes note that a part of a request came out.
    func restart() { bytes = 0 }

    /// Hands nothing on until it is opened.
    func close() { if passage == .open { passage = .closed } }

    /// Takes note that an answer begins.
    func noteAnswer() { isAhead = holds }

    /// Goes on, once it has been others' turn.
    func open() {
        guard passage == .closed else { return }
        turn = nil
        guard isAhead, let turns, let eventLoop = context?.eventLoop else {
            passage = .open
            return goOnSoon()
        }
        (passage, isAhead) = (.waits, false)
        let gate = NIOLoopBound(self, eventLoop: eventLoop)
        turns.ask { turn in eventLoop.execute { gate.value.goOn(turn) } }
    }

    private func goOn(_ turn: AheadTurns.Turn) {
        guard passage == .waits, let context else { return }
        passage = .open
        self.turn = turn
        turnTimer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.longestTurn) { [self] in self.turn = nil }
        goOn()
        // The rest of a request that has not come whole need not be waited for.
        if passage == .open { self.turn = nil }
    }

    /// Drops all that there is, and all that comes.
    func discard() {
        passage = .discards
        held = nil
        goOnSoon()
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        turn = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard passage != .discards else { return }
        let bytes = unwrapInboundIn(data)
        if held == nil { held = bytes } else { held?.writeImmutableBuffer(bytes) }
        feed(context)
    }

    func read(context: ChannelHandlerContext) {
        if holds { isReadWanted = true } else { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event, holds else { return context.fireUserInboundEventTriggered(event) }
        hasEnded = true
        context.fireUserInboundEventTriggered(Event.inputEnded)
    }

    func channelInactive(context: ChannelHandlerContext) {
        (held, isReadWanted, hasEnded, turn) = (nil, false, false, nil)
        context.fireChannelInactive()
    }

    private func goOnSoon() {
        guard holds || isReadWanted || hasEnded, let context else { return }
        context.eventLoop.assumeIsolated().execute { [self] in goOn() }
    }

    private func goOn() {
        guard let context else { return }
        if holds, passage == .open {
            feed(context)
            context.fireChannelReadComplete()
        }
        guard !holds else { return }
        if isReadWanted {
            isReadWanted = false
            context.read()
        }
        if hasEnded {
            hasEnded = false
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
    }

    private func feed(_ context: ChannelHandlerContext) {
        guard !isFeeding else { return }
        isFeeding = true
        defer { isFeeding = false }
        while passage == .open, var rest = held {
            let piece = rest.readSlice(length: rest.lengthOfHead ?? rest.readableBytes)
            held = rest.readableBytes > 0 ? rest : nil
            guard let piece, bytes <= limit else { continue }
            bytes += piece.readableBytes
            context.fireChannelRead(wrapInboundOut(piece))
            if bytes > limit { context.fireUserInboundEventTriggered(Event.overflow) }
        }
    }
}

extension ByteBuffer {
    /// The bytes up to the first empty line, and with it; `nil` where there is none.
    fileprivate var lengthOfHead: Int? {
        withUnsafeReadableBytes { bytes in
            guard let start = bytes.baseAddress else { return nil }
            var line = 0
            while let end = memchr(start + line, Int32(UInt8(ascii: "\n")), bytes.count - line) {
                line = UnsafeRawPointer(end) - start + 1
                var next = line
                if next < bytes.count, bytes[next] == UInt8(ascii: "\r") { next += 1 }
                if next < bytes.count, bytes[next] == UInt8(ascii: "\n") { return next + 1 }
            }
            return nil
        }
    }
}

@available(*, unavailable)
extension RequestGate: Sendable {}
