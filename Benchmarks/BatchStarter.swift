import StatesLanguage
import Waitable
import WaitableRedis

/// Starts items in batches, the way ingest does: the states before the wait are run here.
struct BatchStarter {
    private let store: RedisStore
    private let machine: DeployedMachine

    init(store: RedisStore) async throws {
        self.store = store
        guard let machine = try await MachineCache(store: store).current("waitable-stepfunction") else {
            preconditionFailure("the benchmark deploys the machine before it starts items")
        }
        self.machine = machine
    }

    func start(_ count: Int, at due: Instant, prefix: String) async throws {
        let runner = ExecutionRunner(machine: machine, arn: ARN())
        let text = due.iso8601
        for first in stride(from: 0, to: count, by: 500) {
            let now = Instant(milliseconds: try await store.time() / 1_000)
            let transitions = try (first..<min(first + 500, count)).map { number in
                let id = "\(prefix)\(String(1_000_000 + number))"
                let execution = Execution(
                    key: ExecutionKey(machine: machine.name, name: id),
                    revision: machine.hash,
                    startDate: now,
                    input: #"{"Id":"\#(id)","StartTimestamp":"\#(text)"}"#
                )
                return try runner.run(execution, at: now).transition(lease: nil)
            }
            _ = try await store.start(transitions)
        }
    }
}
