import Synchronization

/// Lets so many run at once, and so many more wait for their turn, first come first served.
final class Turns: Sendable {
    private struct State {
        var running = 0
        var next = 0
        var waiting: [(number: Int, turn: CheckedContinuation<Void, any Error>)] = []
    }

    private let atOnce: Int
    private let mostWaiting: Int
    private let state = Mutex(State())

    init(atOnce: Int, waiting: Int) {
        self.atOnce = atOnce
        mostWaiting = waiting
    }

    /// Runs something when its turn has come.
    ///
    /// - Throws: ``TurnsError`` where too many wait, and `CancellationError` for one that is cancelled while it waits.
    func turn<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        try await begin()
        defer { end() }
        return try await body()
    }

    private func begin() async throws {
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
                    guard state.waiting.count < mostWaiting else { return .failure(TurnsError()) }
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
struct TurnsError: Error {}
