import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import WaitableHTTP

@Suite("A connection's gate", .timeLimit(.minutes(1)))
struct RequestGateTests {
    /// The socket's side: counts how often it is to be read.
    private final class Socket: ChannelOutboundHandler, Sendable {
        typealias OutboundIn = ByteBuffer
        let reads = Counter()

        func read(context: ChannelHandlerContext) { reads.add() }
    }

    /// The parser's side: keeps what comes.
    private final class Parser: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        private let parts = Mutex<[String]>([])

        /// What has come since this was last asked.
        var come: [String] {
            parts.withLock { parts in
                defer { parts = [] }
                return parts
            }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            parts.withLock { $0.append(String(buffer: unwrapInboundIn(data))) }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            parts.withLock { $0.append("\(event)") }
        }

        func channelReadComplete(context: ChannelHandlerContext) { parts.withLock { $0.append("complete") } }
    }

    private let socket = Socket()
    private let gate = RequestGate(limit: 100)
    private let parser = Parser()
    private let channel = EmbeddedChannel()

    init() throws { try channel.pipeline.syncOperations.addHandlers(socket, gate, parser) }

    private func receive(_ text: String) {
        channel.pipeline.fireChannelRead(ByteBuffer(string: text))
        channel.pipeline.fireChannelReadComplete()
        channel.read()
    }

    /// Opens the gate, and gives it its turn.
    private func open() {
        gate.open()
        channel.embeddedEventLoop.run()
    }

    @Test("hands on what there is up to an empty line, and the rest where it stays open")
    func pieces() {
        receive("a\r\nb\n\r\ncd\n\nef\r\n")
        #expect(parser.come == ["a\r\nb\n\r\n", "cd\n\n", "ef\r\n", "complete"])
        #expect(socket.reads.value == 1)
    }

    @Test("closed, it keeps the rest, and has no more read until this has been handed on")
    func closed() {
        gate.close()
        receive("a\r\n\r\nb\r\n\r\n")
        #expect(parser.come == ["complete"])
        receive("c\r\n\r\n")
        #expect(socket.reads.value == 0)
        #expect(parser.come == ["complete"])
        gate.open()
        // It is others' turn first.
        #expect(parser.come == [])
        channel.embeddedEventLoop.run()
        #expect(parser.come == ["a\r\n\r\n", "b\r\n\r\n", "c\r\n\r\n", "complete"])
        #expect(socket.reads.value == 1)
    }

    @Test("closed, it has the socket read while it keeps nothing: so it is seen when the client goes")
    func readsOn() {
        receive("a\r\n\r\n")
        gate.close()
        channel.read()
        #expect(socket.reads.value == 2)
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(parser.come == ["a\r\n\r\n", "complete", "\(ChannelEvent.inputClosed)"])
    }

    @Test("tells at once that the client sends no more, and the parser once it has had everything")
    func inputEnds() {
        gate.close()
        receive("a")
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(parser.come == ["complete", "\(RequestGate.Event.inputEnded)"])
        open()
        #expect(parser.come == ["a", "complete", "\(ChannelEvent.inputClosed)"])
    }

    @Test("drops what nobody wants, and has the socket read on")
    func discards() {
        gate.close()
        receive("a")
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        gate.discard()
        channel.embeddedEventLoop.run()
        #expect(socket.reads.value == 1)
        receive("b")
        #expect(socket.reads.value == 2)
        let ended = ["complete", "\(RequestGate.Event.inputEnded)", "\(ChannelEvent.inputClosed)", "complete"]
        #expect(parser.come == ended)
    }

    @Test("counts what the parser makes nothing of, whatever its lines, and hands on no more")
    func overflow() {
        for _ in 0..<3 { receive(String(repeating: "\r\n", count: 20)) }
        #expect(parser.come.filter { $0 == "\(RequestGate.Event.overflow)" }.count == 1)
        receive("a")
        #expect(parser.come == ["complete"])
    }
}
