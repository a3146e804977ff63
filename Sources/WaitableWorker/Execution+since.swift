import StatesLanguage
import Waitable

extension Execution {
    /// Since when it has been due: its start, where it stands in no wait that is over.
    func since(_ now: Instant) -> Instant { flow?.wakeUp.flatMap { $0 <= now ? $0 : nil } ?? startDate }
}

extension Step {
    /// Since when its execution had been due: its start, where an answer brought the step about.
    func since(_ now: Instant) -> Instant { due.flatMap { $0 <= now ? $0 : nil } ?? execution.startDate }
}
