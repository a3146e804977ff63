/// The query language JSONata: a string `{% … %}` asks for data wherever a value may stand.
///
/// Source: AWS Step Functions developer guide, "Transforming data with JSONata".
struct JSONataLanguage: QueryLanguage {
    var name: String { "JSONata" }
    var parametersField: String { "Arguments" }

    func fields(for name: String) -> [String] { [name] }

    func dataFlow(_ stages: DataStages, _ fields: inout FieldReader) -> any DataFlow {
        JSONataDataFlow(stages, &fields)
    }

    func template(_ name: String, _ fields: inout FieldReader) -> (any Template)? { fields.expressionTemplate(name) }

    func query(for name: String, _ fields: inout FieldReader) -> (query: any Query, field: String)? {
        guard let text = fields.peek(name)?.stringValue, ExpressionText.isExpression(text) else { return nil }
        _ = fields.take(name)
        let type: JSONType = Self.textFields.contains(name) ? .string : .number
        return (fields.expression(text, at: name, expecting: type) ?? .broken, name)
    }

    func condition(_ fields: inout FieldReader) -> (any ChoiceCondition)? { ExpressionCondition(&fields) }

    func ruleOutput(_ fields: inout FieldReader) -> (any Template)? { fields.expressionTemplate("Output") }

    func items(_ fields: inout FieldReader) -> any ItemSource { ExpressionItems(&fields) }

    func selector(_ fields: inout FieldReader) -> (any Template)? { fields.expressionTemplate("ItemSelector") }

    func fixedResult(_ fields: inout FieldReader) -> JSON? { nil }

    func reason(against field: String) -> String? {
        Self.fieldsOfJSONPath.contains(field) || field.hasSuffix("Path")
            ? "The field '\(field)' is only supported when 'QueryLanguage' is 'JSONPath'" : nil
    }

    /// Fields whose values are texts; those of the others are numbers.
    private static let textFields: Set<Spelling> = ["Error", "Cause", "Timestamp"]

    /// Fields that a state, or a rule of one, has with JSONPath alone, beside those whose names end in `Path`.
    private static let fieldsOfJSONPath: Set<Spelling> = [
        "Parameters", "ResultSelector", "Result", "Variable", "And", "Or", "Not",
    ]
}

/// How a definition marks an expression.
enum ExpressionText {
    private static let opening = "{%"
    private static let closing = "%}"

    /// Whether the whole of a string is an expression.
    static func isExpression(_ text: String) -> Bool {
        text.utf8.count >= opening.utf8.count + closing.utf8.count && text.hasPrefix(opening) && text.hasSuffix(closing)
    }

    /// The expression in a string that is one.
    static func expression(in text: String) -> String {
        let scalars = text.unicodeScalars.dropFirst(opening.unicodeScalars.count)
            .dropLast(closing.unicodeScalars.count)
        func isBlank(_ scalar: Unicode.Scalar) -> Bool { " \t\n\r".unicodeScalars.contains(scalar) }
        guard let first = scalars.firstIndex(where: { !isBlank($0) }),
            let last = scalars.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(scalars[first...last])
    }
}

/// The types of values, by the names that AWS gives them in errors.
enum JSONType: String, Sendable {
    case null, boolean, number, string, array, object

    init(of value: JSON) {
        self =
            switch value {
            case .null: .null
            case .bool: .boolean
            case .integer, .double: .number
            case .string: .string
            case .array: .array
            case .object: .object
            }
    }
}
