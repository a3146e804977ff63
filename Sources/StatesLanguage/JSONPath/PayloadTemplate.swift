/// A compiled payload template: `Parameters`, `ResultSelector`, `ItemSelector` or `Assign`.
///
/// Fields whose names end in `.$` hold paths or intrinsic functions and lose that end; everything else is taken as it is.
/// Source: Amazon States Language, "Payload Template".
struct PayloadTemplate: Template {
    let shape: PayloadShape
    private let lookups: [Lookup]

    func value(_ scope: DataScope) throws(StateFailure) -> JSON { try payload(scope).json }

    func payload(_ scope: DataScope) throws(StateFailure) -> Payload {
        var values: [JSON] = []
        values.reserveCapacity(lookups.count)
        for lookup in lookups { values.append(try lookup.value(scope)) }
        return Payload(shape: shape, values: values)
    }

    /// The variables that it refers to.
    var variables: [String] { lookups.flatMap(\.variables) }

    /// Compiles a template.
    ///
    /// - Parameters:
    ///   - name: The template's field.
    ///   - problem: Called with the location and the reason, for each bad field.
    init(compiling json: JSON, of name: String, problem: (_ location: String, _ reason: String) -> Void) {
        let parts = Parts(json, location: name, problem)
        shape = PayloadShape(parts.constant, places: parts.lookups.map(\.place))
        lookups = parts.lookups.map(\.lookup)
    }
}

/// A template parted into what is constant, and what is looked up and where.
private struct Parts {
    let constant: JSON
    let lookups: [(place: [Int], lookup: Lookup)]

    init(_ json: JSON, location: String, _ problem: (String, String) -> Void) {
        switch json {
        case .object(let object): self.init(object, location: location, problem)
        case .array(let array):
            let parts = array.enumerated().map { Parts($0.element, location: "\(location)[\($0.offset)]", problem) }
            self.init(
                .array(parts.map(\.constant)),
                parts.enumerated().flatMap { $0.element.lookups(at: $0.offset) }
            )
        default: self.init(json, [])
        }
    }

    private init(_ object: JSONObject, location: String, _ problem: (String, String) -> Void) {
        var constants = JSONObject(minimumCapacity: object.count)
        var members: [(position: Int, parts: Parts)] = []
        for (key, value) in object {
            let place = location + "/" + key
            let name: String
            let parts: Parts
            if let plain = key.without(suffix: ".$") {
                guard let lookup = Self.lookup(value, field: key, at: place, problem) else { continue }
                name = plain
                parts = Parts(.null, [([], lookup)])
            } else {
                name = key
                parts = Parts(value, location: place, problem)
            }
            constants[name] = parts.constant
            guard let position = constants.position(of: name) else { continue }
            // Of two with one name the last one counts.
            members.removeAll { $0.position == position }
            members.append((position, parts))
        }
        self.init(.object(constants), members.flatMap { $0.parts.lookups(at: $0.position) })
    }

    private init(_ constant: JSON, _ lookups: [(place: [Int], lookup: Lookup)]) {
        self.constant = constant
        self.lookups = lookups
    }

    /// What is looked up, seen from what the parts stand in.
    private func lookups(at position: Int) -> [(place: [Int], lookup: Lookup)] {
        lookups.map { ([position] + $0.place, $0.lookup) }
    }

    private static func lookup(
        _ value: JSON,
        field: String,
        at place: String,
        _ problem: (String, String) -> Void
    ) -> Lookup? {
        let rule = "The value for the field '\(field)' must be a valid JSONPath or a valid intrinsic function call"
        guard case .string(let text) = value else {
            problem(place, "\(rule): \(value.text) is no string")
            return nil
        }
        do {
            return try Lookup(parsing: text, field: field, place: place)
        } catch {
            problem(place, "\(rule): '\(text)' \(error.reason)")
            return nil
        }
    }
}
