import Synchronization

/// Lets so many run at once, and so many more wait for their turn, first come first served.
final class ConcurrencyLimiter: Sendable {
    private struct State {
        var running = 0
        var next = 0
        var waiting: [(number: Int, turn: CheckedContinuation<Void, any Error>)] = []
    }

    private let atOnce: Int
    private let mostWaiting: Int
    private let slice: Duration
    private let state = Mutex(State())

    /// - Parameter slice: After how long one that pauses lets others go first.
    init(atOnce: Int, waiting: Int, slice: Duration = .milliseconds(50)) {
        self.atOnce = atOnce
        mostWaiting = waiting
        self.slice = slice
    }

    /// Runs something when its turn has come.
    ///
    /// - Parameters:
    ///   - mostWaiting: How many may wait for their turn already; `nil` for as many as ever.
    ///   - body: Gets its turn, to let others go first in the middle of something long.
    /// - Throws: ``ConcurrencyLimitError`` where too many wait, and `CancellationError` for one that is cancelled while it waits.
    func turn<Value: Sendable>(
        mostWaiting: Int? = nil,
        _ body: (Turn) async throws -> Value
    ) async throws -> Value {
        try await begin(mostWaiting: mostWaiting ?? self.mostWaiting)
        let turn = Turn(of: self)
        defer { turn.end() }
        return try await body(turn)
    }

    /// The time in which something runs.
    final class Turn: Sendable {
        private let turns: ConcurrencyLimiter
        /// Since when; `nil` while it waits to go on.
        private let start = Mutex<ContinuousClock.Instant?>(.now)

        fileprivate init(of turns: ConcurrencyLimiter) { self.turns = turns }

        /// Whether some wait, and this one has run for a while.
        var isOver: Bool {
            guard let start = start.withLock({ $0 }) else { return false }
            return start.duration(to: .now) >= turns.slice && turns.hasWaiting
        }

        /// Lets others go first, where some wait and this one has run for a while.
        ///
        /// - Throws: `CancellationError` where the task was cancelled.
        func pause() async throws {
            guard isOver else { return await Task.yield() }
            end()
            try await turns.begin(mostWaiting: .max)
            self.start.withLock { $0 = .now }
        }

        fileprivate func end() {
            guard start.withLock({ $0.take() }) != nil else { return }
            turns.end()
        }
    }

    private var hasWaiting: Bool { state.withLock { !$0.waiting.isEmpty } }

    private func begin(mostWaiting: Int) async throws {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (turn: CheckedContinuation<Void, any Error>) in
                let result: Result<Void, any Error>? = state.withLock { state in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.running < atOnce {
                        state.running += 1
                        return .success(())
                    }
                    guard state.waiting.count < mostWaiting else { return .failure(ConcurrencyLimitError()) }
                    state.waiting.append((number, turn))
                    return nil
                }
                if let result { turn.resume(with: result) }
            }
        } onCancel: {
            let turn = state.withLock { state in
                state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0).turn }
            }
            turn?.resume(throwing: CancellationError())
        }
    }

    private func end() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard !state.waiting.isEmpty else {
                state.running -= 1
                return nil
            }
            return state.waiting.removeFirst().turn
        }
        next?.resume()
    }
}

/// Too many wait for their turn.
struct ConcurrencyLimitError: Error {}
