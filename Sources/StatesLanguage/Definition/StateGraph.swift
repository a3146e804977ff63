/// States with the one that they begin at: a machine's, a branch's of a Parallel state, or an item processor's.
final class StateGraph: Sendable {
    let startAt: String
    let states: [Spelling: State]
    /// How many levels of Parallel and Map states are within each other.
    let depth: Int

    init(startAt: String, states: [Spelling: State]) {
        self.startAt = startAt
        self.states = states
        depth = states.values.flatMap(\.graphs).map { $0.depth + 1 }.max() ?? 0
    }
}

extension State {
    var isMap: Bool { if case .map = kind { true } else { false } }

    var isPass: Bool { if case .pass = kind { true } else { false } }

    var isWait: Bool { if case .wait = kind { true } else { false } }

    /// Whether its type has `Retry` and `Catch`.
    var recovers: Bool { StateShape.all[typeName]?.recovers ?? false }

    /// The graphs within the state.
    var graphs: [StateGraph] {
        switch kind {
        case .parallel(let parallel): parallel.branches
        case .map(let map): [map.processor]
        case .pass, .task, .choice, .wait, .succeed, .fail: []
        }
    }
}
