/// `ResultPath`: where in a state's input its result is put.
///
/// Source: Amazon States Language, "ResultPath".
struct ResultPath: Sendable {
    /// `nil` throws the result away and keeps the input.
    private let path: Path?

    /// Of a state without the field: the result takes the input's place.
    init() { path = .whole }

    init(_ fields: inout FieldReader) {
        switch fields.take("ResultPath") {
        case nil: path = .whole
        case .null: path = nil
        default:
            let given = fields.path("ResultPath")
            if let given, !given.isReference {
                fields.problem(
                    "The value for the field 'ResultPath' must be a reference path: '\(given.text)'",
                    at: "ResultPath"
                )
            }
            path = given
        }
    }

    var dropsResult: Bool { path == nil }

    /// The result within the scope's data.
    ///
    /// - Throws: `States.ResultPathMatchFailure` where it cannot be put there.
    func apply(_ result: JSON, _ scope: DataScope) throws(StateFailure) -> JSON {
        guard let path else { return scope.input }
        if path.segments.isEmpty { return result }
        do {
            return try path.setting(result, in: scope.input)
        } catch {
            throw StateFailure(error: ErrorName.resultPathMatchFailure, cause: error.reason)
        }
    }
}
