/// A state that asks for work: an item operation, or something outside. A class, since a step hands it around.
final class TaskState: Sendable {
    let resource: TaskResource
    /// How long the task may take, in seconds.
    let timeout: FieldValue<Int>?
    /// How long it may go without a sign of life, in seconds.
    let heartbeat: FieldValue<Int>?

    /// What says which role the task is done with; `nil` for the machine's own.
    private let credentials: (any Template)?

    init?(_ fields: inout FieldReader, resources: some ResourceCatalog) {
        timeout = Self.limit("TimeoutSeconds", &fields)
        heartbeat = Self.limit("HeartbeatSeconds", &fields)
        if case .fixed(let timeout) = timeout, case .fixed(let heartbeat) = heartbeat, heartbeat >= timeout {
            fields.problem("'HeartbeatSeconds' must be less than 'TimeoutSeconds'", at: "HeartbeatSeconds")
        }
        credentials = Self.credentials(&fields)
        guard let resource = fields.requiredString("Resource") else { return nil }
        let parameters = fields.language.parametersField
        if let problem = resources.problem(with: resource, parameters: fields.peek(parameters)) {
            fields.problem(problem.reason, at: problem.field == "Parameters" ? parameters : problem.field)
        } else if let reason = resources.warning(about: resource) {
            fields.warn(reason, at: "Resource")
        } else if let requirement = resources.requirement(of: resource, parameters: fields.peek(parameters)) {
            fields.warn(requirement, at: parameters)
        }
        self.resource = TaskResource(resource)
    }

    private static func limit(_ name: String, _ fields: inout FieldReader) -> FieldValue<Int>? {
        FieldValue(name, &fields) { $0.integer(name, 1...longest).map(Int.init) }
    }

    /// `Credentials`. No role is assumed here; the history tells of it.
    private static func credentials(_ fields: inout FieldReader) -> (any Template)? {
        guard let object = fields.peek("Credentials")?.objectValue else { return nil }
        if object[Self.role] == nil, object[Self.role + ".$"] == nil {
            fields.problem("The field '\(Self.role)' is required but was missing", at: "Credentials")
        }
        fields.warn(
            "The role in 'Credentials' is told to adapters only: what is run here is done with the rights of the worker",
            at: "Credentials"
        )
        return fields.language.template("Credentials", &fields)
    }

    private static let role = "RoleArn"

    /// The role that the task is done with; `nil` for the machine's own.
    func role(_ scope: DataScope) throws(StateFailure) -> String? {
        guard let credentials else { return nil }
        let value = try credentials.value(scope).objectValue?[Self.role]
        guard let role = value?.stringValue else {
            throw scope.runtimeError("The field '\(Self.role)' of 'Credentials' must be a string: \(value?.text ?? "")")
        }
        return role
    }

    /// The longest limit, in seconds.
    fileprivate static let longest: Int64 = 99_999_999
}

extension FieldValue<Int> {
    /// The seconds of a task's limit for some data.
    func seconds(_ scope: DataScope) throws(StateFailure) -> Int {
        try value(scope) { (value, query, field) throws(StateFailure) in
            guard let seconds = value.wholeNumber, (1...TaskState.longest).contains(seconds) else {
                throw query.failure(
                    path: "The \(field) parameter must reference an integer from 1 to \(TaskState.longest): "
                        + "\(query.text) == \(value.text)",
                    expression: "The \(field) field must be an integer from 1 to \(TaskState.longest): \(value.text)",
                    scope
                )
            }
            return Int(seconds)
        }
    }
}
