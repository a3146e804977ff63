import StatesLanguage
import Waitable
import WaitableRedis

/// Reads an execution's history: its journal, replayed.
struct ExecutionHistory: Sendable {
    let ingest: Ingest

    func events(of execution: Execution) async throws -> [HistoryEvent] {
        let machine = try await ingest.machines.machine(execution.key.machine, hash: execution.revision)
        let list = try await ingest.store.history(of: execution)
        let replay = ExecutionReplay(runner: ExecutionRunner(machine: machine, arn: ingest.arn))
        return try replay.events(of: execution, list: list)
    }
}
