/// How much of its executions' histories a state machine keeps. They cost memory: an entry for each step.
package enum HistoryLevel: String, Sendable, CaseIterable {
    /// All of it.
    case all = "ALL"
    /// That of executions that are open, or did not succeed.
    case error = "ERROR"
    /// Nothing: executions of EXPRESS machines have no history either.
    case off = "OFF"

    /// The tag that names the level of a state machine that is created over the API.
    package static let tag = "waitable:history"
}
