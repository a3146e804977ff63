import StatesLanguage
import Waitable
import WaitableRedis

/// Reads an execution's history: its journal, replayed.
struct ExecutionHistory: Sendable {
    let ingest: Ingest

    func events(of execution: Execution) async throws -> [HistoryEvent] {
        let machine = try await ingest.machines.machine(execution.key.machine, hash: execution.revision)
        let list = try await ingest.store.history(of: execution)
        let secret = try await ingest.identity.secret()
        let replay = ExecutionReplay(runner: ExecutionRunner(machine: machine, arn: ingest.arn, secret: secret))
        return try replay.events(of: execution, list: list)
    }
}
