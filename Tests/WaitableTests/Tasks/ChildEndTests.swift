import StatesLanguage
import Testing
import Waitable

@Suite("The end of an execution that a task waits for")
struct ChildEndTests {
    private func child(levels: Int) throws -> Execution {
        let input = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        let key = ExecutionKey(machine: "m", name: "child")
        var child = Execution(key: key, revision: "h", startDate: Instant(milliseconds: 1), input: input)
        child.status = .succeeded
        child.output = "1"
        return child
    }

    @Test(
        "fails the task where it is nested too deep for the journal that keeps it",
        arguments: [240, 241, 242, 250, 256]
    )
    func depth(levels: Int) throws {
        let answer = ChildEnd(arn: ARN()).answer(try child(levels: levels), as: .json)
        if case .succeeded(let output) = answer {
            #expect(levels <= 241)
            #expect(!output.isNested(deeperThan: 242))
        } else {
            #expect(levels > 241)
            #expect(answer.json.objectValue?["error"]?.stringValue == "States.DataLimitExceeded")
        }
        // As a text it is not nested.
        guard case .succeeded = ChildEnd(arn: ARN()).answer(try child(levels: levels), as: .text) else {
            Issue.record("\(levels) levels as a text failed")
            return
        }
    }
}
