/// What a Task state asks for.
public struct TaskRequest: Sendable, Equatable {
    /// The id of its `TaskScheduled` event: unique in the execution, new with each retry.
    public let id: Int
    /// The state's name.
    public let state: String
    /// The `Resource`.
    public let resource: String
    /// The effective parameters.
    public var parameters: JSON { payload.json }
    /// What was looked up for the parameters: a value for each place of the ``TaskDefinition/payload``.
    public var values: [JSON] { payload.values }
    let payload: Payload
    /// How often the state was retried before.
    public let attempt: Int
    /// After how many seconds it is given up; `nil` for never.
    public let timeoutSeconds: Int?
    /// Within how many seconds it has to give a sign of life; `nil` for never.
    public let heartbeatSeconds: Int?
    /// Whether anything looks at the output of a task that is done at once: otherwise it need not be made.
    public let needsOutput: Bool
    /// The role that its `Credentials` name; `nil` for the machine's own.
    public internal(set) var role: String?
    /// How it is asked after; `nil` for a task that begins. What it was begun with is not told again.
    public internal(set) var poll: TaskPoll?

    /// A request from its parts.
    public init(
        id: Int,
        state: String,
        resource: String,
        parameters: JSON,
        attempt: Int,
        timeoutSeconds: Int?,
        heartbeatSeconds: Int?,
        needsOutput: Bool = true
    ) {
        self.init(
            id: id,
            state: state,
            resource: resource,
            payload: Payload(parameters),
            attempt: attempt,
            timeoutSeconds: timeoutSeconds,
            heartbeatSeconds: heartbeatSeconds,
            needsOutput: needsOutput
        )
    }

    init(
        id: Int,
        state: String,
        resource: String,
        payload: Payload,
        attempt: Int,
        timeoutSeconds: Int?,
        heartbeatSeconds: Int?,
        needsOutput: Bool
    ) {
        self.id = id
        self.state = state
        self.resource = resource
        self.payload = payload
        self.attempt = attempt
        self.timeoutSeconds = timeoutSeconds
        self.heartbeatSeconds = heartbeatSeconds
        self.needsOutput = needsOutput
    }
}

/// What became of a task when it was asked for.
public enum TaskDisposition: Sendable, Equatable {
    /// It is done; the flow goes on at once.
    case succeeded(output: JSON)
    /// It failed.
    case failed(error: String, cause: String?)
    /// Its answer comes with the commit of the step, as a ``Stimulus``.
    case pending
    /// What it was begun with has been accepted, with this answer; its own comes by its token.
    case submitted(output: JSON)
    /// Its answer comes from outside, as a ``Stimulus``, whenever it comes.
    case waiting(PendingTask.Answerer)
}

/// Takes the tasks of one step. It must answer the same request in the same way: a history is made by running the
/// steps again.
public protocol TaskHandler {
    /// Begins a task.
    mutating func begin(_ task: TaskRequest) -> TaskDisposition

    /// Begins the execution of a map run's item, whose end comes as a ``Stimulus``.
    ///
    /// - Returns: Whether it had room in this step; otherwise it comes again with the next one.
    mutating func begin(_ item: MapItemRequest) -> Bool

    /// Begins to read items of a map run, or to write results of it. The answer comes as a ``Stimulus`` for the task with the
    /// id of the map run; without one for ``PendingTask/callSeconds`` it is asked for again.
    mutating func begin(_ transfer: MapTransfer)

    /// The token by which a task that waits for one is answered: `$$.Task.Token`.
    func token(ofTask id: Int) -> String
}
