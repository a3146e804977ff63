/// Reads the fields of one object of a definition, and gathers what is wrong with them. Fields that nobody asked for
/// are wrong too: nothing in a definition is ignored.
struct FieldReader {
    private let object: JSONObject
    let location: String
    /// How the fields ask for data.
    var language: any QueryLanguage
    /// How the machine's states ask for data that do not say so themselves.
    var machineLanguage: any QueryLanguage
    /// Where the object stands in its state, with a slash at the end; empty for the state itself.
    private var path = ""
    /// What expressions in the field that is being read can see beside the state's input.
    private(set) var outcome: Outcome?
    /// How many Parallel and Map states stand around the object.
    var forkDepth = 0
    /// How many choice rules stand around the object, which is one.
    var ruleDepth = 0
    /// What a state comes to.
    enum Outcome { case result, error }

    private var taken: Set<Spelling> = []
    private(set) var problems: [DefinitionProblem] = []
    /// What can be run, but will fail.
    private(set) var warnings: [DefinitionProblem] = []
    /// The variables that paths refer to, in the order of their first references.
    private(set) var references: [String] = []
    private var referred: Set<Spelling> = []

    init(_ object: JSONObject, at location: String, in language: any QueryLanguage = QueryLanguages.standard) {
        self.object = object
        self.location = location
        self.language = language
        machineLanguage = language
    }

    /// A reader of an object within this one.
    ///
    /// - Parameter place: Where it is: `Catch[0]`.
    func reader(of object: JSONObject, at place: String) -> FieldReader {
        var reader = FieldReader(object, at: location + "/" + place, in: language)
        reader.forkDepth = forkDepth
        reader.machineLanguage = machineLanguage
        reader.path = path + place + "/"
        return reader
    }

    /// A reader of a state.
    func reader(ofState object: JSONObject, named name: String) -> FieldReader {
        var reader = reader(of: object, at: "States/\(name)")
        reader.path = ""
        return reader
    }

    /// Where a field stands in its state: `Choices[0]/Condition`.
    func placeInState(_ field: String) -> String { path + field }

    /// Reads a field whose expressions see what the state comes to.
    mutating func seeing<Value>(_ outcome: Outcome?, _ read: (inout FieldReader) -> Value) -> Value {
        self.outcome = outcome
        defer { self.outcome = nil }
        return read(&self)
    }

    var hasProblems: Bool { !problems.isEmpty }

    // MARK: Problems

    /// How many problems of a definition are told, and how many warnings: one more than a call of
    /// ValidateStateMachineDefinition shows.
    private static let most = 101

    mutating func problem(_ message: String, at field: String? = nil, code: String = "SCHEMA_VALIDATION_FAILED") {
        guard problems.count < Self.most else { return }
        let place = field.map { location + "/" + $0 } ?? location
        problems.append(DefinitionProblem(code, message, at: place.isEmpty ? "/" : place))
    }

    mutating func warn(_ message: String, at field: String) {
        guard warnings.count < Self.most else { return }
        warnings.append(DefinitionProblem("WAITABLE_NOT_SUPPORTED", message, at: location + "/" + field))
    }

    mutating func add(_ problems: [DefinitionProblem]) {
        self.problems += problems.prefix(Self.most - self.problems.count)
    }

    /// Takes over what is wrong with an object within this one that has references of its own.
    mutating func add(reportsOf inner: FieldReader) {
        add(inner.problems)
        warnings += inner.warnings.prefix(Self.most - warnings.count)
    }

    /// Takes over what a reader of an object within this one gathered.
    mutating func add(_ inner: FieldReader) {
        add(reportsOf: inner)
        refer(to: inner.references)
    }

    /// Takes note of variables that a path refers to.
    mutating func refer(to variables: [String]) {
        for name in variables where referred.insert(name).inserted { references.append(name) }
    }

    /// Reports the fields that nobody asked for.
    mutating func finish() {
        for (key, _) in object where !taken.contains(key) {
            if let reason = language.reason(against: key) {
                problem(reason, at: key)
            } else {
                problem("Field '\(key)' is not supported")
            }
        }
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
        if names.contains(ErrorName.all), names.count > 1 {
            problem("'States.ALL' must appear alone", at: "ErrorEquals")
        }
        return names
    }
}
