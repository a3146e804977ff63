import Testing

@testable import WaitableHTTP

/// Lines out of bytes that come in any pieces.
@Suite(.timeLimit(.minutes(1)))
struct LineSplitterTests {
    private static let text = "one\n\n  \t\r\ntwo\r\n" + String(repeating: "x", count: 11) + "\n0123456789\nlast"
    private static let lines: [LineSplitter.Line] = [
        .whole(number: 1, bytes: Array("one".utf8)[...]), .whole(number: 4, bytes: Array("two\r".utf8)[...]),
        .tooLong(number: 5), .whole(number: 6, bytes: Array("0123456789".utf8)[...]),
        .whole(number: 7, bytes: Array("last".utf8)[...]),
    ]

    @Test("Lines are the same however the bytes are cut", arguments: 1...40)
    func anyPieces(size: Int) {
        var splitter = LineSplitter(limit: 10)
        let bytes = Array(Self.text.utf8)
        var lines: [LineSplitter.Line] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            lines += splitter.lines(in: Array(bytes[start..<min(start + size, bytes.count)]))
        }
        if let last = splitter.lastLine() { lines.append(last) }
        #expect(lines == Self.lines)
    }

    @Test("A last line over the limit is one too, and an empty stream has none")
    func lastLine() {
        var splitter = LineSplitter(limit: 10)
        #expect(splitter.lastLine() == nil)
        splitter = LineSplitter(limit: 10)
        #expect(splitter.lines(in: Array(String(repeating: "x", count: 11).utf8)) == [])
        #expect(splitter.lastLine() == .tooLong(number: 1))
    }
}
