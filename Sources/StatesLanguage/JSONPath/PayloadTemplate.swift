/// A compiled payload template: `Parameters`, `ResultSelector`, `ItemSelector` or `Assign`.
///
/// Fields whose names end in `.$` hold paths or intrinsic functions and lose that end; everything else is taken as it is.
/// Source: Amazon States Language, "Payload Template".
struct PayloadTemplate: Template {
    let shape: PayloadShape
    private let lookups: [Lookup]

    func value(_ scope: DataScope) throws(StateFailure) -> JSON { try payload(scope).json }

    func payload(_ scope: DataScope) throws(StateFailure) -> Payload {
        try Payload(shape, of: lookups) { (lookup) throws(StateFailure) in try lookup.value(scope) }
    }

    /// The variables that it refers to.
    var variables: [String] { lookups.flatMap(\.variables) }

    /// Compiles a template.
    ///
    /// - Parameters:
    ///   - name: The template's field.
    ///   - problem: Called with the location and the reason, for each bad field.
    init(compiling json: JSON, of name: String, problem: @escaping (_ location: String, _ reason: String) -> Void) {
        var parts = TemplateParts(of: name, problem)
        let constant = parts.constant(json)
        shape = PayloadShape(constant, places: parts.lookups.map(\.place))
        lookups = parts.lookups.map(\.lookup)
    }
}

/// Parts a template into what is constant, and what is looked up and where.
private struct TemplateParts {
    private(set) var lookups: [(place: [Int], lookup: Lookup)] = []
    private let problem: (String, String) -> Void
    /// Where it reads: positions, and names for errors.
    private var place: TemplatePlace

    init(of name: String, _ problem: @escaping (String, String) -> Void) {
        place = TemplatePlace(name)
        self.problem = problem
    }

    /// Takes the lookups of a part.
    ///
    /// - Returns: The part with a `null` in the place of each.
    mutating func constant(_ json: JSON) -> JSON {
        switch json {
        case .object(let object): .object(constant(object))
        case .array(let array): .array(constant(array))
        default: json
        }
    }

    private mutating func constant(_ array: [JSON]) -> [JSON] {
        var constants: [JSON] = []
        constants.reserveCapacity(array.count)
        for (index, element) in array.enumerated() {
            constants.append(within(index, "[\(index)]") { $0.constant(element) })
        }
        return constants
    }

    private mutating func constant(_ object: JSONObject) -> JSONObject {
        var constants = JSONObject(minimumCapacity: object.count)
        let names = object.keys.map { $0.without(suffix: ".$") ?? $0 }
        for name in names { constants[name] = .null }
        // Of two with one name the last one counts.
        var last = Array(repeating: 0, count: constants.count)
        for (index, name) in names.enumerated() { constants.position(of: name).map { last[$0] = index } }
        for (index, (key, value)) in object.enumerated() {
            guard let position = constants.position(of: names[index]) else { continue }
            let before = lookups.count
            let constant = within(position, "/" + key) { parts in
                guard key.hasSuffix(".$") else { return parts.constant(value) }
                parts.lookUp(value, field: key)
                return .null
            }
            if last[position] == index {
                constants.update(at: position) { $0 = constant }
            } else {
                lookups.removeLast(lookups.count - before)
            }
        }
        return constants
    }

    private mutating func within(_ position: Int, _ name: String, _ read: (inout TemplateParts) -> JSON) -> JSON {
        place.enter(position, name)
        defer { place.leave() }
        return read(&self)
    }

    private var location: String { place.text(after: lookups.count) }

    private mutating func lookUp(_ value: JSON, field: String) {
        let rule = "The value for the field '\(field)' must be a valid JSONPath or a valid intrinsic function call"
        guard case .string(let text) = value else {
            return problem(location, "\(rule): \(value.excerpt()) is no string")
        }
        do {
            lookups.append((place.positions, try Lookup(parsing: text, field: field, place: location)))
        } catch {
            problem(location, "\(rule): '\(text)' \(error.reason)")
        }
    }
}
