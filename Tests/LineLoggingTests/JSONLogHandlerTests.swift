import Dispatch
import Foundation
import LineLogging
import Logging
import Testing

@Suite(.timeLimit(.minutes(1)))
struct JSONLogHandlerTests {
    @Test("a line has time, level, label and message, then the metadata by name")
    func line() throws {
        let lines = try lines { logger in
            var logger = logger
            logger[metadataKey: "worker"] = "w-1"
            logger.warning("commit refused", metadata: ["state": "Wait", "execution": "m:order-42"])
        }
        let line = try #require(lines.first)
        #expect(lines.count == 1)
        #expect(line.prefix(33).wholeMatch(of: #/\{"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/#) != nil, "\(line)")
        #expect(
            line.dropFirst(34) == """
                ,"level":"warning","label":"test","message":"commit refused","execution":"m:order-42","state":"Wait",\
                "worker":"w-1"}
                """
        )
    }

    @Test(
        "whatever is logged stays one JSON object on one line",
        arguments: ["\"", "\\", "a\nb\r\tc", "\u{0}\u{1f}\u{7f}", "{\"x\":1}", "é \u{1F600} \u{2028}", ""]
    )
    func escaping(text: String) throws {
        let lines = try lines { $0.info("\(text)", metadata: ["k\(text)": "\(text)"]) }
        #expect(lines.count == 1)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: String]
        )
        #expect(object["message"] == text)
        #expect(object["k\(text)"] == text)
    }

    @Test("metadata is flat: dictionaries become dotted names, arrays stay, and reserved names move away")
    func metadata() throws {
        let lines = try lines { logger in
            logger.info(
                "x",
                metadata: [
                    "message": "mine", "names": ["a", .stringConvertible(7)],
                    "redis": ["host": "h", "port": "\(6379)"],
                ]
            )
        }
        #expect(
            lines[0].hasSuffix(
                #""message":"x","meta.message":"mine","names":["a","7"],"redis.host":"h","redis.port":"6379"}"#
            ),
            "\(lines[0])"
        )
    }

    @Test("the levels below the logger's are not written")
    func levels() throws {
        let lines = try lines { logger in
            logger.debug("no")
            logger.error("yes")
        }
        #expect(lines.count == 1)
        #expect(lines[0].contains(#""level":"error""#))
    }

    @Test("an error that goes with a message has its place")
    func error() throws {
        struct Broken: Error, CustomStringConvertible { let description = "it is \"broken\"" }
        let lines = try lines { $0.error("failed", error: Broken()) }
        #expect(lines[0].contains(#""error":"it is \"broken\"""#), "\(lines[0])")
    }

    @Test("lines of several threads do not mix")
    func threads() throws {
        let text = String(repeating: "0123456789", count: 400)
        let lines = try lines { logger in
            DispatchQueue.concurrentPerform(iterations: 8) { thread in
                for _ in 0..<20 { logger.info("\(thread)", metadata: ["text": "\(text)"]) }
            }
        }
        #expect(lines.count == 160)
        for line in lines { #expect(line.hasSuffix("\"text\":\"\(text)\"}")) }
    }

    /// What is written while something logs.
    private func lines(_ body: (Logger) -> Void) throws -> [Substring] {
        let file = FileManager.default.temporaryDirectory.appending(path: "waitable-log-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data().write(to: file)
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        let output = LineOutput(descriptor: handle.fileDescriptor)
        body(Logger(label: "test") { JSONLogHandler(label: $0, output: output) })
        let text = try String(contentsOf: file, encoding: .utf8)
        // Split by the newline byte's character alone: other line ends are text.
        #expect(text.hasSuffix("\n"))
        return text.unicodeScalars.split(separator: "\n").map { Substring($0) }
    }
}
