/// A single state that is run by itself, with a mocked outcome in place of its work.
///
/// Source: AWS Step Functions developer guide, "Using TestState API to test a state".
public struct StateTest: Sendable {
    let machine: StateMachine
    /// Where the state is.
    let graph: StateGraph
    let state: State
    /// The state as its definition has it.
    let source: JSONObject

    /// What a state is called whose definition stands by itself.
    static let nameOfSingleState = "StateName"

    /// Reads a definition: of a state, or, where a state is named, of the machine that has it at any depth.
    ///
    /// - Returns: `nil` where the machine has no such state.
    public init?(
        definition: String,
        stateName: String?,
        resources: some ResourceCatalog
    ) throws(DefinitionError) {
        let name = stateName ?? Self.nameOfSingleState
        let text = stateName == nil ? Self.machine(of: definition) ?? definition : definition
        machine = try StateMachine(definition: text, resources: resources)
        guard let (graph, state) = Self.find(name, in: machine.graph),
            let source = Self.source(of: name, in: (try? JSON(parsing: text)) ?? .null)
        else { return nil }
        self.graph = graph
        self.state = state
        self.source = source
    }

    /// The definition of a machine around a state's: the states that it leads to end the machine. `nil` where the text is no
    /// JSON object.
    private static func machine(of definition: String) -> String? {
        guard let object = (try? JSON(parsingWithoutRepeatedKeys: definition))?.objectValue else { return nil }
        var states: JSONObject = [nameOfSingleState: .object(object)]
        let choices = object["Choices"]?.arrayValue ?? []
        let catchers = object["Catch"]?.arrayValue ?? []
        let targets =
            [object["Next"], object["Default"]] + (choices + catchers).map { $0.objectValue?["Next"] }
        for case .string(let target)? in targets where states[target] == nil {
            states[target] = .object(["Type": .string("Succeed")])
        }
        return JSON.object(["StartAt": .string(nameOfSingleState), "States": .object(states)]).text
    }

    private static func find(_ name: String, in graph: StateGraph) -> (StateGraph, State)? {
        if let state = graph.states[name] { return (graph, state) }
        for (_, state) in graph.states {
            for inner in state.graphs {
                if let found = find(name, in: inner) { return found }
            }
        }
        return nil
    }

    private static func source(of name: String, in json: JSON) -> JSONObject? {
        let graph = json.objectValue
        guard let states = graph?["States"]?.objectValue else { return nil }
        if let state = states[name]?.objectValue { return state }
        for (_, state) in states {
            let state = state.objectValue
            let inner =
                [state?["ItemProcessor"], state?["Iterator"]].compactMap(\.self)
                + (state?["Branches"]?.arrayValue ?? [])
            for graph in inner {
                if let found = source(of: name, in: graph) { return found }
            }
        }
        return nil
    }

    // MARK: What the state is

    /// The type's name.
    public var typeName: String { state.typeName }

    /// The `Resource` of a Task state; `nil` for any other.
    public var resource: String? {
        if case .task(let task) = state.kind { task.resource.arn } else { nil }
    }

    /// Whether the state's work is done by others: only then is there something to mock.
    public var hasWork: Bool {
        switch state.kind {
        case .task, .parallel, .map: true
        case .pass, .choice, .wait, .succeed, .fail: false
        }
    }

    /// Whether it is a Parallel or Map state.
    public var hasBranches: Bool { !state.graphs.isEmpty }

    /// Whether it is a Map state.
    public var isMap: Bool { state.isMap }

    /// Whether it has a field, whatever it holds.
    public func has(_ field: String) -> Bool { source[field] != nil }

    /// What a field holds, as the definition has it.
    public func field(_ name: String) -> JSON? { source[name] }

    /// Whether a state of that name stands in the state, at any depth.
    public func holds(_ name: String) -> Bool { state.graphs.contains { Self.find(name, in: $0) != nil } }
}
