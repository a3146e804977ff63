import Foundation
import StatesLanguage
import Testing
import Waitable

@Suite("Task tokens", .timeLimit(.minutes(1)))
struct TaskTokenTests {
    private let secret = TaskTokenKey.make()
    private let execution = Execution(
        key: ExecutionKey(machine: "m", name: "x"),
        revision: "h",
        startDate: Instant(milliseconds: 1_795_000_000_000),
        input: #"{"a":1}"#
    )

    private func token(_ task: Int = 3, of execution: Execution? = nil) -> TaskToken {
        TaskToken(task: task, of: execution ?? self.execution, secret: secret)
    }

    @Test("a token is read as it was handed out, and is of one start of its execution")
    func text() throws {
        let read = try #require(TaskToken(token().text))
        #expect(read == token())
        #expect(read.isMade(with: secret))
        #expect(read.key == execution.key)
        #expect(read.startDate == execution.startDate)
        #expect(read.task == 3)
        var later = execution
        later.startDate = execution.startDate.adding(milliseconds: 1)
        #expect(token(of: later) != read)
    }

    @Test("who has another key, or none, has no token")
    func forgery() throws {
        #expect(!token().isMade(with: .make()))
        #expect(TaskToken(task: 3, of: execution, secret: .make()) != token())
        #expect(token(4) != token())
        let lines = try lines(of: token())
        #expect(lines.count == 4)
        let proof = lines[3]
        for forged in ["", String(proof.dropLast(4)), proof + "AAAA", String(repeating: "A", count: 43) + "="] {
            expectForged(lines[..<3] + [forged])
        }
        // The proof is of all that stands before it.
        for (index, other) in ["m:y", "1795000000001", "4"].enumerated() {
            var changed = lines
            changed[index] = other
            expectForged(changed[...])
        }
        // Nor of the same characters, divided otherwise.
        expectForged(["m:x1", "795000000000", "3", proof])
        // As tokens were made before they had the start.
        #expect(TaskToken(base64("m:x\n3\n\(proof)")) == nil)
    }

    private func expectForged(_ lines: ArraySlice<String>) {
        #expect(TaskToken(base64(lines.joined(separator: "\n")))?.isMade(with: secret) != true, "\(lines)")
    }

    @Test("a key is 256 bits, read as it is written, and shows nothing of itself")
    func key() {
        #expect(TaskTokenKey(base64: secret.base64) == secret)
        #expect(TaskTokenKey.make() != TaskTokenKey.make())
        for text in ["", "AAAA", "x", String(repeating: "A", count: 40)] { #expect(TaskTokenKey(base64: text) == nil) }
        var dumped = ""
        dump(secret, to: &dumped)
        for shown in ["\(secret)", String(reflecting: secret), dumped] {
            #expect(shown.contains("key of task tokens") && !shown.contains(secret.base64), "\(shown)")
        }
    }

    private func lines(of token: TaskToken) throws -> [String] {
        String(decoding: try #require(Data(base64Encoded: token.text)), as: UTF8.self).split(separator: "\n")
            .map(String.init)
    }

    private func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
