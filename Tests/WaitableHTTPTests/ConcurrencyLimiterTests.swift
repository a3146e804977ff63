import Synchronization
import Testing

@testable import WaitableHTTP

@Suite(.timeLimit(.minutes(1)))
struct ConcurrencyLimiterTests {
    @Test("So many run at once, the others in their order, and too many are refused")
    func bound() async throws {
        let turns = ConcurrencyLimiter(atOnce: 2, waiting: 50)
        let running = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await turns.turn { _ in
                        running.add(1)
                        // Nobody leaves before two are there at once.
                        repeat { await Task.yield() } while running.most < 2
                        running.add(-1)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(running.most == 2)
        let none = ConcurrencyLimiter(atOnce: 1, waiting: 0)
        let isRefused = try await none.turn { _ in
            do {
                try await none.turn { _ in }
                return false
            } catch is ConcurrencyLimitError {
                return true
            }
        }
        #expect(isRefused)
        try await none.turn { _ in }
    }

    @Test("One that waits and is cancelled leaves, and the turn goes to the next")
    func cancelled() async throws {
        let turns = ConcurrencyLimiter(atOnce: 1, waiting: 2)
        let (begins, begin) = AsyncStream<Void>.makeStream()
        let (ends, end) = AsyncStream<Void>.makeStream()
        let running = Task {
            try await turns.turn { _ in
                begin.finish()
                for await _ in ends {}
            }
        }
        for await _ in begins {}
        let waiting = Task { try await turns.turn { _ in } }
        waiting.cancel()
        let result = await waiting.result
        #expect(throws: CancellationError.self) { try result.get() }
        end.finish()
        try await running.value
        try await turns.turn { _ in }
    }

    @Test("One that takes long lets those go first that wait, and goes on after them")
    func slices() async throws {
        let turns = ConcurrencyLimiter(atOnce: 1, waiting: 8)
        let (begins, begin) = AsyncStream<Void>.makeStream()
        let isShortDone = Atomic(false)
        let long = Task {
            try await turns.turn { turn in
                begin.finish()
                while !isShortDone.load(ordering: .acquiring) { try await turn.pause() }
                // It has its turn again: nobody else has one.
                try await turn.pause()
            }
        }
        for await _ in begins {}
        try await turns.turn { _ in isShortDone.store(true, ordering: .releasing) }
        try await long.value
        try await turns.turn { _ in }
    }

    @Test("One that is cancelled while it lets others go first gives its turn up once")
    func cancelledInBetween() async throws {
        let turns = ConcurrencyLimiter(atOnce: 1, waiting: 8)
        let (begins, begin) = AsyncStream<Void>.makeStream()
        let long = Task {
            try await turns.turn { turn in
                begin.finish()
                while true { try await turn.pause() }
            }
        }
        for await _ in begins {}
        let result = try await turns.turn { _ in
            long.cancel()
            return await long.result
        }
        #expect(throws: CancellationError.self) { try result.get() }
        try await turns.turn { _ in }
    }

    /// How many run, and how many did at the most.
    private final class Tally: Sendable {
        private let count = Mutex((now: 0, most: 0))

        var most: Int { count.withLock { $0.most } }

        func add(_ number: Int) {
            count.withLock { count in
                count.now += number
                count.most = max(count.most, count.now)
            }
        }
    }
}
