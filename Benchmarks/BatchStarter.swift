import Foundation
import StatesLanguage
import Waitable
import WaitableRedis

/// Starts items in batches, the way ingest does: the states before the wait are run here.
struct BatchStarter {
    private let store: RedisStore
    private let machine: DeployedMachine
    /// With the number, 36 characters.
    private let prefix = String(UUID().uuidString.prefix(26)) + "-"

    init(_ rig: Rig) async throws {
        store = rig.store
        guard let machine = try await MachineCache(store: store).current(Rig.machine) else {
            preconditionFailure("the machine is deployed before items are started")
        }
        self.machine = machine
    }

    static let batch = 500

    func id(_ number: Int) -> String { prefix + String(100_000_000 + number) }

    /// Starts items with these numbers, all due at one instant.
    func start(_ numbers: Range<Int>, at due: Instant) async throws {
        let runner = ExecutionRunner(machine: machine, arn: ARN())
        let text = due.iso8601
        for first in stride(from: numbers.lowerBound, to: numbers.upperBound, by: Self.batch) {
            let now = Instant(milliseconds: try await store.time() / 1_000)
            let transitions = try (first..<min(first + Self.batch, numbers.upperBound)).map { number in
                let id = id(number)
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
