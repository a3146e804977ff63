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
    /// The partitions that are to be looked at.
    private let waiting = Mutex<Set<Int>>([])
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    /// How many adapters are told at once.
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
        waiting.withLock { _ = $0.insert(partition) }
        signal.yield()
    }

    /// Stops what is noted, until the task is cancelled.
    func run() async {
        let client = Calls.client(atOnce: Self.atOnce)
        for await _ in signals {
            let found = waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
            await withDiscardingTaskGroup { group in
                for partition in found where partitions.stores.indices.contains(partition) {
                    group.addTask { await self.stopJobs(of: self.partitions.stores[partition], client) }
                }
            }
        }
        try? await client.shutdown()
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
                for part in jobs.chunks(of: Self.atOnce) {
                    let told = await withTaskGroup(of: (GivenUpJob, Bool).self) { group in
                        for job in part { group.addTask { (job, await self.tell(job, at: now, client)) } }
                        return await group.reduce(into: []) { $0.append($1) }
                    }
                    for (job, isDone) in told {
                        times[job.entry, default: 0] += 1
                        let isGivenUp = times[job.entry, default: 0] >= Self.mostTimes
                        if isGivenUp { log("job was not stopped", job, "its adapter gave no answer") }
                        if isDone || isGivenUp { stopped.append(job) } else { again.append(job) }
                    }
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
        if error == HTTPCaller.unavailable { return false }
        log("job was not stopped", job, "\(error ?? ""): \(cause ?? "")")
        return true
    }

    private func log(_ message: Logger.Message, _ job: GivenUpJob, _ reason: String) {
        logger.warning(message, metadata: ["execution": "\(job.key)", "task": "\(job.task)", "error": "\(reason)"])
    }
}

extension Array {
    /// Its parts, of so many elements each.
    fileprivate func chunks(of count: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: self.count, by: count).map { self[$0..<Swift.min($0 + count, self.count)] }
    }
}
