import Synchronization

/// The room for a worker's calls. A destination may have twice as many calls under way as there is room left: one that is slow
/// takes two thirds at most, two take two fifths each, and there is always room for the next.
///
/// Of those that find no room, the one that has been due for longest is the next.
///
/// A step brings all its calls together, however many they are: those for which there is no room wait for their turn here. Steps
/// whose destinations have enough to do already are not admitted.
final class CallSlots: Sendable {
    typealias Destination = CallDestination

    private struct Load {
        /// Those that wait for their turn or are under way.
        var admitted = 0
        var running = 0
    }

    private struct Turn {
        let id: UInt64
        let destination: Destination
        let waiter: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var loads: [Destination: Load] = [:]
        var lines: [Destination: CallLine] = [:]
        var admitted = 0
        var running = 0
        var waiting: [Turn] = []
        var lastID: UInt64 = 0

        mutating func change(_ destination: Destination, _ change: (inout Load) -> Void) {
            var load = loads[destination] ?? Load()
            change(&load)
            loads[destination] = load.admitted == 0 && load.running == 0 ? nil : load
        }

        mutating func admit(_ destinations: [Destination]) {
            admitted += destinations.count
            for destination in destinations { change(destination) { $0.admitted += 1 } }
        }

        mutating func begin(_ destination: Destination) {
            running += 1
            change(destination) { $0.running += 1 }
        }

        /// Those whose turn it is now, the first come first.
        mutating func nextTurns(limit: Int) -> [Turn] {
            var turns: [Turn] = []
            while let index = waiting.firstIndex(where: { hasRoom(for: $0.destination, limit: limit) }) {
                let turn = waiting.remove(at: index)
                begin(turn.destination)
                turns.append(turn)
            }
            return turns
        }

        func hasRoom(for destination: Destination, limit: Int) -> Bool {
            (loads[destination]?.running ?? 0) < 2 * (limit - running)
        }
    }

    private let limit: Int
    private let state = Mutex(State())

    /// How many calls may wait for their turn and be under way, as a multiple of the limit.
    private static let mostAdmitted = 8
    /// How many executions a line knows at least.
    private static let fewestInLine = 1_000

    /// - Parameter limit: The most calls under way at once.
    init(limit: Int) { self.limit = limit }

    /// Admits the calls of a step, where their destinations have room for one more, and for those that wait for some for longer.
    ///
    /// - Parameter place: Where the step's execution stands among those that wait for room.
    /// - Returns: `nil` where they are admitted, else in how many ms the execution should come again.
    func admit(
        _ destinations: [Destination],
        for place: CallLine.Place,
        at now: ContinuousClock.Instant = .now
    ) -> Int? {
        state.withLock { state in
            let distinct = Set(destinations)
            let most = max(1, 2 * (limit - state.running))
            let hasRoom =
                state.admitted < Self.mostAdmitted * limit
                && distinct.allSatisfy { destination in
                    let ahead = state.lines[destination]?.ahead(of: place, at: now) ?? 0
                    return (state.loads[destination]?.admitted ?? 0) + ahead < most
                }
            if hasRoom {
                state.admit(destinations)
                for destination in distinct { state.lines[destination]?.leave(place) }
                return nil
            }
            return distinct.map { destination in
                state.lines[destination, default: CallLine(most: max(2 * limit, Self.fewestInLine))].join(
                    place,
                    at: now
                )
            }
            .max()
        }
    }

    /// Admits calls, also where there is no room.
    func admitAnyway(_ destinations: [Destination]) { state.withLock { $0.admit(destinations) } }

    /// Takes back what was admitted: calls that are over, or are not made.
    func leave(_ destinations: [Destination]) {
        state.withLock { state in
            state.admitted -= destinations.count
            for destination in destinations { state.change(destination) { $0.admitted -= 1 } }
        }
    }

    /// Does something when it is its turn.
    ///
    /// - Throws: `CancellationError` where the task was cancelled before that.
    func withTurn<Result>(_ destination: Destination, _ body: () async -> Result) async throws -> Result {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                let isTurn = state.withLock { state -> Bool? in
                    guard !Task.isCancelled else { return nil }
                    guard state.hasRoom(for: destination, limit: limit) else {
                        state.waiting.append(Turn(id: id, destination: destination, waiter: waiter))
                        return false
                    }
                    state.begin(destination)
                    return true
                }
                switch isTurn {
                case true?: waiter.resume()
                case nil: waiter.resume(throwing: CancellationError())
                case false?: break
                }
            }
        } onCancel: {
            let turn = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0) }
            }
            turn?.waiter.resume(throwing: CancellationError())
        }
        let result = await body()
        let turns = state.withLock { state in
            state.running -= 1
            state.change(destination) { $0.running -= 1 }
            state.lines[destination]?.callEnded(at: .now)
            return state.nextTurns(limit: limit)
        }
        for turn in turns { turn.waiter.resume() }
        return result
    }
}
