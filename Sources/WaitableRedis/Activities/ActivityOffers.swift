package import Logging
import RedisClient
import ServiceLifecycle
import Synchronization

/// Tells those who poll an activity when it has got a task, by one subscription for all of them; and gives tasks back that
/// reached nobody.
package final class ActivityOffers: Service {
    private let partitions: Partitions
    private let logger: Logger
    private let state = Mutex(State())
    private let (returns, returned) = AsyncStream.makeStream(of: ActivityTask.self)

    private struct State {
        var isClosed = false
        var next = 0
        var listeners: [Spelling: [Int: AsyncStream<Void>.Continuation]] = [:]
    }

    /// Offers of partitions whose connection somebody else runs.
    package init(partitions: Partitions, logger: Logger) {
        self.partitions = partitions
        self.logger = logger
    }

    /// Listens until the graceful shutdown; then nobody is kept waiting any longer, and what is to be given back is.
    package func run() async throws {
        async let isAllBack: Void = giveAllBack()
        await cancelWhenGracefulShutdown {
            await self.partitions.listen(announcements: self.partitions.stores.map(\.keys.offers)) { push in
                switch push {
                // What was offered while there was no subscription was missed: look.
                case .subscribed: self.announce(nil)
                case .message(channel: _, let payload): self.announce(String(decoding: payload, as: UTF8.self))
                }
            }
        }
        state.withLock { $0.isClosed = true }
        announce(nil)
        returned.finish()
        await isAllBack
    }

    /// Gives a task back that reached nobody, as soon as Redis can be asked.
    package func giveBack(_ task: ActivityTask) { returned.yield(task) }

    private func giveAllBack() async {
        for await task in returns {
            var tries = 0
            // At the end of the process once more, and no longer.
            while !Task.isCancelled, !isClosed || tries < 2 {
                if await isGivenBack(task) { break }
                tries += 1
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// Whether Redis has said what became of a task, or will say nothing else.
    private func isGivenBack(_ task: ActivityTask) async -> Bool {
        var metadata: Logger.Metadata = ["activity": "\(task.activity)"]
        do throws(StoreError) {
            metadata["isTaskBack"] = "\(try await partitions.store(of: task.activity).giveBack(task))"
            logger.info("a task reached nobody", metadata: metadata)
            return true
        } catch {
            metadata["error"] = "\(error)"
            let mayPass = error.isWorthRepeating || error.isPassing
            logger.warning("a task that reached nobody could not be given back", metadata: metadata)
            return !mayPass
        }
    }

    /// Whether there is no more sense in waiting.
    private var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Looks for a task of an activity: at once, whenever one is announced, and now and then, as an announcement can be
    /// lost with its connection.
    ///
    /// - Parameters:
    ///   - activity: The activity's name.
    ///   - client: Who waits for the task; when it has gone, nobody looks any more.
    ///   - limit: How long to look.
    ///   - interval: The longest time between two looks.
    ///   - take: Takes a task; `nil` where there is none.
    /// - Returns: The task; `nil` where none came in time.
    package func poll<Taken: Sendable>(
        _ activity: String,
        for client: WaitingClient,
        limit: Duration,
        interval: Duration,
        _ take: () async throws -> Taken?
    ) async throws -> Taken? {
        let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        // Before the first look: what is offered after it is announced.
        let id = add(signal, to: activity)
        defer { remove(id, from: activity) }
        client.onGone { signal.finish() }
        signal.yield()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            let end = ContinuousClock.now + limit
            group.addTask {
                while ContinuousClock.now < end {
                    try await Task.sleep(until: min(end, .now + interval))
                    signal.yield()
                }
                signal.finish()
            }
            defer { group.cancelAll() }
            for await _ in signals {
                if client.isGone || isClosed { return nil }
                if let taken = try await take() { return taken }
            }
            return nil
        }
    }

    private func add(_ listener: AsyncStream<Void>.Continuation, to activity: String) -> Int {
        state.withLock { state in
            state.next += 1
            state.listeners[activity, default: [:]][state.next] = listener
            return state.next
        }
    }

    private func remove(_ id: Int, from activity: String) {
        state.withLock { state in
            state.listeners[activity]?[id] = nil
            if state.listeners[activity]?.isEmpty ?? false { state.listeners[activity] = nil }
        }
    }

    private func announce(_ activity: String?) {
        let listeners = state.withLock { state in
            if let activity { return Array((state.listeners[activity] ?? [:]).values) }
            return state.listeners.values.flatMap(\.values)
        }
        for listener in listeners { listener.yield() }
    }
}
