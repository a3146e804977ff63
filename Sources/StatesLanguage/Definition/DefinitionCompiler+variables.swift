extension DefinitionCompiler {
    /// Reports variables that a branch or an item processor assigns although a scope around it assigns one of that name.
    func checkVariables(of graph: StateGraph, _ fields: inout FieldReader) {
        var problems: [DefinitionProblem] = []
        // What the scopes around the one that is looked at assign: one set for all, so that many branches cost no more than
        // their own variables.
        var outer: Set<Spelling> = []
        func check(_ graph: StateGraph, at place: String) {
            let states = graph.states.sorted { $0.key < $1.key }
            for (name, state) in states {
                for variable in state.assignments.flatMap(\.names) where outer.contains(variable) {
                    problems.append(
                        DefinitionProblem(
                            "SCHEMA_VALIDATION_FAILED",
                            "The variable '\(variable)' is assigned in an outer scope, and cannot be assigned in an "
                                + "inner one",
                            at: "\(place)/States/\(name)/Assign"
                        )
                    )
                }
            }
            let own = states.flatMap { $0.value.assignments.flatMap(\.names) }.filter { outer.insert($0).inserted }
            for (name, state) in states {
                for (field, inner) in state.fieldsOfGraphs {
                    check(inner, at: "\(place)/States/\(name)/\(field)")
                }
            }
            for variable in own { outer.remove(variable) }
        }
        check(graph, at: fields.location)
        fields.add(problems)
    }
}

extension State {
    /// All that the state can assign.
    fileprivate var assignments: [Assignment] {
        var assignments = [assignment].compactMap(\.self) + catchers.compactMap(\.assignment)
        if case .choice(let choice) = kind { assignments += choice.rules.compactMap(\.assignment) }
        return assignments
    }
}

extension StateMachine {
    /// The variables that each state refers to, by the states' names; states that refer to none are left out.
    public var variableReferences: [Spelling: [String]] {
        var references: [Spelling: [String]] = [:]
        func gather(_ graph: StateGraph) {
            for (name, state) in graph.states {
                if !state.variableReferences.isEmpty { references[name] = state.variableReferences }
                for inner in state.graphs { gather(inner) }
            }
        }
        gather(graph)
        return references
    }
}
