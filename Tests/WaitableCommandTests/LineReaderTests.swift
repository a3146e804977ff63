import Foundation
import Testing
import Waitable

@testable import WaitableCommand

@Suite("Files of items, line by line", .timeLimit(.minutes(1)))
struct LineReaderTests {
    private typealias Line = LineReader.Line

    /// The lines of a file, and how many lines and bytes the reader counted.
    private func read(_ bytes: [UInt8]) throws -> (lines: [Line], count: Int, bytes: Int) {
        let file = FileManager.default.temporaryDirectory.appending(path: "waitable-lines-\(UUID().uuidString)")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        var reader = try LineReader(path: file.path)
        var lines: [Line] = []
        while let line = try reader.next() { lines.append(line) }
        return (lines, reader.lines, reader.bytes)
    }

    private func text(_ text: String) -> Line { .text(Array(text.utf8)) }

    @Test(
        "Lines come without their ends, the last one also without an end",
        arguments: [
            ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("\n\na\n", ["", "", "a"]),
            ("a\r\n", ["a\r"]),
        ]
    )
    func lines(file: String, lines: [String]) throws {
        let read = try read(Array(file.utf8))
        #expect(read.lines == lines.map(text))
        #expect(read.count == lines.count)
        #expect(read.bytes == file.utf8.count)
    }

    @Test("A line that goes over the pieces in which the file is read is one line")
    func pieces() throws {
        let long = String(repeating: "é", count: 32_000)
        let read = try read(Array("\(long)\n\(long)\n\(long)".utf8))
        #expect(read.lines == [text(long), text(long), text(long)])
    }

    @Test("A line that is too long is told, and those behind it are read", arguments: [0, 1, 65_536, 1_000_000])
    func tooLong(beyond: Int) throws {
        let longest = [UInt8](repeating: 0x61, count: LineReader.longestLine)
        let tooLong = longest + [UInt8](repeating: 0x61, count: 1 + beyond)
        let read = try read(longest + [0x0A] + tooLong + [0x0A, 0x62, 0x0A] + tooLong)
        #expect(read.lines == [.text(longest), .tooLong, text("b"), .tooLong])
        #expect(read.count == 4)
    }

    @Test("A file that is not there is an error of the flag")
    func missing() {
        let rule = "must be a readable file, or - for standard input"
        #expect(throws: FieldError(field: "--file", rule: rule, value: "/nowhere")) { try LineReader(path: "/nowhere") }
    }
}
