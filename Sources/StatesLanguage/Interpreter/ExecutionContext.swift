/// What an execution knows of itself: what the context object and the history are made of. A class, since a step
/// hands it around.
public final class ExecutionContext: Sendable {
    /// The execution's ARN.
    public var executionID: String { makeExecutionID() }
    private let makeExecutionID: @Sendable () -> String
    /// The execution's name.
    public let executionName: String
    /// When it was started.
    public let startTime: Instant
    /// The role of the machine's revision.
    public let roleARN: String
    /// How often it was redriven before this step.
    public let redriveCount: Int
    /// The state machine's ARN.
    public var stateMachineID: String { makeStateMachineID() }
    private let makeStateMachineID: @Sendable () -> String
    /// The state machine's name.
    public let stateMachineName: String
    /// The region in the history's task events.
    public let region: String
    /// The caller's input, verbatim.
    public let inputText: String
    /// The caller's input.
    public let input: JSON
    /// Whether it is of an EXPRESS machine: it is never redriven, and ends after five minutes.
    public let isExpress: Bool

    /// What a test of a state has for the context object; `nil` for the execution's own.
    let givenObject: JSON?

    /// The ARN of a map run that begins with an event. It tells which execution's it is.
    func mapRunID(label: String, event: Int) -> String {
        let machine = stateMachineID.replacing(":stateMachine:", with: ":mapRun:")
        let name = executionID.split(separator: ":", maxSplits: 7, omittingEmptySubsequences: false).last ?? ""
        return "\(machine)/\(label):\(name).\(event)"
    }

    /// A context from its parts. Few steps ask for the ARNs: they are made when they are.
    ///
    /// - Parameter givenObject: What a test of a state has for the context object.
    /// - Throws: ``JSONError`` where the input is not JSON.
    public init(
        executionID: @autoclosure @escaping @Sendable () -> String,
        executionName: String,
        startTime: Instant,
        roleARN: String,
        redriveCount: Int,
        stateMachineID: @autoclosure @escaping @Sendable () -> String,
        stateMachineName: String,
        region: String,
        inputText: String,
        isExpress: Bool = false,
        givenObject: JSON? = nil
    ) throws(JSONError) {
        makeExecutionID = executionID
        self.executionName = executionName
        self.startTime = startTime
        self.roleARN = roleARN
        self.redriveCount = redriveCount
        makeStateMachineID = stateMachineID
        self.stateMachineName = stateMachineName
        self.region = region
        self.inputText = inputText
        self.isExpress = isExpress
        self.givenObject = givenObject
        self.input = try JSON(parsing: inputText)
    }
}
