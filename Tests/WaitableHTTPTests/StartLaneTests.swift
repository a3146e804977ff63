import StatesLanguage
import Synchronization
import Testing
import Waitable
import WaitableItems

@testable import WaitableHTTP

@Suite("Starts whose first states are much work", .timeLimit(.minutes(1)))
struct StartLaneTests {
    private let target: Starter.Target

    init() throws {
        let definition = #"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#
        let revision = Revision(definition: definition, roleARN: "arn:aws:iam::000000000000:role/any")
        target = Starter.Target(
            machine: try DeployedMachine(name: "m", hash: revision.hash, revision: revision),
            secret: .make(),
            tables: DeclaredTables()
        )
    }

    private func prepared(_ work: Int) -> Starter.Prepared {
        let key = ExecutionKey(machine: "m", name: "a")
        let execution = Execution(key: key, revision: "", startDate: Instant(milliseconds: 0), input: "{}")
        return Starter.Prepared(target, execution, .unbegun(execution), work: work)
    }

    /// How many starts are prepared at once.
    private final class Tally: Sendable {
        private let count = Mutex((now: 0, most: 0))

        var most: Int { count.withLock { $0.most } }

        /// Goes on until another one is prepared too, or none has come for a while.
        func stay() {
            count.withLock { count in
                count.now += 1
                count.most = max(count.most, count.now)
            }
            for _ in 0..<200_000 where most < 2 { _ = count.withLock { $0.now } }
            count.withLock { $0.now -= 1 }
        }
    }

    /// Starts a machine some times at once.
    private func start(_ lane: StartLane, _ machine: String, _ input: String, _ tally: Tally) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    _ = try await lane.run(machine, input: input) { () throws(Starter.Refusal) in
                        tally.stay()
                        return prepared(20_000)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("are prepared one at a time, once one of the machine was much work; so are large inputs")
    func turns() async throws {
        let lane = StartLane()
        _ = try await lane.run("heavy", input: "{}") { () throws(Starter.Refusal) in prepared(20_000) }
        let tally = Tally()
        try await start(lane, "heavy", "{}", tally)
        #expect(tally.most == 1)
        let large = Tally()
        try await start(StartLane(), "m", String(repeating: " ", count: 70_000), large)
        #expect(large.most == 1)
    }

    @Test("do not hold up a start of another machine, nor of one that is no longer much work")
    func others() async throws {
        let lane = StartLane()
        _ = try await lane.run("heavy", input: "{}") { () throws(Starter.Refusal) in prepared(20_000) }
        let other = Mutex(false)
        let (begins, begin) = AsyncStream<Void>.makeStream()
        let (ends, end) = AsyncStream<Void>.makeStream()
        // It holds the lane until the other one is done.
        let holder = Task {
            try await lane.turn {
                begin.finish()
                for await _ in ends {}
            }
        }
        for await _ in begins {}
        let waiting = Task {
            try await lane.run("heavy", input: "{}") { () throws(Starter.Refusal) in
                #expect(other.withLock { $0 })
                return prepared(10)
            }
        }
        _ = try await lane.run("light", input: "{}") { () throws(Starter.Refusal) in prepared(10) }
        other.withLock { $0 = true }
        end.finish()
        try await holder.value
        _ = try await waiting.value
        // That one was little work: the next one does not wait.
        let (begun, beginAgain) = AsyncStream<Void>.makeStream()
        let (endings, endAgain) = AsyncStream<Void>.makeStream()
        let again = Task {
            try await lane.turn {
                beginAgain.finish()
                for await _ in endings {}
            }
        }
        for await _ in begun {}
        _ = try await lane.run("heavy", input: "{}") { () throws(Starter.Refusal) in prepared(10) }
        endAgain.finish()
        try await again.value
    }
}
