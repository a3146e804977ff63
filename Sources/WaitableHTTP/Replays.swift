import Foundation
import Waitable

/// What is made anew from executions' journals: histories, timelines and map runs. That is work without an await, and takes the
/// memory of the execution at its largest, so few are made at once. Each is made in its turn, and reads its execution only then.
/// Where others wait, one that takes long is given up, and begun again among the few that go on in slices, between the short
/// ones.
final class Replays: Sendable {
    /// Called between an execution's steps.
    typealias Pause = @Sendable () async throws -> Void

    private let turns: ConcurrencyLimiter
    private let long: ConcurrencyLimiter
    private let read: @Sendable (ExecutionKey) async throws -> Execution?

    /// One that others wait for took long.
    private struct TakesLong: Error {}

    /// - Parameters:
    ///   - atOnce: How many are made at the same instant.
    ///   - long: How many of those that take long have begun.
    ///   - waiting: How many wait for their first turn, and how many of those that take long wait to begin again.
    ///   - slice: After how long one lets others go first.
    ///   - read: Reads an execution; `nil` where there is none.
    init(
        atOnce: Int = max(1, ProcessInfo.processInfo.activeProcessorCount / 2),
        long: Int = 2,
        waiting: Int = 64,
        slice: Duration = .milliseconds(50),
        read: @escaping @Sendable (ExecutionKey) async throws -> Execution?
    ) {
        turns = ConcurrencyLimiter(atOnce: atOnce, waiting: waiting, slice: slice)
        self.long = ConcurrencyLimiter(atOnce: long, waiting: waiting)
        self.read = read
    }

    /// Makes something from an execution.
    ///
    /// - Parameter make: May be called a second time, after it ended with an error of its pause.
    /// - Throws: ``ConcurrencyLimitError`` where too many wait, `CancellationError` where the task is cancelled, and what `make`
    ///   throws.
    /// - Returns: `nil` where there is no such execution.
    func make<Value: Sendable>(
        from key: ExecutionKey,
        _ make: (Execution, @escaping Pause) async throws -> Value
    ) async throws -> Value? {
        do {
            return try await turns.turn { turn in
                guard let execution = try await read(key) else { return nil }
                return try await make(execution) {
                    guard !turn.isOver else { throw TakesLong() }
                    await Task.yield()
                }
            }
        } catch is TakesLong {}
        return try await long.turn { _ in
            try await turns.turn(mostWaiting: .max) { turn in
                guard let execution = try await read(key) else { return nil }
                return try await make(execution) { try await turn.pause() }
            }
        }
    }
}
