package import StatesLanguage
package import Waitable

/// A state machine, as operators see it.
package struct MachineSummary: Sendable {
    /// What is deployed.
    package let record: MachineRecord
    /// Whether items that name no machine run it.
    package let isDefault: Bool
    /// Since when it has been paused; `nil` where it runs.
    package let pausedSince: Instant?
}
