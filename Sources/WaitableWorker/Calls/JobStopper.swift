import AsyncHTTPClient
import Logging
import RedisClient
import StatesLanguage
import Synchronization
import Waitable
import WaitableRedis

/// Tells adapters of jobs that nobody waits for any more, so that they stop them: at least once, each under one key.
final class JobStopper: Sendable {
    private let partitions: Partitions
    private let configuration: CallConfiguration
    private let arn: ARN
    private let names = NameCheck()
    private let slots = CallSlots(limit: JobStopper.atOnce)
    private let logger: Logger
    /// By the numbers of partitions.
    private let work = NotedWork<Int>()

    /// How many calls there are at once; an adapter that hangs has two thirds of them at the most.
    private static let atOnce = 48
    /// How many of an adapter's jobs of a partition are in hand at once, and how far into its list others are looked for.
    private static let mostInHand = 256
    private static let farthest = 20_000
    /// The pause before an adapter that cannot be told is told again.
    private static let pause: Duration = .seconds(10)
    /// For how long one is told that gives no answer that counts.
    private static let longest: Duration = .seconds(3_600)

    init(partitions: Partitions, configuration: CallConfiguration, arn: ARN, logger: Logger) {
        self.partitions = partitions
        self.configuration = configuration
        self.arn = arn
        self.logger = logger
    }

    /// Notes that there are jobs to be stopped in a partition.
    func note(_ partition: Int) {
        guard partitions.stores.indices.contains(partition) else { return }
        work.note([partition])
    }

    /// Stops what is noted, until the task is cancelled.
    func run() async {
        let client = Calls.client(atOnce: Self.atOnce)
        await work.run { await self.stopJobs(of: self.partitions.stores[$0], client) }
        try? await client.shutdown()
    }

    /// Those that are in hand, by their entries, and how many each adapter has.
    private final class Hand: Sendable {
        private let state = Mutex((entries: Set<[UInt8]>(), counts: [CallDestination?: Int]()))

        /// Takes one; `false` where it is in hand, or its adapter has enough.
        func take(_ job: GivenUpJob, _ destination: CallDestination?) -> Bool {
            state.withLock { state in
                guard state.counts[destination, default: 0] < JobStopper.mostInHand,
                    state.entries.insert(job.entry).inserted
                else { return false }
                state.counts[destination, default: 0] += 1
                return true
            }
        }

        func leave(_ job: GivenUpJob, _ destination: CallDestination?) {
            state.withLock { state in
                state.entries.remove(job.entry)
                state.counts[destination, default: 0] -= 1
            }
        }
    }

    /// Stops the jobs of a partition, until there are none. Each is told by itself, so that none waits for another one's adapter.
    private func stopJobs(of store: RedisStore, _ client: HTTPClient) async {
        let hand = Hand()
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                do {
                    let looked = ContinuousClock.now
                    var place = 0
                    while place < Self.farthest {
                        let jobs = try await store.jobs(from: place)
                        if jobs.isEmpty { break }
                        place += jobs.count
                        for job in jobs {
                            let call = FollowedJob(job.job)?.cancellation(ofTask: job.task, of: job.key, arn: arn)
                            let destination = call.flatMap { configuration.destination(of: $0.target) }
                            guard hand.take(job, destination) else { continue }
                            group.addTask {
                                await self.stop(job, by: call, destination, store, client)
                                hand.leave(job, destination)
                            }
                        }
                    }
                    if place == 0 { return }
                    // Those that wait for room, or came meanwhile: a long list is looked through for a twentieth of the time.
                    try await Task.sleep(for: max(.seconds(1), looked.duration(to: .now) * 20))
                } catch is CancellationError {
                    break
                } catch {
                    logger.warning("jobs are not stopped", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: .seconds(1))
                }
            }
            group.cancelAll()
        }
    }

    /// Tells an adapter of a job until it has answered, and takes the job out of the list.
    private func stop(
        _ job: GivenUpJob,
        by call: OutsideCall?,
        _ destination: CallDestination?,
        _ store: RedisStore,
        _ client: HTTPClient
    ) async {
        let end = ContinuousClock.now + Self.longest
        while !Task.isCancelled {
            guard let call else {
                log("job was not stopped", job, "its entry cannot be read")
                break
            }
            guard let failure = await failure(of: call, destination, client) else { break }
            guard ContinuousClock.now < end else {
                log("job was not stopped", job, failure)
                break
            }
            try? await Task.sleep(for: Self.pause)
        }
        while !Task.isCancelled {
            do {
                try await store.jobs(stopped: [job])
                return
            } catch {
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    /// Why an adapter has to be told again; `nil` where there is no more to be done.
    private func failure(of call: OutsideCall, _ destination: CallDestination?, _ client: HTTPClient) async -> String? {
        let caller = HTTPCaller(client: client, configuration: configuration, names: names)
        let answer: TaskAnswer?
        if let destination {
            answer = try? await slots.withTurn(destination) { await caller.answer(to: call) }
        } else {
            answer = await caller.answer(to: call)
        }
        guard case .failed(let error, let cause)? = answer else { return nil }
        let reason = "\(error ?? ""): \(cause ?? "")"
        // Another worker may have the adapter.
        if error == HTTPCaller.unavailable || error == OutsideIntegration.missing { return reason }
        logger.warning("job was not stopped", metadata: ["execution": "\(call.key)", "error": "\(reason)"])
        return nil
    }

    private func log(_ message: Logger.Message, _ job: GivenUpJob, _ reason: String) {
        logger.warning(message, metadata: ["execution": "\(job.key)", "task": "\(job.task)", "error": "\(reason)"])
    }
}
