package import StatesLanguage

/// The states of a definition, and the ways from one to another: what a picture of it shows.
///
/// It takes any definition, also one that cannot be deployed: what it does not understand is not shown.
package struct StateGraph: Sendable {
    /// A state, or the start or an end of a workflow.
    package struct Node: Sendable {
        /// What it is.
        package enum Kind: Sendable, Hashable {
            case start
            case end
            /// A state of a type (`Task`, `Wait`, …).
            case state(type: String)
        }

        /// What it is.
        package var kind: Kind
        /// The state's name; empty for a start or an end.
        package var name: String
        /// The workflows inside: the branches of a `Parallel` state, the iteration of a `Map` state.
        package var workflows: [StateGraph] = []
    }

    /// A way from one node to another.
    package struct Edge: Sendable {
        /// Why it is taken.
        package enum Kind: Sendable, Hashable {
            case next
            case choice
            case `default`
            case error
        }

        /// Where it begins and ends, by the places in ``StateGraph/nodes``.
        package var from, to: Int
        /// Why it is taken.
        package var kind: Kind
        /// The condition or the errors; empty for the usual way.
        package var label = ""
    }

    /// The start, then the states in the definition's order, then the end where there is one.
    package private(set) var nodes: [Node] = []
    /// The ways between them.
    package private(set) var edges: [Edge] = []

    /// The graph of a definition, or of a branch.
    package init(definition: JSONObject) {
        nodes.append(Node(kind: .start, name: ""))
        let states = definition["States"]?.objectValue ?? [:]
        var places: [Spelling: Int] = [:]
        for (name, state) in states {
            places[Spelling(name)] = nodes.count
            let state = state.objectValue ?? [:]
            let type = state["Type"]?.stringValue ?? ""
            nodes.append(Node(kind: .state(type: type), name: name, workflows: Self.workflows(of: state)))
        }
        let end = nodes.count
        func connect(_ from: Int, _ target: JSON?, _ kind: Edge.Kind, _ label: String = "") {
            guard let to = places[Spelling(target?.stringValue ?? "")] else { return }
            edges.append(Edge(from: from, to: to, kind: kind, label: label))
        }
        connect(0, definition["StartAt"], .next)
        for (place, (_, state)) in zip(1..., states) {
            let state = state.objectValue ?? [:]
            connect(place, state["Next"], .next)
            for rule in state["Choices"]?.arrayValue ?? [] {
                connect(place, rule.objectValue?["Next"], .choice, ConditionLabel.text(of: rule))
            }
            connect(place, state["Default"], .default, "otherwise")
            for catcher in state["Catch"]?.arrayValue ?? [] {
                let errors = catcher.objectValue?["ErrorEquals"]?.arrayValue?.compactMap(\.stringValue) ?? []
                connect(place, catcher.objectValue?["Next"], .error, errors.joined(separator: ", "))
            }
            if Self.isLast(state) { edges.append(Edge(from: place, to: end, kind: .next)) }
        }
        if edges.contains(where: { $0.to == end }) { nodes.append(Node(kind: .end, name: "")) }
    }

    private static func isLast(_ state: JSONObject) -> Bool {
        state["End"] == .bool(true) || state["Type"] == .string("Succeed") || state["Type"] == .string("Fail")
    }

    private static func workflows(of state: JSONObject) -> [StateGraph] {
        let branches = state["Branches"]?.arrayValue ?? []
        let iteration = state["ItemProcessor"] ?? state["Iterator"]
        return (branches + [iteration].compactMap { $0 }).compactMap(\.objectValue).map(StateGraph.init(definition:))
    }
}
