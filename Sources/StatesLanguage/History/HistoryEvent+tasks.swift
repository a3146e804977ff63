/// The details of tasks' events. An activity, a function and an integration each have their own.
extension HistoryEvent.Details {
    static func scheduled(_ task: TaskRequest, _ resource: TaskResource, region: String, role: String?) -> Self {
        var members: JSONObject =
            switch resource.kind {
            case .integration:
                [
                    "resourceType": .string(resource.service),
                    "resource": .string(resource.operation),
                    "region": .string(region),
                    "parameters": .string(task.parameters.text),
                ]
            case .activity, .function:
                [
                    "resource": .string(resource.arn), "input": .string(task.parameters.text), "inputDetails": included,
                ]
            }
        members["timeoutInSeconds"] = task.timeoutSeconds.map { .integer(Int64($0)) }
        if resource.kind != .function {
            members["heartbeatInSeconds"] = task.heartbeatSeconds.map { .integer(Int64($0)) }
        }
        if let role, resource.kind != .activity { members["taskCredentials"] = .object(["roleArn": .string(role)]) }
        return of("Scheduled", resource, members)
    }

    /// `nil` for a function: AWS says nothing of its start.
    static func started(_ resource: TaskResource, worker: String?) -> Self? {
        switch resource.kind {
        case .integration: return of("Started", resource, [:])
        case .activity: return of("Started", resource, worker.map { ["workerName": .string($0)] } ?? [:])
        case .function: return nil
        }
    }

    /// Of `TaskSubmitted` and the events of success.
    static func ended(_ event: String, _ resource: TaskResource, output: String) -> Self {
        of(event, resource, ["output": .string(output), "outputDetails": included])
    }

    /// Of the events of failure and time-out.
    static func ended(_ event: String, _ resource: TaskResource, _ failure: StateFailure) -> Self {
        var members = JSONObject()
        members["error"] = failure.error.map(JSON.string)
        members["cause"] = failure.cause.map(JSON.string)
        return of(event, resource, members)
    }

    private static func of(_ event: String, _ resource: TaskResource, _ members: JSONObject) -> Self {
        let kind = resource.kind.rawValue
        let name = kind.prefix(1).lowercased() + kind.dropFirst() + event + "EventDetails"
        guard resource.kind == .integration else { return Self(name, members) }
        var all: JSONObject = ["resourceType": .string(resource.service), "resource": .string(resource.operation)]
        all.merge(members)
        return Self(name, all)
    }
}
