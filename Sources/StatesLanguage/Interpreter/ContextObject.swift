/// The context object `$$`, made only as far as a path asks for it.
///
/// Source: AWS Step Functions developer guide, "Accessing execution data from the Context object".
struct ContextObject {
    let execution: ExecutionContext
    let state: String
    let enteredAt: Instant
    let retryCount: Int

    func value(at path: Path) throws(PathMiss) -> JSON {
        // The usual paths, without making the whole object.
        if path.segments.count == 2, case .key(let part) = path.segments[0], case .key(let name) = path.segments[1] {
            switch (part, name) {
            case ("State", "EnteredTime"): return .string(enteredAt.iso8601)
            case ("State", "Name"): return .string(state)
            case ("Execution", "Id"): return .string(execution.executionID)
            case ("Execution", "Name"): return .string(execution.executionName)
            case ("Execution", "Input"): return execution.input
            default: break
            }
        }
        return try path.value(in: json)
    }

    var json: JSON {
        .object([
            "Execution": .object([
                "Id": .string(execution.executionID),
                "Input": execution.input,
                "Name": .string(execution.executionName),
                "RoleArn": .string(execution.roleARN),
                "StartTime": .string(execution.startTime.iso8601),
                "RedriveCount": .integer(Int64(execution.redriveCount)),
            ]),
            "StateMachine": .object([
                "Id": .string(execution.stateMachineID),
                "Name": .string(execution.stateMachineName),
            ]),
            "State": .object([
                "Name": .string(state),
                "EnteredTime": .string(enteredAt.iso8601),
                "RetryCount": .integer(Int64(retryCount)),
            ]),
        ])
    }
}
