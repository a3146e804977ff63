/// A state that asks for work: an item operation, or something outside. A class, since a step hands it around.
final class TaskState: Sendable {
    let resource: TaskResource
    /// How long the task may take, in seconds.
    let timeout: FieldValue<Int>?
    /// How long it may go without a sign of life, in seconds.
    let heartbeat: FieldValue<Int>?

    init?(_ fields: inout FieldReader, resources: some ResourceCatalog) {
        timeout = Self.limit("TimeoutSeconds", &fields)
        heartbeat = Self.limit("HeartbeatSeconds", &fields)
        if case .fixed(let timeout) = timeout, case .fixed(let heartbeat) = heartbeat, heartbeat >= timeout {
            fields.problem("'HeartbeatSeconds' must be less than 'TimeoutSeconds'", at: "HeartbeatSeconds")
        }
        guard let resource = fields.requiredString("Resource") else { return nil }
        if let problem = resources.problem(with: resource, parameters: fields.peek("Parameters")) {
            fields.problem(problem.reason, at: problem.field)
        } else if let reason = resources.warning(about: resource) {
            fields.warn(reason, at: "Resource")
        }
        self.resource = TaskResource(resource)
    }

    private static func limit(_ name: String, _ fields: inout FieldReader) -> FieldValue<Int>? {
        FieldValue(name, &fields) { $0.integer(name, 1...longest).map(Int.init) }
    }

    /// The longest limit, in seconds.
    fileprivate static let longest: Int64 = 99_999_999
}

extension FieldValue<Int> {
    /// The seconds of a task's limit for some data.
    func seconds(_ scope: DataScope) throws(StateFailure) -> Int {
        try value(scope) { (value, query, field) throws(StateFailure) in
            guard let seconds = value.wholeNumber, (1...TaskState.longest).contains(seconds) else {
                throw scope.runtimeError(
                    "The \(field) parameter must reference an integer from 1 to \(TaskState.longest): "
                        + "\(query.text) == \(value.text)"
                )
            }
            return Int(seconds)
        }
    }
}
