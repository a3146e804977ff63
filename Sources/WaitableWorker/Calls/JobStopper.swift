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
    private let logger: Logger
    private let state = Mutex(State())
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    private struct State {
        /// The partitions that are to be looked at.
        var waiting: Set<Int> = []
        /// Those that are being looked at.
        var running: Set<Int> = []
    }

    /// How many connections an adapter gets.
    private static let atOnce = 16
    /// The pause before an adapter that cannot be told is told again.
    private static let pause: Duration = .seconds(10)
    /// How often an adapter is told that answers with nothing that counts, by one worker.
    private static let mostTimes = 360

    init(partitions: Partitions, configuration: CallConfiguration, arn: ARN, logger: Logger) {
        self.partitions = partitions
        self.configuration = configuration
        self.arn = arn
        self.logger = logger
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Notes that there are jobs to be stopped in a partition.
    func note(_ partition: Int) {
        guard partitions.stores.indices.contains(partition) else { return }
        state.withLock { _ = $0.waiting.insert(partition) }
        signal.yield()
    }

    /// Stops what is noted, until the task is cancelled.
    func run() async {
        let client = Calls.client(atOnce: Self.atOnce)
        await withDiscardingTaskGroup { group in
            for await _ in signals {
                for partition in take() {
                    group.addTask {
                        await self.stopJobs(of: self.partitions.stores[partition], client)
                        self.end(partition)
                    }
                }
            }
            group.cancelAll()
        }
        try? await client.shutdown()
    }

    /// Partitions to look at where nobody is at it.
    private func take() -> Set<Int> {
        state.withLock { state in
            let free = state.waiting.subtracting(state.running)
            state.waiting.subtract(free)
            state.running.formUnion(free)
            return free
        }
    }

    private func end(_ partition: Int) {
        state.withLock { _ = $0.running.remove(partition) }
        // It may have been noted again meanwhile.
        signal.yield()
    }

    /// Stops the jobs of a partition, until there are none.
    private func stopJobs(of store: RedisStore, _ client: HTTPClient) async {
        var stopped: [GivenUpJob] = []
        var again: [GivenUpJob] = []
        var times: [[UInt8]: Int] = [:]
        while !Task.isCancelled {
            do {
                let jobs = try await store.jobs(stopped: stopped, again: again)
                (stopped, again) = ([], [])
                guard !jobs.isEmpty else { return }
                let now = try await store.now()
                let told = await withTaskGroup(of: (GivenUpJob, Bool).self) { group in
                    for job in jobs { group.addTask { (job, await self.tell(job, at: now, client)) } }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                for (job, isDone) in told {
                    times[job.entry, default: 0] += 1
                    let isGivenUp = times[job.entry, default: 0] >= Self.mostTimes
                    if isGivenUp { log("job was not stopped", job, "its adapter gave no answer") }
                    if isDone || isGivenUp { stopped.append(job) } else { again.append(job) }
                }
            } catch {
                logger.warning("jobs are not stopped", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: Self.pause)
                continue
            }
            if !again.isEmpty { try? await Task.sleep(for: Self.pause) }
        }
    }

    /// - Returns: Whether there is no more to be done.
    private func tell(_ job: GivenUpJob, at now: Instant, _ client: HTTPClient) async -> Bool {
        guard let followed = FollowedJob(job.job) else {
            log("job was not stopped", job, "its entry cannot be read")
            return true
        }
        let call = followed.cancellation(ofTask: job.task, of: job.key, at: now, arn: arn)
        let answer = await HTTPCaller(client: client, configuration: configuration, names: names).answer(to: call)
        guard case .failed(let error, let cause) = answer else { return true }
        // Another worker may have the adapter.
        if error == HTTPCaller.unavailable || error == OutsideIntegration.missing { return false }
        log("job was not stopped", job, "\(error ?? ""): \(cause ?? "")")
        return true
    }

    private func log(_ message: Logger.Message, _ job: GivenUpJob, _ reason: String) {
        logger.warning(message, metadata: ["execution": "\(job.key)", "task": "\(job.task)", "error": "\(reason)"])
    }
}
