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

    /// A connection whose requests are one letter and an empty line each: the gate closes behind each of them.
    private final class Connection {
        let channel = EmbeddedChannel()
        let parser = Parser()
        let gate: RequestGate

        init(_ turns: AheadTurns) throws {
            gate = RequestGate(limit: 1_000, turns: turns)
            try channel.pipeline.syncOperations.addHandlers(gate, Closer(gate: gate), parser)
        }

        func receive(_ text: String) {
            channel.pipeline.fireChannelRead(ByteBuffer(string: text))
            channel.pipeline.fireChannelReadComplete()
        }

        /// Answers the request under way; something more may come before all of the answer is written.
        func answer(_ more: String = "") {
            gate.noteAnswer()
            if !more.isEmpty { receive(more) }
            gate.open()
        }

        /// Lets the connection do what it has to, and gives the requests that have passed.
        func passed() -> [String] {
            channel.embeddedEventLoop.run()
            return parser.come.filter { $0 != "complete" }.map { $0.replacing("\r\n", with: "") }
        }
    }

    /// Closes a gate behind each empty line.
    private final class Closer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let gate: RequestGate

        init(gate: RequestGate) { self.gate = gate }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if String(buffer: unwrapInboundIn(data)).hasSuffix("\r\n\r\n") { gate.close() }
            context.fireChannelRead(data)
        }
    }

    private static func requests(_ letters: String) -> String { letters.map { "\($0)\r\n\r\n" }.joined() }

    @Test("what many connections sent ahead passes a few at a time, in turn by connection; what was not waits for none")
    func turns() throws {
        let turns = AheadTurns(most: 2)
        let all = try ["abc", "def", "ghi", "jkl"].map { letters in
            let connection = try Connection(turns)
            connection.receive(Self.requests(letters))
            return connection
        }
        // The first of each was not sent ahead of an answer.
        #expect(all.map { $0.passed() } == [["a"], ["d"], ["g"], ["j"]])
        for connection in all { connection.answer() }
        #expect(all.map { $0.passed() } == [["b"], ["e"], [], []])
        let other = try Connection(turns)
        for letter in ["x", "y", "z"] {
            other.receive(Self.requests(letter))
            #expect(other.passed() == [letter])
            other.answer()
        }
        // A fast client may have read the answer before all of it is known to be written.
        other.receive(Self.requests("v"))
        #expect(other.passed() == ["v"])
        other.answer(Self.requests("w"))
        #expect(other.passed() == ["w"])
        all[1].answer()
        #expect(all.map { $0.passed() } == [[], [], ["h"], []])
        all[0].answer()
        #expect(all.map { $0.passed() } == [[], [], [], ["k"]])
        // Now those wait that had a turn before.
        all[3].answer()
        all[2].answer()
        #expect(all.map { $0.passed() } == [["c"], ["f"], [], []])
        for connection in [all[0], all[1]] { connection.answer() }
        #expect(all.map { $0.passed() } == [[], [], ["i"], ["l"]])
    }

    @Test("a turn ends with its connection, after a moment, and where no request has come whole")
    func turnsEnd() throws {
        let turns = AheadTurns(most: 1)
        let (first, second, third) = (try Connection(turns), try Connection(turns), try Connection(turns))
        for connection in [first, second, third] {
            connection.receive(Self.requests("ab"))
            _ = connection.passed()
            connection.answer()
        }
        #expect([first, second, third].map { $0.passed() } == [["b"], [], []])
        first.channel.pipeline.fireChannelInactive()
        #expect([second, third].map { $0.passed() } == [["b"], []])
        second.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(third.passed() == ["b"])
        third.receive("half\r\n")
        third.answer()
        #expect(third.passed() == ["half"])
        let fourth = try Connection(turns)
        fourth.receive(Self.requests("ab"))
        #expect(fourth.passed() == ["a"])
        fourth.answer()
        #expect(fourth.passed() == ["b"])
    }
}
