import StatesLanguage
import Testing

@testable import Waitable

/// Tasks on declared tables: a step is made again as it was made, whatever is declared by then.
@Suite("Tasks on declared tables", .timeLimit(.minutes(1)))
struct TableTaskTests {
    private let start = Instant(milliseconds: 1_795_407_521_123)
    private static let tables = DeclaredTables([
        "orders": TableSchema(
            partitionKey: .init(name: "id", type: .string),
            sortKey: .init(name: "line", type: .number)
        )
    ])
    private static let put = """
        "T":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","Parameters":{"TableName":"orders",
        "Item":{"id":{"S.$":"$.id"},"line":{"N":"1"}}},"End":true}
        """
    private static let scan = """
        "T":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:dynamodb:scan","Parameters":{"TableName":"orders"},"End":true}
        """

    private func runner(
        _ states: String,
        _ tables: DeclaredTables,
        areApart: ExecutionRunner.AreApart? = nil
    ) throws -> ExecutionRunner {
        let revision = Revision(definition: #"{"StartAt":"T","States":{\#(states)}}"#, roleARN: "")
        let machine = try DeployedMachine(name: "m", hash: "h", revision: revision)
        return ExecutionRunner(machine: machine, arn: ARN(), secret: .make(), areApart: areApart, tables: tables)
    }

    private var execution: Execution {
        Execution(
            key: ExecutionKey(machine: "m", name: "a"),
            revision: "h",
            startDate: start,
            input: #"{"id":"x"}"#
        )
    }

    @Test("a write to a declared table is Redis's to decide; to another one it is an effect of the commit")
    func declared() throws {
        let step = try runner(Self.put, Self.tables).run(execution, at: start)
        guard case .item(.evaluate(let key, let program, _, let makesNew)) = try #require(step.effects.first) else {
            Issue.record("\(step.effects)")
            return
        }
        #expect(key == ItemKey(table: "orders", id: "x") && makesNew && step.next == .leased)
        #expect(program.contains(#""table":"orders""#))
        let other = try runner(Self.put, DeclaredTables()).run(execution, at: start)
        guard case .item(.write(let written, _, _)) = try #require(other.effects.first) else {
            Issue.record("\(other.effects)")
            return
        }
        #expect(written == ItemKey(table: "orders", id: "x") && other.next == .closed)
        // What the usual journal has is not more than before.
        #expect(other.journal?.json(since: start) == .integer(0))
    }

    @Test("the step is made again from its journal, when the table is declared no more, or by now")
    func replay() throws {
        for tables in [Self.tables, DeclaredTables()] {
            let step = try runner(Self.put, tables).run(execution, at: start)
            let stored = try #require(step.journal).json(since: start)
            let entry = try #require(JournalEntry(json: stored, since: start))
            #expect(entry == step.journal)
            // Whoever makes a step again knows no tables.
            let again = try runner(Self.put, DeclaredTables()).step(of: execution, entry)
            #expect(Self.written(again) == Self.written(step) && again.next == step.next)
        }
    }

    /// What a step writes; where that belongs is not made again.
    private static func written(_ step: Step) -> [String] {
        var words: [String] = []
        for case .item(let effect) in step.effects {
            if case .evaluate(_, let program, _, _) = effect {
                words.append(program)
            } else {
                effect.appendArguments { words.append($0) }
            }
        }
        return words
    }

    @Test("a scan of several partitions goes by messages, also from its own one")
    func scan() throws {
        let step = try runner(Self.scan, Self.tables).run(execution, at: start)
        guard case .item(.evaluate(let key, _, _, false)) = try #require(step.effects.first) else {
            Issue.record("\(step.effects)")
            return
        }
        #expect(key.id.isEmpty)
        let spread = try runner(Self.scan, Self.tables) { _, _ in false }.run(execution, at: start)
        let effect = try #require(spread.effects.first)
        #expect(effect.isTour && effect.home == "" && spread.next == .answered(by: nil))
        let entry = try #require(spread.journal)
        let again = try runner(Self.scan, DeclaredTables()).step(of: execution, entry)
        #expect(again.effects == spread.effects && again.next == spread.next)
    }
}
