import Foundation
package import Logging
import NIOCore
package import NIOPosix
import RedisClient
import ServiceLifecycle
import StatesLanguage
import Waitable
package import WaitableRedis

/// The workers of a process: one for each partition, side by side. They share their calls, their counts, and how many batches
/// they have in hand.
package final class WorkerFleet: Service {
    private let share: WorkerShare
    private let workers: [Worker]

    /// Workers over partitions whose connections somebody else runs.
    ///
    /// - Parameter operations: What carries out operations of the Step Functions API that tasks ask for; `nil` for nothing.
    package init(
        partitions: Partitions,
        machines: MachineCache,
        configuration: WorkerConfiguration,
        calls: CallConfiguration = CallConfiguration(),
        operations: OperationHandler? = nil,
        identity: NamespaceIdentity,
        itemTable: String = "items",
        eventLoopGroup: MultiThreadedEventLoopGroup = .singleton,
        logger: Logger
    ) {
        var logger = logger
        logger[metadataKey: "worker"] = "\(configuration.name)"
        let count = partitions.stores.count
        let share = WorkerShare(
            partitions: partitions,
            deliverer: count > 1 ? MessageDeliverer(partitions: partitions, logger: logger) : nil,
            machines: machines,
            configuration: configuration,
            identity: identity,
            itemTable: itemTable,
            calls: Calls(partitions: partitions, configuration: calls, operations: operations, logger: logger),
            jobs: JobStopper(partitions: partitions, configuration: calls, arn: identity.arn, logger: logger),
            watches: Watches(name: configuration.name, partitions: count, poll: configuration.pollMilliseconds),
            turns: count == 1 ? nil : Turns(Self.batches),
            eventLoop: eventLoopGroup.next(),
            logger: logger
        )
        self.share = share
        workers = partitions.stores.map { Worker(store: $0, share: share) }
    }

    /// How many batches are in hand at once where there are several partitions.
    private static let batches = max(4, 2 * ProcessInfo.processInfo.activeProcessorCount)

    private var home: RedisStore { share.partitions.home }

    /// Works until the graceful shutdown: then nothing more is claimed, what is held is committed, and what was
    /// claimed ahead is given back.
    package func run() async throws {
        let name = share.configuration.name
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { await self.listen() }
                let reporter = WorkerReporter(share: share) { self.workers[$0].look() }
                // Before it is known who else is there, this one would watch all.
                if workers.count > 1 { await reporter.reportFirst() }
                group.addTask { await reporter.run() }
                if let deliverer = share.deliverer { group.addTask { await deliverer.run() } }
                group.addTask { await self.share.jobs.run() }
                try await self.makingCalls { try await self.work() }
                group.cancelAll()
            }
            try? await self.home.leave(worker: name)
        } onGracefulShutdown: {
            self.share.ending.tell()
            for worker in self.workers { worker.wake() }
        }
        share.logger.info("worker stopped")
    }

    private func work() async throws {
        let batch = share.configuration.batch
        share.logger.info("worker started", metadata: ["batch": "\(batch)", "partitions": "\(workers.count)"])
        try await withThrowingDiscardingTaskGroup { group in
            for worker in workers { group.addTask { try await worker.work() } }
        }
    }

    /// Makes calls beside some work, and a little longer: those that are not answered by then are given up.
    private func makingCalls(beside work: () async throws -> Void) async throws {
        let calls = share.calls
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await calls.run() }
            defer { group.cancelAll() }
            try await work()
            calls.finish()
            group.addTask { try await Task.sleep(for: Self.lastCalls) }
            try await group.next()
        }
    }

    /// How long a worker that stops waits for its calls.
    private static let lastCalls: Duration = .seconds(5)

    /// Turns announcements of sooner due instants into nudges. Without a subscription the workers still look at
    /// every poll interval.
    private func listen() async {
        var channels: [Spelling: Worker] = [:]
        let name = share.configuration.name
        for worker in workers {
            channels[worker.store.keys.wake] = worker
            channels[worker.store.keys.wake(name)] = worker
        }
        let heard = channels
        let stores = workers.map(\.store)
        await share.partitions.listen(
            to: stores.map(\.keys.wake),
            announcements: stores.map { $0.keys.wake(name) }
        ) { push in
            switch push {
            // What was announced while there was no subscription was missed: look.
            case .subscribed: for worker in self.workers { worker.look() }
            case .message(let channel, let payload):
                if let instant = Instant(announcement: payload) { heard[channel]?.announce(instant) }
            }
        }
    }

    /// Why the workers cannot work now; `nil` where they can.
    package var unreadiness: String? {
        if share.ending.isTold { return "the worker is stopping" }
        if home.client.connectionState != .connected { return "there is no connection to Redis" }
        return share.tally.hasClaimed ? nil : "no claim has been answered yet"
    }

    /// Whether this process is the first one to see to a partition.
    package func isOwned(_ store: RedisStore) -> Bool { share.watches.isFirst(of: store.keys.partition) }
}
