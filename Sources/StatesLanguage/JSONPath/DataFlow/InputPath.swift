/// `InputPath`: the part of its input that a state sees.
///
/// Source: Amazon States Language, "InputPath and OutputPath".
struct InputPath: Sendable {
    private var filter = PathFilter.all

    /// Of a state without the field: all of it.
    init() {}

    init(_ fields: inout FieldReader) { filter = PathFilter("InputPath", &fields) }

    var takesAll: Bool { filter.takesAll }
    var gathers: Bool { filter.gathers }

    func apply(_ scope: DataScope) throws(StateFailure) -> JSON { try filter.apply(scope) }
}
