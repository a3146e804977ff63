/// The query language JSONPath: fields of their own, whose names end in `Path` or `.$`, ask for data.
///
/// Source: Amazon States Language, "JSONPath".
struct JSONPath: QueryLanguage {
    var name: String { "JSONPath" }

    func dataFlow(_ stages: DataStages, _ fields: inout FieldReader) -> any DataFlow {
        JSONPathDataFlow(stages, &fields)
    }

    func template(_ name: String, _ fields: inout FieldReader) -> (any Template)? { fields.payloadTemplate(name) }

    func query(for name: String, _ fields: inout FieldReader) -> (query: any Query, field: String)? {
        let field = name + "Path"
        let query: (any Query)? = Self.callFields.contains(name) ? fields.lookup(field) : fields.path(field)
        return query.map { ($0, field) }
    }

    func condition(_ fields: inout FieldReader) -> (any ChoiceCondition)? { ChoiceRule(&fields) }

    func items(_ fields: inout FieldReader) -> any ItemSource { ItemsPath(&fields) }

    /// Fields whose `Path` may hold an intrinsic function.
    private static let callFields: Set<Spelling> = ["Error", "Cause"]
}
