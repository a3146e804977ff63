/// A state that ends the execution as failed.
///
/// Source: Amazon States Language, "Fail State".
struct FailState: Sendable {
    let error: FieldValue<String>?
    let cause: FieldValue<String>?

    init(_ fields: inout FieldReader) {
        error = FieldValue("Error", &fields) { $0.string("Error") }
        cause = FieldValue("Cause", &fields) { $0.string("Cause") }
    }

    /// The error and cause for some data.
    func failure(_ scope: DataScope) throws(StateFailure) -> StateFailure {
        StateFailure(
            error: try Self.text(error, scope)?.shortened(to: DataLimit.errorBytes),
            cause: try Self.text(cause, scope)?.shortened(to: DataLimit.causeBytes)
        )
    }

    private static func text(_ setting: FieldValue<String>?, _ scope: DataScope) throws(StateFailure) -> String? {
        try setting?.value(scope) { (value, query, field) throws(StateFailure) in
            guard let text = value.stringValue else {
                let reason = "specified for the field '\(field)' must give a string: \(value.text)"
                throw query.failure(
                    path: "The JSONPath '\(query.text)' \(reason)",
                    expression: "The JSONata expression '\(query.text)' \(reason)",
                    scope
                )
            }
            return text
        }
    }
}
