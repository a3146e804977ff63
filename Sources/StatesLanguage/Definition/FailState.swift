/// A state that ends the execution as failed.
struct FailState: Sendable {
    let error: Text?
    let cause: Text?

    enum Text: Sendable {
        case literal(String)
        case lookup(Lookup)
    }

    init(_ fields: inout FieldReader) {
        error = Self.text("Error", &fields)
        cause = Self.text("Cause", &fields)
    }

    private static func text(_ name: String, _ fields: inout FieldReader) -> Text? {
        let lookup = fields.lookup(name + "Path")
        let literal = fields.string(name)
        if lookup != nil, literal != nil {
            fields.problem("Only one of '\(name)' and '\(name)Path' may be given", at: name + "Path")
        }
        return lookup.map(Text.lookup) ?? literal.map(Text.literal)
    }

    /// The error and cause for some data.
    func failure(_ scope: DataScope) throws(StateFailure) -> StateFailure {
        StateFailure(
            error: try Self.value(error, "ErrorPath", scope),
            cause: try Self.value(cause, "CausePath", scope)
        )
    }

    private static func value(_ text: Text?, _ field: String, _ scope: DataScope) throws(StateFailure) -> String? {
        switch text {
        case nil: return nil
        case .literal(let text): return text
        case .lookup(let lookup):
            let value = try lookup.value(scope, field: field, at: field)
            guard let text = value.stringValue else {
                throw scope.runtimeError(
                    "The JSONPath '\(lookup.text)' specified for the field '\(field)' must give a string: \(value.text)"
                )
            }
            return text
        }
    }
}
