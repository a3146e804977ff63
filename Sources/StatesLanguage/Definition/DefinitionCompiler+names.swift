extension DefinitionCompiler {
    /// Reports states whose name another one has, in whatever branch or item processor: an error or an event names a
    /// state by nothing else.
    func checkNames(of graph: StateGraph, _ fields: inout FieldReader) {
        var taken: Set<Spelling> = []
        var problems: [DefinitionProblem] = []
        func check(_ graph: StateGraph, at place: String) {
            for (name, state) in graph.states.sorted(by: { $0.key < $1.key }) {
                let place = "\(place)/States/\(name)"
                if !taken.insert(name).inserted {
                    problems.append(
                        DefinitionProblem("DUPLICATE_STATE_NAME", "Duplicate State name: \(name)", at: place)
                    )
                }
                for (field, graph) in state.fieldsOfGraphs { check(graph, at: place + "/" + field) }
            }
        }
        check(graph, at: fields.location)
        fields.add(problems)
    }

    /// Reports Map states in distributed mode whose label another one has: what their items run is found by nothing else.
    func checkLabels(of graph: StateGraph, _ fields: inout FieldReader) {
        var taken: Set<Spelling> = []
        var problems: [DefinitionProblem] = []
        func check(_ graph: StateGraph, at place: String) {
            for (name, state) in graph.states.sorted(by: { $0.key < $1.key }) {
                let place = "\(place)/States/\(name)"
                if case .map(let map) = state.kind, let label = map.distribution?.label(of: name.text),
                    !taken.insert(label).inserted
                {
                    let reason = "Label must be unique within the state machine: '\(label)'"
                    problems.append(DefinitionProblem("SCHEMA_VALIDATION_FAILED", reason, at: place + "/Label"))
                }
                for (field, graph) in state.fieldsOfGraphs { check(graph, at: place + "/" + field) }
            }
        }
        check(graph, at: fields.location)
        fields.add(problems)
    }
}

extension State {
    /// The graphs within the state, with the fields that they stand in.
    var fieldsOfGraphs: [(field: String, graph: StateGraph)] {
        graphs.enumerated().map { (isMap ? "ItemProcessor" : "Branches[\($0.offset)]", $0.element) }
    }
}
