import StatesLanguage

/// What became of a task's start of an execution, as the commit answers it.
///
/// `{"task":7,"child":"machine:id","waits":true,"at":ms}` with `waits` where the task goes on, or with `code` where it was not started
/// (and with `revision` where that is gone, or the `reason`).
struct ChildOutcome {
    private let child: ExecutionKey
    private let object: JSONObject
    private let arn: ARN
    private let now: Instant

    /// Reads an outcome; `nil` where it is another one.
    init?(_ json: JSON, arn: ARN, at now: Instant) {
        guard let object = json.objectValue, let member = object["child"]?.stringValue,
            let child = ExecutionKey(member: member)
        else { return nil }
        self.child = child
        self.object = object
        self.arn = arn
        self.now = now
    }

    /// The interpreter's stimulus.
    func stimulus(for task: Int) -> Stimulus {
        let requestID = DerivedUUID.text(child.member, "\(task)", "start")
        if let code = object["code"]?.stringValue {
            let missing =
                object["revision"]?.stringValue.map { ", as its revision '\($0)' is gone from Redis" } ?? ""
            let reason =
                object["reason"]?.stringValue
                ?? (code == "ExecutionAlreadyExists"
                    ? "Execution Already Exists: '\(arn.execution(child))'"
                    : "State Machine Does Not Exist: '\(arn.stateMachine(child.machine))'\(missing)")
            return .failed(
                task: task,
                error: "StepFunctions.\(code)Exception",
                cause: "\(reason) (Service: AWSStepFunctions; Status Code: 400; Error Code: \(code); "
                    + "Request ID: \(requestID); Proxy: null)"
            )
        }
        let answer: JSONObject = [
            "ExecutionArn": .string(arn.execution(child)), "StartDate": object["at"] ?? .null,
        ]
        let output = ServiceResponse(requestID: requestID, date: HTTPDate.text(now)).output(answer)
        return object["waits"] == .bool(true)
            ? .submitted(task: task, output: output) : .succeeded(task: task, output: output)
    }
}
