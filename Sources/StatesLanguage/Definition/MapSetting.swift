/// A number among a Map state's fields, fixed or from the input: `MaxConcurrency` and `MaxConcurrencyPath`, for example.
enum MapSetting: Sendable {
    case fixed(Double)
    case path(Path)

    enum Kind {
        case integer, percentage
    }

    init?(_ name: String, _ kind: Kind, _ fields: inout FieldReader) {
        let path = fields.path(name + "Path")
        let number: Double? =
            switch kind {
            case .integer: fields.integer(name, 0...Int64(Int32.max)).map(Double.init)
            case .percentage: Self.percentage(name, &fields)
            }
        if path != nil, number != nil {
            fields.problem("Only one of '\(name)' and '\(name)Path' may be given", at: name + "Path")
        }
        guard let setting = path.map(MapSetting.path) ?? number.map(MapSetting.fixed) else { return nil }
        self = setting
    }

    private static func percentage(_ name: String, _ fields: inout FieldReader) -> Double? {
        guard let number = fields.number(name, least: 0) else { return nil }
        if number > 100 { fields.problem("\(name) must be between 0 and 100.", at: name) }
        return number
    }
}

extension MapSetting {
    /// A count for some data.
    func integer(_ name: String, _ scope: DataScope) throws(StateFailure) -> Int {
        switch self {
        case .fixed(let number): return Int(number)
        case .path(let path):
            let value = try scope.required(path)
            guard let number = value.integerValue else { throw Self.mismatch(name, "integer", value, path, scope) }
            guard number >= 0 else { throw scope.runtimeError("\(name) cannot be negative.") }
            return Int(number)
        }
    }

    /// A percentage for some data.
    func percentage(_ name: String, _ scope: DataScope) throws(StateFailure) -> Double {
        switch self {
        case .fixed(let number): return number
        case .path(let path):
            let value = try scope.required(path)
            guard let number = value.numberValue else { throw Self.mismatch(name, "float", value, path, scope) }
            guard (0...100).contains(number) else {
                throw scope.runtimeError("\(name) must be between 0 and 100.")
            }
            return number
        }
    }

    private static func mismatch(
        _ name: String,
        _ type: String,
        _ value: JSON,
        _ path: Path,
        _ scope: DataScope
    ) -> StateFailure {
        let shown = value.stringValue ?? value.text
        return scope.runtimeError(
            "The \(name)Path field refers to value \"\(shown)\" which is not a valid \(type): \(path.text)"
        )
    }
}
