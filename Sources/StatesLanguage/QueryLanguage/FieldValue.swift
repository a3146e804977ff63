/// A field's value that a definition gives, or has a query for: `TimeoutSeconds` and `TimeoutSecondsPath`, for example.
indirect enum FieldValue<Value: Sendable>: Sendable {
    case fixed(Value)
    /// - Parameter field: The field that has the query.
    case query(any Query, field: String)

    /// Reads a field; `nil` where it is missing or wrong.
    ///
    /// - Parameter literal: Reads the value that the definition gives.
    init?(_ name: String, _ fields: inout FieldReader, literal: (inout FieldReader) -> Value?) {
        let asked = fields.language.query(for: name, &fields)
        let value = asked?.field == name ? nil : literal(&fields)
        if let asked, value != nil {
            fields.problem("Only one of '\(name)' and '\(asked.field)' may be given", at: asked.field)
        }
        if let asked {
            self = .query(asked.query, field: asked.field)
        } else if let value {
            self = .fixed(value)
        } else {
            return nil
        }
    }

    /// The value for some data.
    ///
    /// - Parameter read: Takes what a query gave, with the query and its field.
    func value(
        _ scope: DataScope,
        read: (JSON, any Query, String) throws(StateFailure) -> Value
    ) throws(StateFailure) -> Value {
        switch self {
        case .fixed(let value): value
        case .query(let query, let field): try read(try query.value(scope), query, field)
        }
    }
}

extension JSON {
    /// The whole number that a query found: AWS reads it out of a text too. `nil` for anything else.
    var wholeNumber: Int64? { integerValue ?? stringValue.flatMap { Int64($0) } }
}
