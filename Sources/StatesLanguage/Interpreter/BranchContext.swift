/// What one line of states runs in: the machine itself, a branch of a Parallel state, or an iteration of a Map state.
struct BranchContext {
    let graph: StateGraph
    /// What it began with: the input of cursors that hold none of their own.
    let input: JSON
    /// The item of the innermost iteration that it is in.
    let item: MapItem?
    /// What its states see and assign.
    var variables = Variables()
    /// The wait that a redrive begins again.
    var interruptedWait: Cursor.InterruptedWait?
}

/// An item of a Map state, as `$$.Map.Item` shows it.
struct MapItem {
    let index: Int
    let value: JSON

    var json: JSON { .object(["Index": .integer(Int64(index)), "Value": value]) }
}
