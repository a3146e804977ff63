import StatesLanguage

/// What definitions may ask for: one function, which greets.
struct Greeter: ResourceCatalog, TaskHandler {
    static let function = "arn:aws:lambda:us-east-1:000000000000:function:greet"

    func problem(with resource: String, parameters: JSON?) -> (field: String, reason: String)? {
        resource == Self.function ? nil : ("Resource", "There is no function but greet.")
    }

    func begin(_ task: TaskRequest) -> TaskDisposition {
        guard let name = task.parameters.objectValue?["name"]?.stringValue else {
            return .failed(error: "Greeter.NoName", cause: "name must be a string")
        }
        return .succeeded(output: .string("Hello, \(name)!"))
    }

    // Distributed maps and task tokens are for programs that keep executions.
    func begin(_ item: MapItemRequest) -> Bool { false }
    func begin(_ transfer: MapTransfer) {}
    func token(ofTask id: Int) -> String { "\(id)" }
}

/// Runs a machine that waits a minute and greets, without waiting a minute.
func greet(_ input: String) throws -> Advance.Outcome {
    let definition = """
        {"StartAt": "Pause", "States": {
          "Pause": {"Type": "Wait", "Seconds": 60, "Next": "Greet"},
          "Greet": {"Type": "Task", "Resource": "\(Greeter.function)", "End": true}}}
        """
    let machine = try StateMachine(definition: definition, resources: Greeter())
    var now = Instant(milliseconds: 1_800_000_000_000)
    let context = try ExecutionContext(
        executionID: "arn:aws:states:us-east-1:000000000000:execution:greeting:first",
        executionName: "first",
        startTime: now,
        roleARN: "arn:aws:iam::000000000000:role/greeter",
        redriveCount: 0,
        stateMachineID: "arn:aws:states:us-east-1:000000000000:stateMachine:greeting",
        stateMachineName: "greeting",
        region: "us-east-1",
        inputText: input
    )
    let interpreter = Interpreter(machine: machine, context: context)
    var tasks = Greeter()
    var step = interpreter.start(at: now, tasks: &tasks)
    while case .running(let flow) = step.outcome, let wakeUp = flow.wakeUp {
        // A program would store `flow.json` here, and go on with `Flow(json:)` at that instant.
        now = wakeUp
        step = interpreter.advance(flow, by: [], at: now, tasks: &tasks)
    }
    return step.outcome
}
