import StatesLanguage
import Waitable

extension Execution {
    /// Since when it has been due: the end of a wait that is over, or when it last entered a state, or its start.
    func since(_ now: Instant) -> Instant {
        [flow?.lastEntry, flow?.wakeUp].compactMap(\.self).filter { $0 <= now }.max() ?? startDate
    }
}
