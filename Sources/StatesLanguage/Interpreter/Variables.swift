/// The variables that a line's states see: those of the lines around it, which it cannot change, and its own.
///
/// Source: AWS Step Functions developer guide, "Passing data between states with variables".
struct Variables {
    /// Those of the lines around.
    let inherited: JSONObject
    /// Those that the line's own states assigned.
    var own: JSONObject

    init(inherited: JSONObject = [:], own: JSONObject = [:]) {
        self.inherited = inherited
        self.own = own
    }

    subscript(name: String) -> JSON? { own[name] ?? inherited[name] }

    /// What a line within this one inherits.
    var visible: JSONObject {
        guard !own.isEmpty else { return inherited }
        var visible = inherited
        visible.merge(own)
        return visible
    }
}
