import Foundation
import Logging
import StatesLanguage
import Waitable
import WaitableRedis

/// Starts items in batches, the way ingest does: the states before the wait are run here, while Redis is at the batches
/// before.
struct BatchStarter {
    private let store: RedisStore
    private let machine: DeployedMachine
    private let clock: RedisClock
    /// With the number, 36 characters.
    private let prefix = String(UUID().uuidString.prefix(26)) + "-"

    init(_ rig: Rig) async throws {
        store = rig.store
        guard let machine = try await MachineCache(store: store).current(Rig.machine) else {
            preconditionFailure("the machine is deployed before items are started")
        }
        self.machine = machine
        clock = RedisClock(store: rig.store, logger: Logger(label: "benchmark"))
    }

    static let batch = 500

    func id(_ number: Int) -> String { prefix + String(100_000_000 + number) }

    /// As many calls are on their way as from ingest.
    private static let calls = 2

    /// Starts items with these numbers, all due at one instant.
    func start(_ numbers: Range<Int>, at due: Instant) async throws {
        let text = due.iso8601
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, first) in stride(from: numbers.lowerBound, to: numbers.upperBound, by: Self.batch).enumerated()
            {
                let last = min(first + Self.batch, numbers.upperBound)
                let transitions = try transitions(first..<last, due: text, at: try await clock.now())
                if index >= Self.calls { try await group.next() }
                group.addTask { _ = try await store.start(transitions) }
            }
            try await group.waitForAll()
        }
    }

    private func transitions(_ numbers: Range<Int>, due: String, at now: Instant) throws -> [Transition] {
        let runner = ExecutionRunner(machine: machine, arn: ARN(), secret: .make())
        return try numbers.map { number in
            let id = id(number)
            let execution = Execution(
                key: ExecutionKey(machine: machine.name, name: id),
                revision: machine.hash,
                startDate: now,
                input: #"{"Id":"\#(id)","StartTimestamp":"\#(due)"}"#
            )
            return try runner.run(execution, at: now).transition(lease: nil)
        }
    }
}
