import StatesLanguage
import Synchronization
import Testing
import Waitable

@testable import WaitableHTTP

@Suite("What is made anew from journals", .timeLimit(.minutes(1)))
struct ReplaysTests {
    /// How many executions are held, how many were at the most, and how often they were read.
    private final class Held: Sendable {
        private let counts = Mutex((now: 0, most: 0, read: 0))

        var most: Int { counts.withLock { $0.most } }
        var read: Int { counts.withLock { $0.read } }

        func add() {
            counts.withLock { counts in
                counts.now += 1
                counts.read += 1
                counts.most = max(counts.most, counts.now)
            }
        }

        func remove() { counts.withLock { $0.now -= 1 } }
    }

    private static func execution(_ key: ExecutionKey) -> Execution {
        Execution(key: key, revision: "", startDate: Instant(milliseconds: 0), input: "{}")
    }

    @Test("holds few executions at once, however many are asked for and however long each takes")
    func few() async throws {
        let held = Held()
        let replays = Replays(atOnce: 1, long: 2, waiting: 64, slice: .zero) { key in
            held.add()
            return Self.execution(key)
        }
        let made = try await withThrowingTaskGroup(of: String?.self) { group in
            for number in 0..<40 {
                group.addTask {
                    try await replays.make(from: ExecutionKey(machine: "m", name: "\(number)")) { execution, pause in
                        defer { held.remove() }
                        for _ in 0..<10 { try await pause() }
                        return execution.key.name
                    }
                }
            }
            return try await group.reduce(into: Set<Spelling>()) { if let name = $1 { $0.insert(Spelling(name)) } }
        }
        #expect(made.count == 40)
        // Two that take long, and one that may.
        #expect(held.most <= 3)
        #expect(held.read <= 80)
    }

    @Test("is read once where nobody waits, and not made where there is no execution")
    func alone() async throws {
        let held = Held()
        let replays = Replays(atOnce: 1, slice: .zero) { key in
            held.add()
            return key.name == "none" ? nil : Self.execution(key)
        }
        let made = try await replays.make(from: ExecutionKey(machine: "m", name: "a")) { _, pause in
            for _ in 0..<10 { try await pause() }
            return true
        }
        #expect(made == true && held.read == 1)
        #expect(try await replays.make(from: ExecutionKey(machine: "m", name: "none")) { _, _ in true } == nil)
    }
}
