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

    @Test("a token is read as it was handed out, and is its execution's alone")
    func text() throws {
        let read = try #require(TaskToken(token().text))
        #expect(read == token())
        #expect(read.isOf(execution, secret: secret))
        var others = Array(repeating: execution, count: 4)
        others[0] = Execution(
            key: ExecutionKey(machine: "m", name: "y"),
            revision: "h",
            startDate: execution.startDate,
            input: execution.input
        )
        others[1].startDate = execution.startDate.adding(milliseconds: 1)
        others[2].revision = "i"
        others[3].input = #"{"a":2}"#
        for other in others { #expect(!read.isOf(other, secret: secret)) }
    }

    @Test("who has another key, or none, has no token")
    func forgery() throws {
        #expect(!token().isOf(execution, secret: .make()))
        #expect(TaskToken(task: 3, of: execution, secret: .make()) != token())
        #expect(token(4) != token())
        let (head, proof) = try parts(of: token())
        for forged in ["", String(proof.dropLast(4)), proof + "AAAA", String(repeating: "A", count: 43) + "="] {
            let text = base64("\(head)\n\(forged)")
            #expect(!(TaskToken(text)?.isOf(execution, secret: secret) ?? false), "\(forged)")
        }
        // The proof of task 3 is none of task 4.
        #expect(!(TaskToken(base64("m:x\n4\n\(proof)"))?.isOf(execution, secret: secret) ?? false))
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

    private func parts(of token: TaskToken) throws -> (head: String, proof: String) {
        let lines = String(decoding: try #require(Data(base64Encoded: token.text)), as: UTF8.self)
            .split(separator: "\n").map(String.init)
        return (lines[0] + "\n" + lines[1], lines[2])
    }

    private func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
