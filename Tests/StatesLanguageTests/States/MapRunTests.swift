import Testing

@testable import StatesLanguage

@Suite("Map runs that are changed while they are under way", .timeLimit(.minutes(1)))
struct MapRunTests {
    private static func map(_ fields: String = "") -> String {
        #"{"Type":"Map",\#(fields)"End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","#
            + #""ExecutionType":"STANDARD"},"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}}"#
    }

    private func run(_ fields: String, _ input: String) throws -> Run {
        var run = try Run(machine(Self.map(fields)), input: input)
        run.isRecoded = true
        return run
    }

    private func answers(_ ids: some Sequence<Int>) -> [Stimulus] { ids.map { .succeeded(task: $0, output: .null) } }

    @Test("more run at once from the step that reads it on, and the change is kept for later steps")
    func concurrency() throws {
        var run = try run(#""MaxConcurrency":1,"#, "[0,1,2,3,4,5]")
        #expect(run.tasks.items.count == 1)
        try run.advance(milliseconds: 1, by: [.tuned(run: 4, MapRunSettings(maxConcurrency: 3))])
        #expect(run.tasks.items.count == 3)
        try run.advance(milliseconds: 1, by: answers(run.tasks.items.prefix(1).map(\.id)))
        #expect(run.tasks.items.count == 4)
        // Fewer: those that run go on, none begins beside them.
        try run.advance(milliseconds: 1, by: [.tuned(run: 4, MapRunSettings(maxConcurrency: 1))])
        try run.advance(milliseconds: 1, by: answers(run.tasks.items[1...2].map(\.id)))
        #expect(run.tasks.items.count == 4)
        try run.advance(milliseconds: 1, by: answers([run.tasks.items[3].id]))
        #expect(run.tasks.items.count == 5)
        // As many as may.
        try run.advance(milliseconds: 1, by: [.tuned(run: 4, MapRunSettings(maxConcurrency: 0))])
        #expect(run.tasks.items.count == 6)
        try run.advance(milliseconds: 1, by: answers(run.tasks.items.suffix(2).map(\.id)))
        #expect(run.output == "[null,null,null,null,null,null]")
    }

    @Test("a change of another run changes nothing")
    func otherRun() throws {
        var run = try run(#""MaxConcurrency":1,"#, "[0,1]")
        try run.advance(milliseconds: 1, by: [.tuned(run: 3, MapRunSettings(maxConcurrency: 2))])
        #expect(run.tasks.items.count == 1)
    }

    @Test("a run in a branch is changed though nothing else wakes the branch")
    func branch() throws {
        var run = try Run(
            machine(
                #"{"Type":"Parallel","End":true,"Branches":[{"StartAt":"M","States":{"M":"#
                    + Self.map(#""MaxConcurrency":1,"#) + "}}]}"
            ),
            input: "[0,1,2]"
        )
        run.isRecoded = true
        let id = try #require(run.flow?.mapRuns.first)
        try run.advance(milliseconds: 1, by: [.tuned(run: id, MapRunSettings(maxConcurrency: 2))])
        #expect(run.tasks.items.count == 2)
    }

    struct Tolerance: Sendable {
        var fields: String
        var change: MapRunSettings
        var failures: Int
        var fails: Bool
    }

    @Test(
        "as many items may fail as the change says",
        arguments: [
            Tolerance(fields: "", change: MapRunSettings(toleratedCount: 2), failures: 2, fails: false),
            Tolerance(fields: "", change: MapRunSettings(toleratedCount: 2), failures: 3, fails: true),
            Tolerance(fields: "", change: MapRunSettings(toleratedPercentage: 50), failures: 2, fails: false),
            Tolerance(fields: "", change: MapRunSettings(toleratedPercentage: 49.5), failures: 2, fails: true),
            Tolerance(
                fields: #""ToleratedFailureCount":4,"#,
                change: MapRunSettings(toleratedCount: 0),
                failures: 1,
                fails: true
            ),
        ]
    )
    func tolerance(_ row: Tolerance) throws {
        var run = try run(row.fields, "[0,1,2,3]")
        try run.advance(milliseconds: 1, by: [.tuned(run: 4, row.change)])
        let failures = run.tasks.items.prefix(row.failures).map { item in
            Stimulus.failed(task: item.id, error: "E", cause: nil)
        }
        try run.advance(milliseconds: 1, by: failures)
        #expect((run.failure?.error == "States.ExceedToleratedFailureThreshold") == row.fails)
        #expect((run.flow != nil) == !row.fails)
    }

    @Test("a lower tolerance fails a run whose items have failed already")
    func loweredTolerance() throws {
        var run = try run(#""ToleratedFailureCount":4,"#, "[0,1,2,3]")
        try run.advance(milliseconds: 1, by: [.failed(task: run.tasks.items[0].id, error: "E", cause: nil)])
        try run.advance(milliseconds: 1, by: [.tuned(run: 4, MapRunSettings(toleratedCount: 0))])
        #expect(run.failure?.error == "States.ExceedToleratedFailureThreshold")
    }
}
