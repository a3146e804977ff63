/// A compiled `Assign` field: values that become variables when a state is left.
///
/// Source: Amazon States Language, "Assign"; AWS Step Functions developer guide, "Passing data between states with
/// variables".
struct Assignment: Sendable {
    /// The names that it assigns.
    let names: [String]
    private let template: any Template

    /// `Assign`, with names that are checked; `nil` where there is none.
    ///
    /// - Parameter outcome: What the values can see beside the state's input; `nil` for nothing.
    init?(_ fields: inout FieldReader, seeing outcome: FieldReader.Outcome? = nil) {
        guard let object = fields.object("Assign") else { return nil }
        names = object.keys.map { $0.without(suffix: ".$") ?? $0 }
        for (key, name) in zip(object.keys, names) {
            if let reason = VariableName.problem(with: name) { fields.problem(reason, at: "Assign/\(key)") }
        }
        guard let template = fields.seeing(outcome, { $0.language.template("Assign", &$0) }) else { return nil }
        self.template = template
    }

    /// The variables' new values.
    ///
    /// - Parameter scope: With the old variables; its data is the state's result, or its effective input where it has none.
    func values(_ scope: DataScope) throws(StateFailure) -> JSONObject {
        try template.value(scope).objectValue ?? [:]
    }
}

/// The rules for variables' names.
///
/// Source: AWS Step Functions developer guide, "Variable name syntax" and "Variable limits".
enum VariableName {
    private static let longest = 80

    /// What is wrong with a name; `nil` for a good one.
    static func problem(with name: String) -> String? {
        guard let first = name.unicodeScalars.first, begins(with: first), name.unicodeScalars.allSatisfy(goesOn) else {
            return "A variable's name must begin with a letter and go on with letters, digits and '_': '\(name)'"
        }
        guard name.unicodeScalars.count <= longest else {
            return "A variable's name must have at most \(longest) characters: '\(name)'"
        }
        return name == "states" ? "The variable's name 'states' is reserved" : nil
    }

    /// Whether a name may begin with a code point.
    static func begins(with scalar: Unicode.Scalar) -> Bool { scalar.isLetter || scalar == "_" }

    /// Whether a name may go on with a code point.
    static func goesOn(_ scalar: Unicode.Scalar) -> Bool { begins(with: scalar) || scalar.isNumber || scalar.isMark }
}
