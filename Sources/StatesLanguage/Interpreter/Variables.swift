/// The variables that a line's states see: those of the lines around it, which it cannot change, and its own.
///
/// Most lines have none, and every step hands them around: then there is nothing to copy.
///
/// Source: AWS Step Functions developer guide, "Passing data between states with variables".
struct Variables {
    private var values: Values?

    private final class Values: Sendable {
        let inherited: JSONObject
        let own: JSONObject

        init(inherited: JSONObject, own: JSONObject) {
            self.inherited = inherited
            self.own = own
        }
    }

    /// None.
    init() {}

    /// Those of a line that begins within others.
    init(inherited: JSONObject?) {
        values = inherited.map { Values(inherited: $0, own: JSONObject()) }
    }

    subscript(name: String) -> JSON? { values.flatMap { $0.own[name] ?? $0.inherited[name] } }

    /// Those that the line's own states assigned; `nil` for none.
    var own: JSONObject? {
        get { values.flatMap { $0.own.isEmpty ? nil : $0.own } }
        set {
            if values == nil, newValue == nil { return }
            values = Values(inherited: values?.inherited ?? JSONObject(), own: newValue ?? JSONObject())
        }
    }

    /// What a line within this one inherits; `nil` for none.
    var visible: JSONObject? {
        guard let values else { return nil }
        guard !values.own.isEmpty else { return values.inherited }
        var visible = values.inherited
        visible.merge(values.own)
        return visible
    }
}
