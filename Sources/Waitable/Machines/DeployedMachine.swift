package import StatesLanguage

/// A revision of a state machine, compiled once and ready to run executions. A class, since every step hands it around.
package final class DeployedMachine: Sendable {
    /// The machine's name.
    package let name: String
    /// The revision's hash.
    package let hash: String
    /// What it was compiled from.
    package let revision: Revision
    /// The compiled definition.
    package let definition: StateMachine
    /// About how many bytes it takes, rather too many.
    package let size: Int
    /// The attribute that is each table's key.
    let keyAttributes: KeyAttributes
    /// Its tasks, by the names of their states.
    let tasks: [Spelling: PreparedTask]
    /// Whether its executions are told things from outside: they have an inbox then.
    let isToldThings: Bool

    /// Compiles a revision.
    ///
    /// - Parameters:
    ///   - name: The machine's name; behind a slash the label of a Map state in distributed mode whose items are run.
    ///   - hash: The revision's hash.
    ///   - revision: What it is compiled from.
    ///   - keyAttributes: The attribute that is each table's key.
    /// - Throws: `DefinitionError` where this version cannot run the definition.
    package init(
        name: String,
        hash: String,
        revision: Revision,
        keyAttributes: KeyAttributes = KeyAttributes()
    ) throws(DefinitionError) {
        self.name = name
        self.hash = hash
        self.revision = revision
        size = CompiledSize.estimate(of: revision.definition)
        let whole = try StateMachine(
            definition: revision.definition,
            resources: TaskCatalog(type: revision.type)
        )
        definition = name.split(separator: "/").dropFirst().reduce(whole) { machine, label in
            machine.processor(labelled: String(label)) ?? machine
        }
        self.keyAttributes = keyAttributes
        isToldThings = definition.hasMapRuns || definition.tasks.contains { Self.isToldThings($0.resource) }
        tasks = definition.tasks.reduce(into: [:]) { $0[$1.state] = PreparedTask($1, keyAttributes: keyAttributes) }
    }

    private static func isToldThings(_ resource: String) -> Bool {
        switch TaskIntegration(resource) {
        case .item, nil: false
        case .publication: resource.hasSuffix(".waitForTaskToken")
        case .activity, .execution, .function, .http, .invoke, .outside: true
        }
    }
}
