/// A state that asks for work: an item operation, or something outside.
struct TaskState: Sendable {
    let resource: TaskResource
    let timeout: Limit?
    let heartbeat: Limit?

    /// A number of seconds, fixed or from the input.
    enum Limit: Sendable {
        case seconds(Int)
        case path(Path)
    }

    init?(_ fields: inout FieldReader, resources: some ResourceCatalog) {
        timeout = Self.limit("TimeoutSeconds", &fields)
        heartbeat = Self.limit("HeartbeatSeconds", &fields)
        if case .seconds(let timeout) = timeout, case .seconds(let heartbeat) = heartbeat, heartbeat >= timeout {
            fields.problem("'HeartbeatSeconds' must be less than 'TimeoutSeconds'", at: "HeartbeatSeconds")
        }
        guard let resource = fields.requiredString("Resource") else { return nil }
        if let problem = resources.problem(with: resource, parameters: fields.peek("Parameters")) {
            fields.problem(problem.reason, at: problem.field)
        }
        self.resource = TaskResource(resource)
    }

    private static func limit(_ name: String, _ fields: inout FieldReader) -> Limit? {
        let path = fields.path(name + "Path")
        let seconds = fields.integer(name, 1...99_999_999)
        if path != nil, seconds != nil {
            fields.problem("Only one of '\(name)' and '\(name)Path' may be given", at: name + "Path")
        }
        return path.map(Limit.path) ?? seconds.map { .seconds(Int($0)) }
    }
}

extension TaskState.Limit {
    /// The seconds for some data.
    func seconds(_ field: String, _ scope: DataScope) throws(StateFailure) -> Int {
        switch self {
        case .seconds(let seconds): return seconds
        case .path(let path):
            let value = try scope.required(path)
            guard case .integer(let seconds) = value, (1...99_999_999).contains(seconds) else {
                throw scope.runtimeError(
                    "The \(field) parameter must reference an integer from 1 to 99999999: \(path.text) == \(value.text)"
                )
            }
            return Int(seconds)
        }
    }
}
