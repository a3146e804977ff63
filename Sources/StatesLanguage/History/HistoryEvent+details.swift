extension HistoryEvent.Details {
    static let included: JSON = .object(["truncated": .bool(false)])

    static func executionStarted(input: String, roleARN: String) -> Self {
        Self(
            "executionStartedEventDetails",
            ["input": .string(input), "inputDetails": included, "roleArn": .string(roleARN)]
        )
    }

    static func executionSucceeded(output: String) -> Self {
        Self("executionSucceededEventDetails", ["output": .string(output), "outputDetails": included])
    }

    /// Of `ExecutionFailed`, `ExecutionAborted` and `ExecutionTimedOut`; error and cause only where there are any.
    public static func executionEnded(_ name: String, error: String?, cause: String?) -> Self {
        var members = JSONObject()
        members["error"] = error.map(JSON.string)
        members["cause"] = cause.map(JSON.string)
        return Self(name, members)
    }

    static func evaluationFailed(_ state: String, error: String?, cause: String?, location: String?) -> Self {
        var members: JSONObject = ["state": .string(state)]
        members["error"] = error.map(JSON.string)
        members["cause"] = cause.map(JSON.string)
        members["location"] = location.map(JSON.string)
        return Self("evaluationFailedEventDetails", members)
    }

    static func executionRedriven(count: Int) -> Self {
        Self("executionRedrivenEventDetails", ["redriveCount": .integer(Int64(count))])
    }

    static func stateEntered(_ state: String, input: String) -> Self {
        Self("stateEnteredEventDetails", ["name": .string(state), "input": .string(input), "inputDetails": included])
    }

    static func stateExited(_ state: String, output: String, assigned: JSONObject?) -> Self {
        var members: JSONObject = ["name": .string(state), "output": .string(output), "outputDetails": included]
        if let assigned, !assigned.isEmpty {
            var texts = JSONObject()
            for (name, value) in assigned { texts[name] = .string(value.text) }
            members["assignedVariables"] = .object(texts)
            members["assignedVariablesDetails"] = included
        }
        return Self("stateExitedEventDetails", members)
    }

    static func mapRunStarted(_ arn: String) -> Self {
        Self("mapRunStartedEventDetails", ["mapRunArn": .string(arn)])
    }

    static func mapStateStarted(length: Int) -> Self {
        Self("mapStateStartedEventDetails", ["length": .integer(Int64(length))])
    }

    /// Of `MapIterationStarted`, `MapIterationSucceeded`, `MapIterationFailed` and `MapIterationAborted`.
    static func mapIteration(_ name: String, _ state: String, _ index: Int) -> Self {
        Self(name, ["name": .string(state), "index": .integer(Int64(index))])
    }
}
