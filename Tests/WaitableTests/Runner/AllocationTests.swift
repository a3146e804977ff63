import AllocationCounter
import Foundation
import StatesLanguage
import Testing
import Waitable

/// What an item of the waitable pattern costs a worker and an ingest, in allocations: counts of a debug build, which are
/// the same on every machine. Times are the benchmark's.
@Suite("Allocations of an item", .timeLimit(.minutes(1)))
struct AllocationTests {
    private let runner: ExecutionRunner
    private let execution: Execution
    private let start = Instant(milliseconds: 1_795_000_000_000)
    private let later = Instant(milliseconds: 1_795_090_000_000)

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let file = root.appending(path: "statemachine/waitable-stepfunction.asl.json")
        let definition = try StateMachine.substituting(
            ["DDBTable": "items"],
            in: try String(contentsOf: file, encoding: .utf8)
        )
        let revision = Revision(definition: definition, roleARN: "arn:aws:iam::000000000000:role/waitable")
        let machine = try DeployedMachine(name: "waitable-stepfunction", hash: revision.hash, revision: revision)
        runner = ExecutionRunner(machine: machine, arn: ARN(), secret: .make())
        let key = ExecutionKey(machine: machine.name, name: "00000000-aaaa-bbbb-cccc-100000000000")
        execution = Execution(
            key: key,
            revision: machine.hash,
            startDate: start,
            input: #"{"Id":"\#(key.name)","StartTimestamp":"2026-11-19T11:00:00.000Z"}"#
        )
    }

    /// The allocations of some work once what is made once is made.
    private func allocations(_ work: () throws -> Void) rethrows -> Int {
        for _ in 0..<3 { try work() }
        let before = waitable_allocations()
        try work()
        return waitable_allocations() - before
    }

    @Test("the counter counts")
    func counter() {
        var kept: [[Int]] = []
        kept.reserveCapacity(8)
        #expect(allocations { kept.append(Array(repeating: kept.count, count: 100)) } >= 1)
    }

    @Test("the step that starts an item, and its document")
    func starting() throws {
        let running = try allocations { _ = try runner.run(execution, at: start) }
        #expect(running <= 40)
        let step = try runner.run(execution, at: start)
        #expect(step.execution.flow?.state == "WaitUntil")
        let writing = allocations { _ = step.transition(lease: nil) }
        #expect(writing <= 8)
    }

    @Test("the step that completes an item, its document before and after")
    func completing() throws {
        let document = try runner.run(execution, at: start).transition(lease: nil).document
        let reading = try allocations { _ = try ExecutionDocument.decode(document, key: execution.key) }
        #expect(reading <= 14)
        let waiting = try ExecutionDocument.decode(document, key: execution.key)
        let running = try allocations { _ = try runner.run(waiting, at: later) }
        #expect(running <= 40)
        let step = try runner.run(waiting, at: later)
        #expect(step.execution.status == .succeeded)
        let writing = allocations { _ = step.transition(lease: "1795090000000.5", by: "worker") }
        #expect(writing <= 38)
    }
}
