public import StatesLanguage

/// A revision of a state machine, compiled once and ready to run executions.
public struct DeployedMachine: Sendable {
    /// The machine's name.
    public let name: String
    /// The revision's hash.
    public let hash: String
    /// What it was compiled from.
    public let revision: Revision
    /// The compiled definition.
    public let definition: StateMachine
    /// What its tasks' resources name.
    let integrations: [String: TaskIntegration]

    /// Compiles a revision.
    ///
    /// - Parameter name: The machine's name; behind a slash the label of a Map state in distributed mode whose items are run.
    /// - Throws: `DefinitionError` where this version cannot run the definition.
    public init(name: String, hash: String, revision: Revision) throws(DefinitionError) {
        self.name = name
        self.hash = hash
        self.revision = revision
        let whole = try StateMachine(
            definition: revision.definition,
            resources: TaskCatalog(type: revision.type)
        )
        definition = name.split(separator: "/").dropFirst().reduce(whole) { machine, label in
            machine.processor(labelled: String(label)) ?? machine
        }
        integrations = definition.resources.reduce(into: [:]) { $0[$1] = TaskIntegration($1) }
    }
}
