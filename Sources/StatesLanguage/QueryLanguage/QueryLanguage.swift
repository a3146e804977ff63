/// A query language: which fields of a definition ask for data, and how.
///
/// A machine's states have the machine's language, unless they name their own. ``JSONPath`` is the one there is; JSONata
/// would be a second type of this kind, with its own queries, templates, conditions and data flow.
///
/// Source: Amazon States Language, "Query Languages".
protocol QueryLanguage: Sendable {
    /// As `QueryLanguage` names it.
    var name: String { get }

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

    /// Reads where a Map state's items are.
    func items(_ fields: inout FieldReader) -> any ItemSource
}

/// The query languages that there are, by their names.
enum QueryLanguages {
    /// The language of a machine that names none.
    static let standard: any QueryLanguage = JSONPath()

    private static let all: [any QueryLanguage] = [standard]
    /// Languages of the specification that are not there yet.
    private static let missing = ["JSONata"]

    /// The language of a name.
    ///
    /// - Throws: ``QueryLanguageError`` for any other name.
    static func named(_ name: String) throws(QueryLanguageError) -> any QueryLanguage {
        if let language = all.first(where: { $0.name == name }) { return language }
        if missing.contains(name) {
            throw QueryLanguageError(reason: "The query language '\(name)' is not supported by this version")
        }
        let names = (all.map(\.name) + missing).joined(separator: ", ")
        throw QueryLanguageError(
            reason: "The value for the field 'QueryLanguage' must be one of \(names): '\(name)'"
        )
    }
}

/// A name that no query language has here.
struct QueryLanguageError: Error {
    let reason: String
}
