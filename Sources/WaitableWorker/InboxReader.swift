import StatesLanguage
import Waitable
import WaitableRedis

/// Reads what the tasks of an execution have been told that waits for answers.
struct InboxReader: Sendable {
    let store: RedisStore
    let partitions: Partitions
    let arn: ARN

    /// The execution with its answers.
    func read(_ execution: Execution) async throws -> Execution {
        guard let answers = try await store.answers(to: [execution.key]).first else { return execution }
        var execution = execution
        for (field, entry) in answers {
            guard let (child, pattern) = ChildEnd.child(in: entry) else {
                execution.messages.answers[field] = entry
                continue
            }
            let end = try await partitions.store(of: child).execution(child)
            // It was redriven since: its end is yet to come.
            if end?.status.isOpen == true { continue }
            execution.messages.answers[field] = ChildEnd(arn: arn).answer(end, as: pattern).json
        }
        return execution
    }
}
