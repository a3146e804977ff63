import Foundation
import RedisClient
import Synchronization
import WaitableOperations
package import WaitableRedis

/// Reads the backlog when it is asked for, at most once a second, however many ask: to be watched costs Redis nothing.
package final class BacklogSampler: Sendable {
    private let partitions: Partitions
    private var store: RedisStore { partitions.home }
    private let life: Duration
    private let limit: Duration
    private let mayAskForMemory = Atomic(true)
    private let state = Mutex(State())

    private struct State {
        var last: Backlog?
        var readAt: ContinuousClock.Instant?
        var underway: Task<Backlog?, Never>?
    }

    /// A sampler of partitions.
    ///
    /// - Parameters:
    ///   - life: How long a reading is good for.
    ///   - limit: How long Redis may take; a scrape waits no longer.
    package init(partitions: Partitions, life: Duration = .seconds(1), limit: Duration = .seconds(2)) {
        self.partitions = partitions
        self.life = life
        self.limit = limit
    }

    /// The backlog, not older than a second; `nil` where Redis does not answer.
    package func backlog() async -> Backlog? {
        let task: Task<Backlog?, Never>? = state.withLock { state in
            if let readAt = state.readAt, readAt.duration(to: .now) < life { return nil }
            if let underway = state.underway { return underway }
            // All who ask meanwhile share it, so it belongs to none of them and ends by its own limit.
            let task = Task { await self.read() }
            state.underway = task
            return task
        }
        guard let task else { return state.withLock { $0.last } }
        return await task.value
    }

    private func read() async -> Backlog? {
        let backlog = await withTaskGroup(of: Backlog?.self) { group in
            group.addTask { await self.ask() }
            group.addTask { [limit] in
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        state.withLock { state in
            state.last = backlog
            state.readAt = .now
            state.underway = nil
        }
        return backlog
    }

    private func ask() async -> Backlog? {
        guard store.client.connectionState == .connected else { return nil }
        do {
            let asked = Date.now
            let microseconds = try await store.time()
            // Redis looked at its clock half a round trip ago, as far as can be told.
            let here = asked.addingTimeInterval(Date.now.timeIntervalSince(asked) / 2)
            return Backlog(
                overview: try await partitions.overview(),
                clockOffset: Double(microseconds) / 1e6 - here.timeIntervalSince1970,
                memory: await memory()
            )
        } catch {
            return nil
        }
    }

    /// Redis's memory. A user that may not ask for it is not made to ask again: each refusal is a line in Redis's log of
    /// them.
    private func memory() async -> RedisMemory? {
        guard mayAskForMemory.load(ordering: .relaxed) else { return nil }
        do {
            return try await partitions.memory()
        } catch {
            if case .refused = error { mayAskForMemory.store(false, ordering: .relaxed) }
            return nil
        }
    }
}
