import Foundation
import LineLogging
import Logging
import Testing

@Suite("Logs as text", .timeLimit(.minutes(1)))
struct TextLogHandlerTests {
    @Test("a line has time, level and label, then the metadata by name, then the message")
    func line() throws {
        let text = try text { logger in
            var logger = logger
            logger[metadataKey: "worker"] = "w-1"
            logger.debug("not written")
            logger.warning("commit refused", metadata: ["state": "Wait", "execution": "m:order-42"])
        }
        let pattern = #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z warning test: /#
        #expect(try pattern.prefixMatch(in: text) != nil, "\(text)")
        #expect(text.hasSuffix(" warning test: execution=m:order-42 state=Wait worker=w-1 commit refused\n"))
    }

    @Test(
        "whatever is logged stays on its line, and shows what it is",
        arguments: [
            ("a\nb", #"a\nb"#), ("a\rb", #"a\rb"#), ("a\r\nb", #"a\r\nb"#), ("a\u{85}b", #"a\u{85}b"#),
            ("a\u{2028}b", #"a\u{2028}b"#), ("a\u{2029}b", #"a\u{2029}b"#), ("\u{1B}[2Jb", #"\u{1b}[2Jb"#),
            ("a\u{202E}b", #"a\u{202e}b"#), ("a\u{0}\u{B}\u{C}\u{7F}\u{9B}b", #"a\u{0}\u{b}\u{c}\u{7f}\u{9b}b"#),
            ("a\tb", #"a\tb"#), ("é 😀 \\ \"", "é 😀 \\ \""),
        ]
    )
    func escaping(text: String, escaped: String) throws {
        struct Broken: Error, CustomStringConvertible { let description: String }
        let written = try self.text { logger in
            var logger = logger
            logger[metadataKey: "own"] = "\(text)"
            logger.info("\(text)", metadata: ["k\(text)": ["\(text)", ["deep": "\(text)"]]])
            logger.error("failed", error: Broken(description: text))
        }
        let isPlain = text == escaped && !text.contains(" ")
        let value = isPlain ? text : "\"" + (text == escaped ? #"é 😀 \\ \""# : escaped) + "\""
        let lines = written.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 3 && lines[2].isEmpty, "\(written)")
        #expect(written.utf8.filter { $0 < 0x20 }.count == 2)
        let first = String(Substring(lines[0]))
        #expect(
            first.hasSuffix(escaped) && first.contains("own=\(value)") && first.contains("k\(escaped)="),
            "\(first)"
        )
        #expect(String(Substring(lines[1])).contains("error=\(value)"))
    }

    @Test(
        "a value looks like no other field",
        arguments: [
            ("w-1", "w-1"), ("", "\"\""), ("a b", "\"a b\""), ("a=b", "\"a=b\""),
            (#"x" level=error y=""#, #""x\" level=error y=\"""#), (#"a\nb"#, #""a\\nb""#), ("a\nb", #""a\nb""#),
            ("é😀", "é😀"),
        ]
    )
    func quoting(value: String, written: String) throws {
        let text = try text { $0.info("done", metadata: ["a": "\(value)", "z": "1"]) }
        #expect(text.hasSuffix(" info test: a=\(written) z=1 done\n"), "\(text)")
    }

    @Test("a long text is cut between characters, and says how long it was")
    func long() throws {
        let long = "x" + String(repeating: "é", count: 100_000)
        let written = try text { logger in
            logger.info("done", metadata: ["a": "\(long)"])
            logger.info("\(long)")
        }
        #expect(written.utf8.count < 9_000)
        #expect(written.contains(#"é… (200001 bytes)" done"#) && written.hasSuffix("é… (200001 bytes)\n"), "\(written)")
    }

    /// What is written while something logs.
    private func text(_ body: (Logger) -> Void) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "waitable-log-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data().write(to: file)
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        let output = LineOutput(descriptor: handle.fileDescriptor)
        body(Logger(label: "test") { TextLogHandler(label: $0, output: output) })
        return try String(contentsOf: file, encoding: .utf8)
    }
}
