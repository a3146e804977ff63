import CodeUnits
import Synchronization
import Waitable

/// Where the starts of state machines wait for each other whose first states are much work: others' starts go between them.
final class StartLane: Sendable {
    /// The units of work, about 2 ms, from which a start is much work; and the bytes of an input that is as much before it has
    /// begun.
    private static let most = 4_000
    private static let largest = 65_536
    /// Beyond so many names all are forgotten.
    private static let mostNames = 1_000

    private let turns = ConcurrencyLimiter(atOnce: 1, waiting: .max)
    /// The machines of which the last start was much work.
    private let names = Mutex<Set<Spelling>>([])

    /// Prepares a start, after those before it where it is likely to be much work.
    func run(
        _ machine: String,
        input: String,
        _ prepare: () throws(Starter.Refusal) -> Starter.Prepared
    ) async throws(Starter.Refusal) -> Starter.Prepared {
        let name = Spelling(machine)
        guard input.utf8.count > Self.largest || names.withLock({ $0.contains(name) }) else {
            let start = try prepare()
            if start.work > Self.most { note(name) }
            return start
        }
        do {
            return try await turn {
                let start = try prepare()
                if start.work > Self.most { note(name) } else { _ = names.withLock { $0.remove(name) } }
                return start
            }
        } catch let refusal as Starter.Refusal {
            throw refusal
        } catch {
            throw .other(error)
        }
    }

    /// Runs something when nobody before it is in the lane.
    func turn<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        try await turns.turn { _ in try await body() }
    }

    private func note(_ name: Spelling) {
        names.withLock { names in
            if names.count >= Self.mostNames { names.removeAll() }
            names.insert(name)
        }
    }
}
