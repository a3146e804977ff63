import CoreMetrics
package import Logging
import ServiceLifecycle
import StatesLanguage
import WaitableMetrics
import WaitableOperations
package import WaitableRedis

/// Removes closed executions whose retention is over: rarely, in bounded steps, and never in two places at once.
///
/// Every worker runs one. Each step is one atomic function call, so nothing is removed twice; the function lets one
/// sweeper go on through a backlog and turns the others away. Between two steps it rests, as ``SweepPace`` says.
package final class Sweeper: Service {
    private let partitions: Partitions
    private let configuration: RetentionConfiguration
    private let name: String
    private let isOurs: @Sendable (RedisStore) -> Bool
    private let logger: Logger
    private let aged = Metric.removed.counter(("reason", "age"))
    private let surplus = Metric.removed.counter(("reason", "count"))

    /// A sweeper over partitions whose connections somebody else runs.
    ///
    /// - Parameters:
    ///   - name: Its name among all sweepers.
    ///   - isOurs: Whether a partition is this process's to sweep; others may take it for theirs, too.
    package init(
        partitions: Partitions,
        configuration: RetentionConfiguration,
        name: String,
        isOurs: @Sendable @escaping (RedisStore) -> Bool = { _ in true },
        logger: Logger
    ) {
        self.partitions = partitions
        self.configuration = configuration
        self.name = name
        self.isOurs = isOurs
        self.logger = logger
    }

    /// Sweeps until the graceful shutdown.
    package func run() async throws {
        guard configuration.ageMilliseconds != nil || configuration.count != nil else {
            try await gracefulShutdown()
            return
        }
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let rests = self.partitions.stores.count == 1 ? 1 : Self.rests
                let longest = self.configuration.intervalMilliseconds * rests
                try await Task.sleep(for: .milliseconds(longest - Int.random(in: 0...(longest / 4))))
                do {
                    try await self.sweep()
                } catch let error as StoreError {
                    self.logger.warning("retention was not swept", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// How much longer than with one partition the pauses are.
    private static let rests = 4

    /// Removes all whose time is over now, unless another one is at it.
    ///
    /// - Returns: How many were removed.
    @discardableResult
    package func sweep() async throws -> Int {
        let stores = partitions.stores.count == 1 ? partitions.stores : partitions.stores.filter(isOurs)
        guard !stores.isEmpty else { return 0 }
        var backlogs: [Backlog] = []
        if let age = configuration.ageMilliseconds {
            // What is kept for days is not judged by the millisecond: one clock does for all.
            let end = try await partitions.home.now().adding(milliseconds: -age)
            backlogs += stores.map { Backlog(store: $0, departure: .closed(before: end), counter: aged) }
        }
        if let count = configuration.count {
            // Ids are spread evenly: each partition keeps its share.
            let share = (count + partitions.stores.count - 1) / partitions.stores.count
            backlogs += stores.map { Backlog(store: $0, departure: .surplus(over: share), counter: surplus) }
        }
        var removed = 0
        // In turn: where more close all the time, a backlog may never end.
        while !backlogs.isEmpty {
            var unfinished: [Backlog] = []
            for var backlog in backlogs {
                removed += try await step(through: &backlog)
                if backlog.count > 0 { unfinished.append(backlog) }
            }
            backlogs = unfinished
        }
        if removed > 0 { logger.info("retention swept", metadata: ["removed": "\(removed)"]) }
        return removed
    }

    /// What a partition has to remove for one reason.
    private struct Backlog {
        let store: RedisStore
        let departure: RedisStore.Departure
        let counter: Counter
        var pace = SweepPace()
        /// How many are to be looked at yet.
        var count = 0
        /// How many of the oldest stay.
        var left = 0
    }

    /// Removes a batch, and rests.
    ///
    /// - Returns: How many were removed.
    private func step(through backlog: inout Backlog) async throws -> Int {
        let start = ContinuousClock.now
        let sweep = try await backlog.store.sweep(
            backlog.departure,
            limit: configuration.batch,
            itemTable: configuration.itemTable,
            sweeper: name,
            skipping: backlog.left
        )
        backlog.count = sweep?.backlog ?? 0
        guard let sweep else { return 0 }
        backlog.counter.increment(by: sweep.removed)
        backlog.left += sweep.left
        if backlog.count > 0 {
            try await Task.sleep(for: backlog.pace.rest(after: ContinuousClock.now - start, backlog: backlog.count))
        }
        return sweep.removed
    }
}
