/// The context object `$$`, made only as far as a path asks for it.
///
/// Source: AWS Step Functions developer guide, "Accessing execution data from the Context object".
struct ContextObject {
    let execution: ExecutionContext
    let state: String
    let enteredAt: Instant
    /// Where the state is: its type says whether it is ever retried.
    let graph: StateGraph
    let retryCount: Int
    /// The item of the innermost iteration that the state is in, or begins.
    var item: MapItem?
    /// The token of the task that the state begins; `nil` where it waits for none.
    var taskToken: String?

    /// The value at a path that begins with `$$`.
    func value(at path: Path, _ work: WorkBudget) throws(PathMiss) -> JSON {
        if let given = execution.givenObject { return try path.value(in: given, work) }
        guard path.segments.count >= 2, case .key(let part) = path.segments[0], case .key(let name) = path.segments[1],
            let member = member(name, of: part)
        else { return try path.value(in: json, work) }
        return try path.value(in: member, from: 2, work)
    }

    func member(_ name: String, of part: String) -> JSON? {
        switch part {
        case "State":
            switch name {
            case "EnteredTime": .string(enteredAt.iso8601)
            case "Name": .string(state)
            case "RetryCount" where graph.states[state]?.recovers ?? false: .integer(Int64(retryCount))
            default: nil
            }
        case "Execution":
            switch name {
            case "Id": .string(execution.executionID)
            case "Input": execution.input
            case "Name": .string(execution.executionName)
            case "RoleArn": .string(execution.roleARN)
            case "StartTime": .string(execution.startTime.iso8601)
            case "RedriveCount" where !execution.isExpress: .integer(Int64(execution.redriveCount))
            default: nil
            }
        case "StateMachine":
            switch name {
            case "Id": .string(execution.stateMachineID)
            case "Name": .string(execution.stateMachineName)
            default: nil
            }
        case "Map": name == "Item" ? item?.json : nil
        case "Task": name == "Token" ? taskToken.map(JSON.string) : nil
        default: nil
        }
    }

    /// All of it.
    var json: JSON {
        if let given = execution.givenObject { return given }
        func part(_ name: String, _ members: [String]) -> (String, JSON) {
            var object = JSONObject()
            for member in members { object[member] = self.member(member, of: name) }
            return (name, .object(object))
        }
        var object = JSONObject()
        for (name, value) in [
            part("Execution", ["Id", "Input", "Name", "RoleArn", "StartTime", "RedriveCount"]),
            part("StateMachine", ["Id", "Name"]),
            part("State", ["Name", "EnteredTime", "RetryCount"]),
        ] {
            object[name] = value
        }
        if let taskToken { object["Task"] = .object(["Token": .string(taskToken)]) }
        if let item { object["Map"] = .object(["Item": item.json]) }
        return .object(object)
    }
}
