import NIOCore

/// Reads commands, RESP arrays of bulk strings, and gives each its answer.
final class FakeServerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: ([String]) -> FakeServer.Answer
    private var received = ByteBuffer()

    init(_ answer: @escaping ([String]) -> FakeServer.Answer) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.writeImmutableBuffer(unwrapInboundIn(data))
        while let command = nextCommand() {
            switch answer(command) {
            case .text(let text): context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .textThenClose(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                context.close(promise: nil)
            case .nothing: break
            case .close: context.close(promise: nil)
            }
        }
    }

    private func nextCommand() -> [String]? {
        var rest = received
        guard let count = number(after: "*", in: &rest) else { return nil }
        var words: [String] = []
        for _ in 0..<count {
            guard let length = number(after: "$", in: &rest), let word = rest.readString(length: length),
                rest.readString(length: 2) == "\r\n"
            else { return nil }
            words.append(word)
        }
        received = rest
        return words
    }

    private func number(after mark: String, in buffer: inout ByteBuffer) -> Int? {
        let view = buffer.readableBytesView
        guard let end = view.firstIndex(of: UInt8(ascii: "\r")),
            let line = buffer.readString(length: end - view.startIndex),
            buffer.readString(length: 2) == "\r\n", line.hasPrefix(mark)
        else { return nil }
        return Int(line.dropFirst())
    }
}
