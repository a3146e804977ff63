import RedisClient
import StatesLanguage
import Waitable
import WaitableRedis

/// Makes executions again from their journals, for an audit.
struct Replayer {
    /// What became of an execution.
    enum Result {
        /// It has no journal, or none of its steps was made yet.
        case nothing
        /// This version cannot make it again.
        case impossible
        /// It needs more work than there was for it.
        case tooLong
        /// Elements of its history are missing.
        case incomplete
        /// It was made again.
        case made(ReplayCheck)
    }

    let store: RedisStore
    private let machines: MachineCache
    private let arn: ARN
    private let secret: TaskTokenKey
    private var last: ExecutionRunner?

    /// Reads what the steps of a namespace depend on, and changes nothing.
    init(store: RedisStore) async throws {
        self.store = store
        machines = MachineCache(store: store)
        let words = try await store.send(RedisCommand("MGET", store.keys.arn, store.keys.secret)).array ?? []
        arn = words.first?.string.flatMap(ARN.init(prefix:)) ?? ARN()
        secret = words.last?.string.flatMap(TaskTokenKey.init(base64:)) ?? .make()
    }

    /// The same for executions of another partition.
    func reading(_ store: RedisStore) -> Replayer {
        var replayer = self
        replayer.journals = store
        return replayer
    }

    private var journals: RedisStore?

    /// Makes an execution again.
    ///
    /// - Parameter budget: What there is for it and others; `nil` where it may take as long as it takes.
    mutating func make(_ execution: Execution, within budget: ReplayBudget?) async throws -> Result {
        guard let journal = execution.journal else { return .nothing }
        guard journal.version == Journal.currentVersion, let runner = try await runner(of: execution) else {
            return .impossible
        }
        var check = ReplayCheck(of: execution, runner: runner)
        var share = budget?.share
        var isTooLong = false
        let isWhole: Bool
        do {
            isWhole = try await (journals ?? store).readJournal(of: execution) { entry in
                let allowance = share?.allowance ?? .max
                let work = allowance > 0 ? try check.take(entry, within: allowance) : 0
                share?.spend(work)
                isTooLong = work >= allowance
                return !isTooLong
            } pause: {
            }
        } catch is JSONError {
            return .impossible
        }
        if isTooLong { return .tooLong }
        return isWhole ? .made(check) : .incomplete
    }

    private mutating func runner(of execution: Execution) async throws -> ExecutionRunner? {
        if let last, last.runs(execution) { return last }
        let machine: DeployedMachine
        do {
            machine = try await machines.machine(execution.key.machine, hash: execution.revision)
        } catch is RevisionError {
            return nil
        }
        let runner = ExecutionRunner(machine: machine, arn: arn, secret: secret)
        last = runner
        return runner
    }
}
