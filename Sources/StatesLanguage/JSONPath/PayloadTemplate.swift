/// A compiled payload template: `Parameters`, `ResultSelector`, `ItemSelector` or `Assign`.
///
/// Fields whose names end in `.$` hold paths or intrinsic functions and lose that end; everything else is taken as it is.
/// Source: Amazon States Language, "Payload Template".
indirect enum PayloadTemplate: Template {
    case constant(JSON)
    case lookup(Lookup)
    case object([(key: String, value: PayloadTemplate)])
    case array([PayloadTemplate])

    func value(_ scope: DataScope) throws(StateFailure) -> JSON {
        switch self {
        case .constant(let value):
            return value
        case .lookup(let lookup):
            return try lookup.value(scope)
        case .object(let members):
            var object = JSONObject(minimumCapacity: members.count)
            for (key, template) in members { object[key] = try template.value(scope) }
            return .object(object)
        case .array(let templates):
            var array: [JSON] = []
            array.reserveCapacity(templates.count)
            for template in templates { array.append(try template.value(scope)) }
            return .array(array)
        }
    }

    /// The variables that it refers to.
    var variables: [String] {
        switch self {
        case .constant: []
        case .lookup(let lookup): lookup.variables
        case .object(let members): members.flatMap(\.value.variables)
        case .array(let templates): templates.flatMap(\.variables)
        }
    }

    /// Whether nothing has to be looked up.
    private var constant: JSON? { if case .constant(let value) = self { value } else { nil } }

    /// Compiles a template.
    ///
    /// - Parameters:
    ///   - name: The template's field.
    ///   - problem: Called with the location and the reason, for each bad field.
    init(compiling json: JSON, of name: String, problem: (_ location: String, _ reason: String) -> Void) {
        self.init(json, location: name, problem)
    }

    private init(_ json: JSON, location: String, _ problem: (String, String) -> Void) {
        switch json {
        case .object(let object):
            var members: [(key: String, value: PayloadTemplate)] = []
            for (key, value) in object {
                let place = location + "/" + key
                if key.hasSuffix(".$") {
                    guard let lookup = Self.lookup(value, field: key, at: place, problem) else { continue }
                    members.append((String(key.dropLast(2)), .lookup(lookup)))
                } else {
                    members.append((key, PayloadTemplate(value, location: place, problem)))
                }
            }
            if members.allSatisfy({ $0.value.constant != nil }) {
                self = .constant(json)
            } else {
                self = .object(members)
            }
        case .array(let array):
            let templates = array.enumerated().map {
                PayloadTemplate($0.element, location: "\(location)[\($0.offset)]", problem)
            }
            self = templates.allSatisfy { $0.constant != nil } ? .constant(json) : .array(templates)
        default:
            self = .constant(json)
        }
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
