import Synchronization
import WaitableOperations

/// Events that were touched in the future: before Redis's clock was set back. Redis says that they were touched just now until
/// that time comes again, so how long they have waited is counted here.
final class StuckEvents: Sendable {
    /// By partition, those that seemed to have been touched just now whenever they were looked at, with when that was first.
    private let since = Mutex<[Int: [StreamID: ContinuousClock.Instant]]>([:])

    /// Takes note of the events of a partition that seem to have been touched just now.
    ///
    /// - Returns: For how long each of them has.
    func update(_ partition: Int, _ entries: [StreamID]) -> [StreamID: Duration] {
        let now = ContinuousClock.now
        return since.withLock { since in
            let known = since[partition] ?? [:]
            let current = Dictionary(entries.map { ($0, known[$0] ?? now) }) { one, _ in one }
            since[partition] = current.isEmpty ? nil : current
            return current.mapValues { $0.duration(to: now) }
        }
    }
}
