/// A compiled field that may hold expressions: `Arguments`, `Output`, `Assign` or `ItemSelector`, for example. Everything in
/// it but strings `{% … %}` is taken as it is, and made once.
struct ExpressionTemplate: Template {
    let shape: PayloadShape
    private let expressions: [StateExpression]
    private let constant: JSON?

    init(shape: PayloadShape, expressions: [StateExpression]) {
        self.shape = shape
        self.expressions = expressions
        constant = expressions.isEmpty ? shape.filled(with: []) : nil
    }

    /// Whether it looks at what a state came to.
    var seesOutcome: Bool { expressions.contains(where: \.seesOutcome) }

    func value(_ scope: DataScope) throws(StateFailure) -> JSON {
        if let constant { constant } else { try payload(scope).json }
    }

    func payload(_ scope: DataScope) throws(StateFailure) -> Payload {
        try Payload(shape, of: expressions) { (expression) throws(StateFailure) in try expression.value(scope) }
    }
}

extension FieldReader {
    /// A field that may hold expressions.
    mutating func expressionTemplate(_ name: String) -> ExpressionTemplate? {
        guard let value = take(name) else { return nil }
        return expressionTemplate(value, at: name)
    }

    /// A value that may hold expressions.
    mutating func expressionTemplate(_ value: JSON, at name: String) -> ExpressionTemplate {
        if case .string(let text) = value, ExpressionText.isExpression(text) {
            return ExpressionTemplate(shape: .whole, expressions: [expression(text, at: name) ?? .broken])
        }
        var parts = ExpressionTemplateParts(name)
        let constant = parts.constant(value)
        var expressions: [(place: [Int], expression: StateExpression)] = []
        for part in parts.found {
            if let expression = expression(part.text, at: part.path) { expressions.append((part.place, expression)) }
        }
        for path in parts.fieldsOfJSONPath {
            problem("A field of JSONata must not end in '.$'; write the value as '{% … %}'", at: path)
        }
        return ExpressionTemplate(
            shape: PayloadShape(constant, places: expressions.map(\.place)),
            expressions: expressions.map(\.expression)
        )
    }
}

/// Parts a template into what is constant, and the expressions and where they stand.
private struct ExpressionTemplateParts {
    /// The strings that are expressions: positions, and names for errors.
    private(set) var found: [(place: [Int], path: String, text: String)] = []
    private(set) var fieldsOfJSONPath: [String] = []
    private var place: TemplatePlace

    init(_ name: String) { place = TemplatePlace(name) }

    private var location: String { place.text(after: found.count) }

    /// Takes the expressions of a part.
    ///
    /// - Returns: The part with a `null` in the place of each.
    mutating func constant(_ json: JSON) -> JSON {
        switch json {
        case .string(let text) where ExpressionText.isExpression(text):
            found.append((place.positions, location, text))
            return .null
        case .array(let array):
            var constants: [JSON] = []
            constants.reserveCapacity(array.count)
            for (index, element) in array.enumerated() {
                constants.append(within(index, "[\(index)]") { $0.constant(element) })
            }
            return .array(constants)
        case .object(let object):
            var constants = JSONObject(minimumCapacity: object.count)
            for (position, member) in object.enumerated() {
                constants[member.key] = within(position, "/" + member.key) { parts in
                    if member.key.hasSuffix(".$") { parts.fieldsOfJSONPath.append(parts.location) }
                    return parts.constant(member.value)
                }
            }
            return .object(constants)
        default: return json
        }
    }

    private mutating func within(_ position: Int, _ name: String, _ read: (inout Self) -> JSON) -> JSON {
        place.enter(position, name)
        defer { place.leave() }
        return read(&self)
    }
}
