/// The query language JSONPath: fields of their own, whose names end in `Path` or `.$`, ask for data.
///
/// Source: Amazon States Language, "JSONPath".
struct JSONPath: QueryLanguage {
    var name: String { "JSONPath" }
    var parametersField: String { "Parameters" }

    func fields(for name: String) -> [String] { [name, name + "Path"] }

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

    func ruleOutput(_ fields: inout FieldReader) -> (any Template)? { nil }

    /// `ItemSelector`, or `Parameters` as it was called.
    func selector(_ fields: inout FieldReader) -> (any Template)? {
        let selector = fields.payloadTemplate("ItemSelector")
        let parameters = fields.payloadTemplate("Parameters")
        if selector != nil, parameters != nil {
            fields.problem("Only one of 'ItemSelector' and 'Parameters' may be given", at: "Parameters")
        }
        return selector ?? parameters
    }

    func fixedResult(_ fields: inout FieldReader) -> JSON? { fields.take("Result") }

    func reason(against field: String) -> String? {
        ["Arguments", "Condition", "Items", "Output"].contains(field)
            ? "The field '\(field)' is only supported when 'QueryLanguage' is 'JSONata'" : nil
    }

    func items(_ fields: inout FieldReader) -> any ItemSource { ItemsPath(&fields) }

    /// Fields whose `Path` may hold an intrinsic function.
    private static let callFields: Set<Spelling> = ["Error", "Cause"]
}
