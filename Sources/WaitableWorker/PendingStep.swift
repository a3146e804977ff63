import StatesLanguage
import Waitable

/// A step whose commit is under way. A class, so that a batch hands it around without copying what it holds.
final class PendingStep: Sendable {
    /// The step, its entry in the journal.
    let step: Step

    /// - Parameters:
    ///   - replacedBytes: The size of the execution's document when it was claimed, in bytes; 0 for none.
    ///   - worker: The name of the worker that made the step.
    init(_ step: consuming Step, replacing replacedBytes: Int, by worker: String) {
        step.replacedBytes = replacedBytes
        step.enterJournal(by: worker)
        self.step = step
    }
}
