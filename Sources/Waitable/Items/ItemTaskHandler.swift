public import StatesLanguage

/// Carries out the tasks on items of one step of an execution.
///
/// Nothing is written by it: plain writes, whose outcome is known beforehand, are answered at once and become effects
/// of the commit; all else is evaluated by Redis inside the commit, and stays pending until the outcome comes back.
public struct ItemTaskHandler {
    /// The writes, in the order of the tasks.
    public private(set) var effects: [ItemEffect] = []

    private let keyAttributes: KeyAttributes
    private let requestID: String
    private let now: Instant?
    private let alwaysEvaluate: Bool

    /// A handler for one step.
    ///
    /// - Parameters:
    ///   - keyAttributes: The tables' key attributes.
    ///   - requestID: What the requests' ids are derived from, such as the execution's name.
    ///   - now: The instant for the `Date` header in outputs; without it the header is left out.
    ///   - alwaysEvaluate: Whether even plain writes wait for their outcome, after Redis refused one of them.
    public init(
        keyAttributes: KeyAttributes = KeyAttributes(),
        requestID: String,
        now: Instant? = nil,
        alwaysEvaluate: Bool = false
    ) {
        self.keyAttributes = keyAttributes
        self.requestID = requestID
        self.now = now
        self.alwaysEvaluate = alwaysEvaluate
    }

    /// Begins a task.
    public mutating func begin(_ task: TaskRequest) -> TaskDisposition {
        guard let resource = ItemResource(task.resource) else {
            return .failed(error: "States.Runtime", cause: "The resource \(task.resource) is not supported")
        }
        return begin(task, resource)
    }

    /// Begins a task whose resource is known.
    mutating func begin(_ task: TaskRequest, _ resource: ItemResource) -> TaskDisposition {
        func response() -> ItemResponse {
            ItemResponse(
                integration: resource.integration,
                requestID: RequestID.derive(from: requestID, task: task.id),
                date: now.map(HTTPDate.text)
            )
        }
        do {
            let operation = try ItemOperation(
                resource.action,
                parameters: task.parameters,
                keyAttributes: keyAttributes
            )
            if !alwaysEvaluate, let effect = operation.plainEffect {
                effects.append(effect)
                return .succeeded(output: task.needsOutput ? response().output([:]) : .null)
            }
            let program = operation.program(task: task.id, echo: response().echo)
            effects.append(.evaluate(operation.key, program: program, task: task.id))
            return .pending
        } catch .parameters(let reason) {
            return .failed(
                error: "States.Runtime",
                cause: "The Parameters '\(task.parameters.text)' could not be used to start the Task: [\(reason)]"
            )
        } catch {
            let failure = error.failure(integration: resource.integration, requestID: response().requestID)
            return .failed(error: failure.error, cause: failure.cause)
        }
    }
}
