import StatesLanguage
import Testing

@testable import Waitable

@Suite("An execution that was moved before it began", .timeLimit(.minutes(1)))
struct MovedStartTests {
    private static let put =
        #"{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","Next":"W","ResultPath":null,"Parameters":"#
        + #"{"TableName":"items","Item":{"Id":{"S.$":"$.Id"},"StartActionAt":{"S.$":"$.StartTimestamp"}}}}"#
    private static let definition =
        #"{"StartAt":"P","States":{"P":\#(put),"W":{"Type":"Wait","TimestampPath":"$.StartTimestamp","End":true}}}"#

    @Test("writes its item with the moment that it was moved to, and waits for that", arguments: [true, false])
    func item(isMoved: Bool) throws {
        let revision = Revision(definition: Self.definition, roleARN: "arn:aws:iam::000000000000:role/waitable")
        let machine = try DeployedMachine(name: "m", hash: revision.hash, revision: revision)
        let runner = ExecutionRunner(machine: machine, arn: ARN(), secret: .make())
        let start = Instant(milliseconds: 1_795_000_000_000)
        var execution = Execution(
            key: ExecutionKey(machine: "m", name: "a"),
            revision: revision.hash,
            startDate: start,
            input: #"{"Id":"a","StartTimestamp":"2036-01-01T00:00:00Z"}"#
        )
        let moved = start.adding(milliseconds: 4_000)
        if isMoved { execution.messages.rescheduledTo = moved }
        let step = try runner.run(execution, at: start)
        guard case .item(.write(let key, let form, let values)) = step.effects.first else {
            Issue.record("writes no item: \(step.effects)")
            return
        }
        #expect(key == ItemKey(table: "items", id: "a"))
        let place = try #require(form.fields.firstIndex(of: "StartActionAt"))
        #expect(values[place] == (isMoved ? moved.iso8601 : "2036-01-01T00:00:00Z"))
        #expect(step.execution.flow?.waitEnd == (isMoved ? moved : Instant(iso8601: "2036-01-01T00:00:00Z")))
    }
}
