import ServiceLifecycle
import Synchronization
package import Waitable

/// Turns many single starts into few calls: what arrives while a call is under way goes with the next one.
///
/// A round trip of its own costs Redis several times what the start itself costs, so this is what makes single starts
/// over HTTP cheap. A start that meets an idle coalescer waits for nobody.
package final class StartCoalescer: Service {
    private let store: RedisStore
    let clock: RedisClock
    private let limit: Int
    private let calls: Int
    private let state = Mutex(State())
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    /// What became of one start.
    package typealias Answer = Result<StartResult, StoreError>

    private typealias Waiter = CheckedContinuation<[Answer], Never>
    private typealias Group = (transitions: [Transition], waiter: Waiter)

    private struct State {
        var waiting: [Group] = []
        var isClosed = false
    }

    /// A coalescer over a store.
    ///
    /// - Parameters:
    ///   - clock: The clock that starts are made by.
    ///   - limit: The most starts in one call.
    ///   - calls: The most calls under way at once.
    package init(store: RedisStore, clock: RedisClock, limit: Int = 250, calls: Int = 2) {
        self.store = store
        self.clock = clock
        self.limit = limit
        self.calls = calls
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Starts executions, all by one call where Redis lets it.
    ///
    /// - Parameter transitions: At most as many as go into one call.
    /// - Returns: What became of each, in order.
    package func start(_ transitions: [Transition]) async -> [Answer] {
        await withCheckedContinuation { (waiter: Waiter) in
            let isClosed = state.withLock { state in
                if !state.isClosed { state.waiting.append((transitions, waiter)) }
                return state.isClosed
            }
            if isClosed {
                refuse((transitions, waiter))
            } else {
                signal.yield()
            }
        }
    }

    /// Tells a caller that nothing is started any more.
    private func refuse(_ group: Group) {
        let error = StoreError.stopping
        group.waiter.resume(returning: Array(repeating: .failure(error), count: group.transitions.count))
    }

    /// Makes the calls, until the graceful shutdown; starts that wait then are still made.
    package func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for _ in 0..<calls { group.addTask { await self.makeCalls() } }
            }
        } onGracefulShutdown: {
            self.signal.finish()
        }
        let left = state.withLock { state in
            state.isClosed = true
            return state.waiting
        }
        for group in left { refuse(group) }
    }

    private func makeCalls() async {
        for await _ in signals {
            while let groups = take() {
                var answers = await answers(to: groups.flatMap(\.transitions))[...]
                for (transitions, waiter) in groups {
                    waiter.resume(returning: Array(answers.prefix(transitions.count)))
                    answers = answers.dropFirst(transitions.count)
                }
                // Requests that have been read already come first: they go with the next call.
                await Task.yield()
            }
        }
    }

    /// Makes calls until each start has an answer of its own: some may have to wait for the next one.
    private func answers(to transitions: [Transition]) async -> [Answer] {
        var answers = await tries(of: transitions[...])
        var left = answers.count
        while true {
            let later = answers.indices.filter { answers[$0].isLater }
            // The first ones of a call never are.
            guard !later.isEmpty, later.count < left else { return answers }
            left = later.count
            let again = await tries(of: later.map { transitions[$0] }[...])
            for (index, answer) in zip(later, again) { answers[index] = answer }
        }
    }

    /// Makes one call; where Redis refuses it for what is wrong with it, a call for each half: so that only what is wrong is
    /// refused. What one half comes to says nothing of the other.
    private func tries(of transitions: ArraySlice<Transition>) async -> [Answer] {
        let half = transitions.startIndex + transitions.count / 2
        guard transitions.count == 1 || transitions.texts <= Limits.texts else {
            return await tries(of: transitions[..<half]) + tries(of: transitions[half...])
        }
        do throws(StoreError) {
            return try await store.start(Array(transitions), by: clock).map(Answer.success)
        } catch .refused(let refusal) where refusal.code == .validation {
            guard transitions.count > 1 else { return [.success(.failed("\(refusal)"))] }
        } catch {
            return Array(repeating: .failure(error), count: transitions.count)
        }
        return await tries(of: transitions[..<half]) + tries(of: transitions[half...])
    }

    /// The groups that go into the next call: whole ones, up to the limit.
    private func take() -> [Group]? {
        state.withLock { state in
            var starts = 0
            let count = state.waiting.prefix { group in
                starts += group.transitions.count
                return starts <= limit || starts == group.transitions.count
            }.count
            guard count > 0 else { return nil }
            let groups = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(count)
            return groups
        }
    }
}

extension StartCoalescer.Answer {
    fileprivate var isLater: Bool { if case .success(.later) = self { true } else { false } }
}
