/// A definition in Amazon States Language: read, checked and compiled once, then run any number of times. A class, since every
/// step hands it around.
///
/// Source: Amazon States Language, https://states-language.net
public final class StateMachine: Sendable {
    /// The definition's text, verbatim.
    public let definition: String
    /// Its `Comment`.
    public let comment: String?
    /// The name of the first state.
    public var startAt: String { graph.startAt }
    /// How long an execution may take, in seconds.
    public let timeoutSeconds: Int?
    /// What can be run, but will fail where an execution comes to it.
    public let warnings: [DefinitionProblem]
    let graph: StateGraph
    /// Its Task states, also within Parallel and Map states.
    public var tasks: [TaskDefinition] {
        func tasks(of graph: StateGraph) -> [TaskDefinition] {
            graph.states.values.flatMap { state in
                guard case .task(let task) = state.kind else { return state.graphs.flatMap(tasks) }
                return [
                    TaskDefinition(state: state.name, resource: task.resource.arn, payload: state.dataFlow.payloadShape)
                ]
            }
        }
        return tasks(of: graph)
    }

    /// Whether it has a Map state in distributed mode, also within Parallel and Map states.
    public var hasMapRuns: Bool {
        func hasMapRuns(_ graph: StateGraph) -> Bool {
            graph.states.values.contains { state in
                if case .map(let map) = state.kind, map.distribution != nil { return true }
                return state.graphs.contains(where: hasMapRuns)
            }
        }
        return hasMapRuns(graph)
    }

    /// The resource of a Task state, also within Parallel and Map states; `nil` for any other state.
    public func resource(ofTask name: String) -> String? {
        func resource(in graph: StateGraph) -> String? {
            if let state = graph.states[name] {
                guard case .task(let task) = state.kind else { return nil }
                return task.resource.arn
            }
            return graph.states.values.lazy.flatMap(\.graphs).compactMap(resource).first
        }
        return resource(in: graph)
    }

    /// Reads a definition.
    ///
    /// - Parameter resources: What its tasks may ask for.
    /// - Throws: ``DefinitionError`` with everything that is wrong, each with its state, field and reason.
    public init(definition: String, resources: some ResourceCatalog) throws(DefinitionError) {
        let compiler = DefinitionCompiler(resources: resources)
        let parts = try compiler.compile(definition)
        self.definition = definition
        comment = parts.comment
        timeoutSeconds = parts.timeoutSeconds
        graph = parts.graph
        warnings = parts.warnings
    }

    /// The machine that the items of one of its Map states run.
    init(processor: StateGraph, of whole: StateMachine) {
        definition = whole.definition
        comment = nil
        timeoutSeconds = nil
        graph = processor
        warnings = []
    }
}
