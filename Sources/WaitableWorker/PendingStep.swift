import StatesLanguage
import Waitable

/// A step whose commit is under way. A class, so that a batch hands it around without copying what it holds.
final class PendingStep: Sendable {
    /// The step, its entry in the journal.
    let step: Step

    /// - Parameter worker: The name of the worker that made the step.
    init(_ step: consuming Step, by worker: String) {
        step.enterJournal(by: worker)
        self.step = step
    }
}
