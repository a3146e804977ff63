/// A state that ends the execution as failed.
struct FailState: Sendable {
    let error: Text?
    let cause: Text?

    enum Text: Sendable {
        case literal(String)
        case path(Path)
    }

    init(_ fields: inout FieldReader) {
        error = Self.text("Error", &fields)
        cause = Self.text("Cause", &fields)
    }

    private static func text(_ name: String, _ fields: inout FieldReader) -> Text? {
        let path = fields.path(name + "Path")
        let literal = fields.string(name)
        if path != nil, literal != nil {
            fields.problem("Only one of '\(name)' and '\(name)Path' may be given", at: name + "Path")
        }
        return path.map(Text.path) ?? literal.map(Text.literal)
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
        case .path(let path):
            let value: JSON
            do {
                value = try scope.value(at: path)
            } catch {
                throw scope.runtimeError(
                    "The JSONPath '\(path.text)' specified for the field '\(field)' could not be found in the input "
                        + "'\(scope.input.text)'"
                )
            }
            guard let text = value.stringValue else {
                throw scope.runtimeError(
                    "The JSONPath '\(path.text)' specified for the field '\(field)' must give a string: \(value.text)"
                )
            }
            return text
        }
    }
}
