/// The numbers among a Map state's fields.
extension MapState {
    /// Reads a count, such as `MaxConcurrency`.
    static func count(_ name: String, _ fields: inout FieldReader) -> FieldValue<Int>? {
        FieldValue(name, &fields) { $0.integer(name, 0...Int64(Int32.max)).map(Int.init) }
    }

    /// Reads a percentage: `ToleratedFailurePercentage`.
    static func percentage(_ name: String, _ fields: inout FieldReader) -> FieldValue<Double>? {
        FieldValue(name, &fields) { fields in
            guard let number = fields.number(name, least: 0) else { return nil }
            if number > 100 { fields.problem("\(name) must be between 0 and 100.", at: name) }
            return number
        }
    }
}

extension FieldValue<Int> {
    /// A count for some data.
    ///
    /// - Parameter refusal: The failure of a number below 0; `nil` for the usual one.
    func count(_ scope: DataScope, belowZero refusal: StateFailure? = nil) throws(StateFailure) -> Int {
        try value(scope) { (value, query, field) throws(StateFailure) in
            guard let number = value.wholeNumber else { throw mismatch("integer", value, query, field, scope) }
            guard number >= 0 else {
                if let refusal { throw refusal }
                let reason = "\(settingName(of: field)) cannot be negative."
                throw query.failure(path: reason, expression: reason, scope)
            }
            return Int(number)
        }
    }
}

extension FieldValue<Double> {
    /// A percentage for some data.
    func percentage(_ scope: DataScope) throws(StateFailure) -> Double {
        try value(scope) { (value, query, field) throws(StateFailure) in
            guard let number = value.numberValue ?? value.stringValue.flatMap(Double.init) else {
                throw mismatch("float", value, query, field, scope)
            }
            guard (0...100).contains(number) else {
                let reason = "\(settingName(of: field)) must be between 0 and 100."
                throw query.failure(path: reason, expression: reason, scope)
            }
            return number
        }
    }
}

private func settingName(of field: String) -> String {
    field.without(suffix: "Path") ?? field
}

private func mismatch(
    _ type: String,
    _ value: JSON,
    _ query: any Query,
    _ field: String,
    _ scope: DataScope
) -> StateFailure {
    let shown = value.stringValue ?? value.text
    return query.failure(
        path: "The \(field) field refers to value \"\(shown)\" which is not a valid \(type): \(query.text)",
        expression: "The \(field) field has the value \"\(shown)\" which is not a valid \(type)",
        scope
    )
}
