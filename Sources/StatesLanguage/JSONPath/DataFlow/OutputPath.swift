/// `OutputPath`: the part of what a state would hand on that it does hand on.
///
/// Source: Amazon States Language, "InputPath and OutputPath".
struct OutputPath: Sendable {
    private var filter = PathFilter.all

    /// Of a state without the field: all of it.
    init() {}

    init(_ fields: inout FieldReader) { filter = PathFilter("OutputPath", &fields) }

    var takesAll: Bool { filter.takesAll }
    var gathers: Bool { filter.gathers }

    func apply(_ scope: DataScope) throws(StateFailure) -> JSON { try filter.apply(scope) }
}
