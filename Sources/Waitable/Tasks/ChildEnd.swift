package import StatesLanguage

/// What a task that waits for an execution's end is answered with, once that has closed.
///
/// Source: AWS Step Functions developer guide, "Start a new AWS Step Functions state machine from a running execution".
package struct ChildEnd: Sendable {
    private let arn: ARN

    /// Answers with names by an ARN's region and account.
    package init(arn: ARN) { self.arn = arn }

    /// The execution that an inbox's entry tells of, and what is wanted of it; `nil` where the entry is something else.
    package static func child(in entry: JSON) -> (key: ExecutionKey, pattern: Execution.ParentTask.Answer)? {
        guard let object = entry.objectValue,
            let key = object["child"]?.stringValue.flatMap(ExecutionKey.read(place:))?.key,
            let pattern = object["as"]?.stringValue?.unicodeScalars.first.flatMap(Execution.ParentTask.Answer.init)
        else { return nil }
        return (key, pattern)
    }

    /// The answer.
    ///
    /// - Parameter child: The execution as its document says; `nil` where it has left already.
    package func answer(_ child: Execution?, as pattern: Execution.ParentTask.Answer) -> TaskAnswer {
        guard let child else {
            return .failed(
                error: "States.TaskFailed",
                cause: "The execution's document has left before it could be read."
            )
        }
        if pattern == .output {
            guard child.status == .succeeded else {
                return .failed(error: child.failure?.error, cause: child.failure?.cause)
            }
            return .succeeded(child.output.flatMap { try? JSON(parsing: $0) } ?? .null)
        }
        let description = description(of: child, wantsJSON: pattern == .json)
        guard !description.isNested(deeperThan: TaskAnswer.deepestEntry) else { return .tooDeep }
        if child.status == .succeeded { return .succeeded(description) }
        return .failed(error: "States.TaskFailed", cause: description.text)
    }

    /// What `DescribeExecution` tells of an execution, as the task of another one is told it.
    package func description(of child: Execution, wantsJSON: Bool) -> JSON {
        func data(_ text: String) -> JSON { wantsJSON ? (try? JSON(parsing: text)) ?? .null : .string(text) }
        let included: JSON = .object(["Included": .bool(true)])
        var members = JSONObject()
        members["Cause"] = child.failure?.cause.map(JSON.string)
        members["Error"] = child.failure?.error.map(JSON.string)
        members["ExecutionArn"] = .string(arn.execution(child.key))
        members["Input"] = data(child.input)
        members["InputDetails"] = included
        members["Name"] = .string(child.key.givenName)
        if let output = child.output {
            members["Output"] = data(output)
            members["OutputDetails"] = included
        }
        members["StartDate"] = .integer(child.startDate.milliseconds)
        members["StateMachineArn"] = .string(arn.stateMachine(child.key.machine))
        members["Status"] = .string(child.status.rawValue)
        members["StopDate"] = child.stopDate.map { .integer($0.milliseconds) }
        return .object(members)
    }
}
