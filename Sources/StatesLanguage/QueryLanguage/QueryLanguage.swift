/// A query language: which fields of a definition ask for data, and how.
///
/// A machine's states have the machine's language, unless they name their own: ``JSONPath`` or ``JSONataLanguage``, each with
/// its own queries, templates, conditions and data flow.
///
/// Source: Amazon States Language, "Query Languages".
protocol QueryLanguage: Sendable {
    /// As `QueryLanguage` names it.
    var name: String { get }

    /// The field that a task is begun with.
    var parametersField: String { get }

    /// The fields that can give a value: `TimeoutSeconds` and `TimeoutSecondsPath`, in JSONPath.
    func fields(for name: String) -> [String]

    /// Says why another language's field has no place; `nil` for one that has none in any language.
    func reason(against field: String) -> String?

    /// Reads the fields that data goes through on its way into a state and out of it.
    ///
    /// - Parameter stages: Those that the type of state has.
    func dataFlow(_ stages: DataStages, _ fields: inout FieldReader) -> any DataFlow

    /// Reads a field that makes data, such as `Assign` or `ItemSelector`; `nil` where it is missing or wrong.
    func template(_ name: String, _ fields: inout FieldReader) -> (any Template)?

    /// Reads the query that stands in for a field's value; `nil` where there is none.
    ///
    /// - Returns: The query, and the field that has it: `TimeoutSecondsPath` for `TimeoutSeconds`, in JSONPath.
    func query(for name: String, _ fields: inout FieldReader) -> (query: any Query, field: String)?

    /// Reads what a choice rule tests; `nil` where it is wrong.
    func condition(_ fields: inout FieldReader) -> (any ChoiceCondition)?

    /// Reads what a state hands on that goes the way of a choice rule; `nil` where the rule does not say.
    func ruleOutput(_ fields: inout FieldReader) -> (any Template)?

    /// Reads what an iteration of a Map state has for input; `nil` for the item itself.
    func selector(_ fields: inout FieldReader) -> (any Template)?

    /// Reads the result that the definition gives to a Pass state; `nil` for none.
    func fixedResult(_ fields: inout FieldReader) -> JSON?

    /// Reads where a Map state's items are.
    func items(_ fields: inout FieldReader) -> any ItemSource
}

/// The query languages that there are, by their names.
enum QueryLanguages {
    /// The language of a machine that names none.
    static let standard: any QueryLanguage = JSONPath()

    private static let all: [any QueryLanguage] = [standard, JSONataLanguage()]

    /// The language of a name.
    ///
    /// - Throws: ``QueryLanguageError`` for any other name.
    static func named(_ name: String) throws(QueryLanguageError) -> any QueryLanguage {
        if let language = all.first(where: { $0.name == name }) { return language }
        let names = all.map(\.name).joined(separator: ", ")
        throw QueryLanguageError(
            reason: "The value for the field 'QueryLanguage' must be one of \(names): '\(name)'"
        )
    }
}

/// A name that no query language has here.
struct QueryLanguageError: Error {
    let reason: String
}
