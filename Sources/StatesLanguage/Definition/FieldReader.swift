/// Reads the fields of one object of a definition, and gathers what is wrong with them. Fields that nobody asked for
/// are wrong too: nothing in a definition is ignored.
struct FieldReader {
    private let object: JSONObject
    let location: String
    private var taken: Set<String> = []
    private(set) var problems: [DefinitionProblem] = []
    /// The variables that paths refer to, in the order of their first references.
    private(set) var references: [String] = []

    init(_ object: JSONObject, at location: String) {
        self.object = object
        self.location = location
    }

    var hasProblems: Bool { !problems.isEmpty }

    // MARK: Problems

    mutating func problem(_ message: String, at field: String? = nil, code: String = "SCHEMA_VALIDATION_FAILED") {
        let place = field.map { location + "/" + $0 } ?? location
        problems.append(DefinitionProblem(code, message, at: place.isEmpty ? "/" : place))
    }

    mutating func add(_ problems: [DefinitionProblem]) { self.problems += problems }

    /// Takes over what a reader of an object within this one gathered.
    mutating func add(_ inner: FieldReader) {
        add(inner.problems)
        refer(to: inner.references)
    }

    private mutating func refer(to variables: [String]) {
        for name in variables where !references.contains(name) { references.append(name) }
    }

    /// Reports the fields that nobody asked for.
    mutating func finish(_ reason: (String) -> String = { "Field '\($0)' is not supported" }) {
        for (key, _) in object where !taken.contains(key) { problem(reason(key), at: key) }
    }

    // MARK: Fields

    func has(_ name: String) -> Bool { object[name] != nil }
    func peek(_ name: String) -> JSON? { object[name] }

    mutating func take(_ name: String) -> JSON? {
        taken.insert(name)
        return object[name]
    }

    mutating func string(_ name: String) -> String? {
        guard let value = take(name) else { return nil }
        guard let text = value.stringValue else {
            problem("Expected value of type String: \(value.text)", at: name)
            return nil
        }
        return text
    }

    mutating func requiredString(_ name: String) -> String? {
        guard has(name) else {
            problem("The field '\(name)' is required but was missing")
            return nil
        }
        return string(name)
    }

    mutating func bool(_ name: String) -> Bool? {
        guard let value = take(name) else { return nil }
        guard let flag = value.boolValue else {
            problem("Expected value of type Boolean: \(value.text)", at: name)
            return nil
        }
        return flag
    }

    mutating func integer(_ name: String, _ range: ClosedRange<Int64>) -> Int64? {
        guard let value = take(name) else { return nil }
        guard let number = value.integerValue, range.contains(number) else {
            problem(
                "Expected value of type Integer from \(range.lowerBound) to \(range.upperBound): \(value.text)",
                at: name
            )
            return nil
        }
        return number
    }

    mutating func number(_ name: String, least: Double) -> Double? {
        guard let value = take(name) else { return nil }
        guard let number = value.numberValue, number >= least else {
            problem("Expected value of type Number of at least \(least): \(value.text)", at: name)
            return nil
        }
        return number
    }

    mutating func object(_ name: String) -> JSONObject? {
        guard let value = take(name) else { return nil }
        guard let object = value.objectValue else {
            problem("Expected value of type Object: \(value.text)", at: name)
            return nil
        }
        return object
    }

    mutating func path(_ name: String) -> Path? {
        guard let text = string(name) else { return nil }
        return compile(text, name)
    }

    /// `ErrorPath` or `CausePath`: a path, or an intrinsic function.
    mutating func lookup(_ name: String) -> Lookup? {
        guard let text = string(name) else { return nil }
        do {
            let lookup = try Lookup(parsing: text)
            refer(to: lookup.variables)
            return lookup
        } catch {
            problem(
                "The value for the field '\(name)' must be a valid JSONPath or a valid intrinsic function call: '\(text)' "
                    + error.reason,
                at: name
            )
            return nil
        }
    }

    /// `InputPath` or `OutputPath`.
    mutating func filter(_ name: String) -> DataFlow.Filter {
        switch take(name) {
        case nil: return .all
        case .null: return .empty
        default: return path(name).map { $0.segments.isEmpty && $0.root == .data ? .all : .path($0) } ?? .all
        }
    }

    /// `ResultPath`: `nil` for null.
    mutating func resultPath() -> Path? {
        switch take("ResultPath") {
        case nil: return .whole
        case .null: return nil
        default:
            guard let path = path("ResultPath") else { return .whole }
            if !path.isReference {
                problem(
                    "The value for the field 'ResultPath' must be a reference path: '\(path.text)'",
                    at: "ResultPath"
                )
            }
            return path
        }
    }

    /// `Parameters`, `ResultSelector` or `Assign`.
    mutating func template(_ name: String) -> PayloadTemplate? {
        guard let value = take(name) else { return nil }
        var found: [(String, String)] = []
        let template = PayloadTemplate(compiling: value, of: name) { found.append(($0, $1)) }
        for (place, reason) in found { problem(reason, at: place) }
        refer(to: template.variables)
        return template
    }

    /// `ErrorEquals`.
    mutating func errorNames() -> [String]? {
        guard let value = take("ErrorEquals") else {
            problem("The field 'ErrorEquals' is required but was missing")
            return nil
        }
        guard let names = value.arrayValue?.compactMap(\.stringValue), names.count == value.arrayValue?.count,
            !names.isEmpty
        else {
            problem("Expected a non-empty array of error names", at: "ErrorEquals")
            return nil
        }
        for name in names where name.hasPrefix("States.") && !ErrorName.predefined.contains(name) {
            problem("'\(name)' is not an error name of the language, and 'States.' is reserved", at: "ErrorEquals")
        }
        if names.contains(ErrorName.all), names.count > 1 {
            problem("'States.ALL' must appear alone", at: "ErrorEquals")
        }
        return names
    }

    private mutating func compile(_ text: String, _ name: String) -> Path? {
        do {
            let path = try Path(parsing: text)
            refer(to: path.variables)
            return path
        } catch {
            problem("The value for the field '\(name)' must be a valid JSONPath: '\(text)' \(error.reason)", at: name)
            return nil
        }
    }
}
