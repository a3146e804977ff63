/// A Parallel or Map state whose branches are being walked.
struct BranchingState {
    let state: State
    var cursor: Cursor
    private(set) var branches: Branches
    /// How many branches are open.
    private(set) var openCount: Int

    init(state: State, cursor: Cursor, branches: Branches) {
        self.state = state
        self.cursor = cursor
        self.branches = branches
        openCount = branches.begun.count { $0.isOpen }
    }

    /// Whether all branches have ended.
    var isDone: Bool { openCount == 0 && branches.begun.count == branches.count }

    /// Begins the next branch.
    mutating func begin(_ cursor: Cursor) {
        branches.begun.append(.open(cursor))
        openCount += 1
    }

    /// Takes over where an open branch got to.
    mutating func set(_ index: Int, _ cursor: Cursor) { branches.begun[index] = .open(cursor) }

    /// Changes the map run.
    mutating func tune(_ settings: MapRunSettings) { branches.settings.merge(settings) }

    /// Takes over how far the map run has got.
    mutating func set(_ stream: ItemStream) { branches.stream = stream }

    /// Ends an open branch.
    mutating func end(_ index: Int, output: JSON?) {
        branches.begun[index] = .ended(output)
        openCount -= 1
    }

    /// Ends an open branch that failed, which is tolerated.
    mutating func fail(_ index: Int) {
        branches.begun[index] = .failed
        openCount -= 1
    }

    /// The cursor as it is kept, with its branches.
    var resting: Cursor {
        var cursor = cursor
        cursor.phase = .branches(branches)
        return cursor
    }
}

/// The lines that the branches of one state run in.
struct BranchLines {
    private let graphs: [StateGraph]
    private let input: JSON
    private let item: MapItem?
    private let variables: Variables
    /// A Map state's items, and what its iterations see.
    let iterations: (map: MapState, items: [JSON], scope: DataScope)?

    /// - Parameter scope: The state's.
    /// - Throws: The failure of a state that does not go with its branches: they are another definition's.
    init(of fork: BranchingState, within line: BranchContext, _ scope: DataScope) throws(StateFailure) {
        graphs = fork.state.graphs
        input = fork.branches.input ?? scope.input
        item = line.item
        variables = Variables(inherited: line.variables.visible)
        if case .map(let map) = fork.state.kind {
            let scope = scope.with(try fork.state.dataFlow.input(scope)).at(fork.cursor.enteredAt)
            iterations = (map, try map.items.items(scope), scope)
        } else {
            iterations = nil
        }
        guard fork.branches.count == iterations?.items.count ?? graphs.count else {
            throw scope.runtimeError("The state's branches are those of another definition.")
        }
    }

    subscript(index: Int) -> BranchContext {
        guard let (map, items, _) = iterations else {
            return BranchContext(graph: graphs[index], input: input, item: item, variables: variables)
        }
        let item = MapItem(index: index, value: items[index])
        return BranchContext(graph: map.processor, input: item.value, item: item, variables: variables)
    }
}
