import Logging
import StatesLanguage
import Synchronization
import WaitableRedis

/// Says every few seconds what a worker does, until it stops; whoever reports to several partitions' home learns there who else
/// is at work.
///
/// A worker whose claims are no longer answered is not at work, whatever else of it still runs: it takes its report away too,
/// and with it its health and its partitions.
struct WorkerReporter: Sendable {
    /// The time between two reports while there is something to report, and while there is not, in ms.
    private static let busyInterval = 2_000
    private static let idleInterval = 10_000
    /// How long beyond its longest sleep a worker may go without an answered claim, in ms.
    private static let patience = 10_000
    /// How long the first report may take.
    private static let firstPatience = Duration.seconds(2)

    let share: WorkerShare
    /// Called for each partition that is this worker's to watch from here on.
    let onWatch: @Sendable (Int) -> Void
    private let startedAt = StartDate()

    init(share: WorkerShare, onWatch: @Sendable @escaping (Int) -> Void) {
        self.share = share
        self.onWatch = onWatch
    }

    /// When the worker has started, by the Redis clock, as soon as that was asked.
    private final class StartDate: Sendable {
        let instant = Mutex<Instant?>(nil)
    }

    private var store: RedisStore { share.partitions.home }

    /// Reports once, if that does not take long.
    func reportFirst() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await report() }
            group.addTask { try? await Task.sleep(for: Self.firstPatience) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Reports again and again. A report is for people: one that cannot be left costs nothing but its place in the view.
    func run() async {
        var last: WorkerReport?
        while !Task.isCancelled {
            var pause = Self.busyInterval
            do {
                let report = try await report()
                if let report, report == last { pause = Self.idleInterval }
                last = report ?? last
            } catch {
                share.logger.debug("the report was not left", metadata: ["error": "\(error)"])
            }
            // Replicas that were started together do not report together.
            try? await Task.sleep(for: .milliseconds(pause - Int.random(in: 0...(pause / 4))))
        }
    }

    /// - Returns: What was reported; `nil` where the report was taken away.
    private func report() async throws -> WorkerReport? {
        let (name, tally) = (share.configuration.name, share.tally)
        let start: Instant
        if let known = startedAt.instant.withLock({ $0 }) { start = known } else { start = try await store.now() }
        startedAt.instant.withLock { $0 = start }
        if let sleep = share.watches.longestSleep, tally.sinceClaim > .milliseconds(sleep + Self.patience) {
            try await store.leave(worker: name)
            return nil
        }
        let report = tally.report(name: name, startedAt: start)
        let life = 3 * Self.idleInterval
        if share.partitions.stores.count == 1 {
            try await store.report(report, life: life)
        } else {
            let names = try await store.reportToFleet(report, life: life)
            for partition in share.watches.update(names) { onWatch(partition) }
        }
        return report
    }
}
