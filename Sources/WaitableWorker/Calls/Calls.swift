import AsyncHTTPClient
import Logging
import NIOCore
import StatesLanguage
import Waitable
import WaitableRedis

/// The calls to the outside that a worker makes. While one runs it gives signs of life to its task: without them the
/// task fails, and its state's `Retry` decides what follows.
final class Calls: Sendable {
    private let partitions: Partitions
    private let configuration: CallConfiguration
    private let logger: Logger
    private let slots: CallSlots
    private let names = NameCheck()
    private let memory = PageMemory()
    private let queue: AsyncStream<OutsideCall>
    private let continuation: AsyncStream<OutsideCall>.Continuation

    private let operations: OperationCaller

    /// - Parameter operations: What carries out operations of the Step Functions API; `nil` for nothing.
    init(
        partitions: Partitions,
        configuration: CallConfiguration,
        operations: OperationHandler? = nil,
        logger: Logger
    ) {
        self.partitions = partitions
        self.operations = OperationCaller(handler: operations)
        self.configuration = configuration
        self.logger = logger
        slots = CallSlots(limit: configuration.limit)
        (queue, continuation) = AsyncStream.makeStream()
    }

    /// Admits a step's calls, where there is room for them. Each is to be made, or given up, after that.
    ///
    /// - Parameter place: Where the step's execution stands among those that wait for room.
    /// - Returns: `nil` where they are admitted, else in how many ms the execution should come again.
    func admit(_ calls: [OutsideCall], for place: CallLine.Place) -> Int? {
        slots.admit(destinations(of: calls), for: place)
    }

    /// Admits calls, also where there is no room.
    func admitAnyway(_ calls: [OutsideCall]) { slots.admitAnyway(destinations(of: calls)) }

    /// Gives up calls that were admitted.
    func giveUp(_ calls: [OutsideCall]) { slots.leave(destinations(of: calls)) }

    private func destinations(of calls: [OutsideCall]) -> [CallDestination] {
        calls.compactMap { configuration.destination(of: $0.target) }
    }

    /// Makes a call that was admitted, beside all others.
    func make(_ call: OutsideCall) { continuation.yield(call) }

    /// Takes no more calls.
    func finish() { continuation.finish() }

    /// Makes the calls of a worker.
    static func client(atOnce limit: Int) -> HTTPClient {
        var settings = HTTPClient.Configuration()
        // A redirect could lead to a host that nobody allowed.
        settings.redirectConfiguration = .disallow
        settings.timeout.connect = HTTPCaller.longestConnect
        // What failed is for the state's `Retry`, or the webhook, to try again.
        settings.connectionPool.retryConnectionEstablishment = false
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = limit
        settings.http1_1ConnectionDebugInitializer = { ResponseStatusCheck.add(to: $0) }
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    /// Makes calls until there are no more; cancelled, those that run are given up.
    func run() async {
        let client = Self.client(atOnce: configuration.limit)
        await withDiscardingTaskGroup { group in
            for await call in queue {
                group.addTask {
                    await self.carryOut(call, client)
                    self.giveUp([call])
                }
            }
        }
        try? await client.shutdown()
    }

    /// Makes one call, and tells its task what it came to. Until that is told, or the task has ended, it gives signs of life.
    private func carryOut(_ call: OutsideCall, _ client: HTTPClient) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.makeAndTell(call, client) }
            group.addTask { await self.keepAlive(call) }
            await group.next()
            group.cancelAll()
        }
    }

    private func makeAndTell(_ call: OutsideCall, _ client: HTTPClient) async {
        let caller = HTTPCaller(
            client: client,
            configuration: configuration,
            names: names,
            operations: operations
        )
        var answer: TaskAnswer
        let transfers = TransferCaller(caller: caller, partitions: partitions, memory: memory)
        if let destination = configuration.destination(of: call.target) {
            guard let made = try? await slots.withTurn(destination, { await transfers.answer(to: call) }) else {
                return
            }
            answer = made
        } else {
            answer = await transfers.answer(to: call)
        }
        // The answer of a call that hands out a token is not the task's.
        if call.waitsForToken, case .succeeded(let output) = answer { answer = .submitted(output) }
        while !Task.isCancelled, !(await tell(call, answer)) { try? await Task.sleep(for: .seconds(1)) }
    }

    /// A little longer than an adapter may take to begin a job.
    private static let longestStart: Duration = .seconds(310)

    /// Gives signs of life until the task has ended, or is cancelled. One that Redis does not take is given again soon.
    private func keepAlive(_ call: OutsideCall) async {
        var pause: Duration = .seconds(PendingTask.callSeconds) / 3
        while !Task.isCancelled {
            try? await Task.sleep(for: pause)
            guard !Task.isCancelled else { return }
            do {
                let store = partitions.store(of: call.key)
                let now = try await store.now()
                guard try await store.answer(call.key, task: call.task, .heartbeat(now)) else {
                    // A job that it begins is to be stopped: its answer says which one it is.
                    if call.mayBeginJob { try? await Task.sleep(for: Self.longestStart) }
                    return
                }
                pause = .seconds(PendingTask.callSeconds) / 3
            } catch  where !Task.isCancelled {
                log("sign of life failed", call, error)
                pause = .seconds(1)
            } catch {
                return
            }
        }
    }

    /// - Returns: Whether Redis took it; a task that has ended meanwhile needs no answer.
    private func tell(_ call: OutsideCall, _ answer: TaskAnswer) async -> Bool {
        do {
            let store = partitions.store(of: call.key)
            let isTaken = try await store.answer(call.key, task: call.task, answer)
            // Nobody reads of the job any more.
            if !isTaken, case .postponed(_, _, let job?) = answer {
                try await store.giveUp(job, ofTask: call.task, of: call.key)
            }
            return true
        } catch {
            log("answer of a call is repeated", call, error)
            return false
        }
    }

    private func log(_ message: Logger.Message, _ call: OutsideCall, _ error: StoreError) {
        logger.warning(
            message,
            metadata: ["execution": "\(call.key)", "task": "\(call.task)", "error": "\(error)"]
        )
    }
}
