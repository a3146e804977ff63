import StatesLanguage
import Waitable
import WaitableRedis

/// Reads on what the tasks of an execution have read a part of: a page of a query or a scan, a batch of reads. Each part is a
/// call of its own, so that Redis does other things between them.
struct TableReader: Sendable {
    let partitions: Partitions

    /// How long it reads for one execution before others have their turn.
    private static let longest = Duration.milliseconds(50)

    /// Reads on for a while. What was read is in the execution's messages.
    ///
    /// - Returns: Whether there is all that its next step needs.
    func readOn(_ execution: inout Execution) async throws(StoreError) -> Bool {
        // What a redrive begins anew needs no outcomes.
        guard !execution.messages.isEmpty, execution.messages.redrivenAt == nil,
            let tasks = execution.flow?.pendingTasks.map(\.id)
        else { return true }
        let start = ContinuousClock.now
        var hasRead = false
        for task in tasks {
            guard var reading = Self.reading(ofTask: task, execution.messages) else { continue }
            while reading.isUnfinished {
                if hasRead, start.duration(to: .now) > Self.longest {
                    execution.messages.outcomes["\(task)"] = reading.outcome
                    return false
                }
                try await readPart(&reading)
                hasRead = true
            }
            execution.messages.outcomes["\(task)"] = reading.outcome
        }
        // What came by a message is answered as one.
        for task in tasks where execution.messages.answers["o\(task)"] != nil {
            guard let outcome = execution.messages.outcomes["\(task)"] else { continue }
            execution.messages.answers["o\(task)"] = outcome
            execution.messages.outcomes["\(task)"] = nil
        }
        return true
    }

    /// What a task has read a part of; `nil` for none. What was kept of it is more than what came first.
    private static func reading(ofTask task: Int, _ messages: ExecutionMessages) -> UnfinishedReading? {
        (messages.outcomes["\(task)"] ?? messages.answers["o\(task)"]).flatMap { UnfinishedReading($0) }
    }

    private func readPart(_ reading: inout UnfinishedReading) async throws(StoreError) {
        guard let number = reading.partition, partitions.stores.indices.contains(number),
            let program = reading.program
        else { return reading.fail(code: "InternalServerError", message: "What is left to be read is unreadable") }
        switch try await partitions.stores[number].read(program) {
        case .outcome(let part): reading.take(part)
        case .forward(let next): reading.goOn(in: next)
        }
    }
}
