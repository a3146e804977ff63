/// The two types of state machines.
///
/// Source: AWS Step Functions developer guide, "Choosing workflow type".
package enum MachineType: String, Sendable, CaseIterable {
    /// Executions with a name of their own and a history; they may take a year.
    case standard = "STANDARD"
    /// Short executions without a history, of which several may have one name.
    case express = "EXPRESS"
}
