import Foundation
import Logging
import Testing

@testable import LineLogging

@Suite("A log whose reader hangs", .timeLimit(.minutes(1)))
struct LineOutputTests {
    @Test("stops nobody, and says how many lines are missing once it is read again", arguments: [false, true])
    func hungReader(isJSON: Bool) throws {
        let pipe = Pipe()
        let output = LineOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let logger = Logger(label: "test") { label -> any LogHandler in
            isJSON ? JSONLogHandler(label: label, output: output) : TextLogHandler(label: label, output: output)
        }
        // A pipe holds 64 KiB.
        let text = String(repeating: "x", count: 3_000)
        for number in 0..<100 { logger.warning("\(number) \(text)") }
        var lines = read(pipe)
        logger.warning("read again")
        lines += read(pipe)
        let missing = try #require(lines.firstIndex { $0.contains("lines of the log are missing") })
        let count = isJSON ? #""lines":"\#(100 - missing)""# : "lines=\(100 - missing) "
        #expect(lines[missing].contains(count), "\(lines[missing])")
        #expect((15...22).contains(missing))
        #expect(lines[..<missing].allSatisfy { $0.contains(text) && $0.hasSuffix(isJSON ? "}" : "x") })
        #expect(lines[missing...].count == 2)
        #expect(lines.last?.contains("read again") == true)
    }

    @Test("ends with its reader: what is written then is dropped")
    func closedReader() throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = Pipe()
        let output = LineOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        try pipe.fileHandleForReading.close()
        for _ in 0..<100 { output.write(Array(repeating: 0x78, count: 10_000)) { _ in [] } }
    }

    /// The lines that are there to be read.
    private func read(_ pipe: Pipe) -> [String] {
        var bytes: [UInt8] = []
        var entry = pollfd(fd: pipe.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
        while poll(&entry, 1, 0) > 0 { bytes += pipe.fileHandleForReading.availableData }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
