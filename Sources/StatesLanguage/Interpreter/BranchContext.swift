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
    /// Where it comes from; `nil` in inline mode.
    var source: String?

    /// The source of items that are the state's own data.
    static let stateData = "STATE_DATA"

    var json: JSON {
        var object: JSONObject = ["Index": .integer(Int64(index)), "Value": value]
        object["Source"] = source.map(JSON.string)
        return .object(object)
    }
}
