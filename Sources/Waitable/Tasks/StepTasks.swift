import StatesLanguage

/// Takes the tasks of one step: what they write becomes part of the commit, what they call comes after it.
struct StepTasks: TaskHandler {
    /// What the commit does.
    private(set) var effects: [Effect] = []
    /// What is called after it.
    private(set) var calls: [OutsideCall] = []

    private let execution: Execution
    /// How often the execution was redriven, with this step: items that run again have other names.
    private let redrives: Int
    private let now: Instant
    private let arn: ARN
    private let integrations: [String: TaskIntegration]
    private var items: ItemTaskHandler

    init(
        of execution: Execution,
        at now: Instant,
        arn: ARN,
        integrations: [String: TaskIntegration],
        keyAttributes: KeyAttributes,
        alwaysEvaluate: Bool,
        isRedrive: Bool
    ) {
        self.execution = execution
        redrives = execution.redriveCount + (isRedrive ? 1 : 0)
        self.now = now
        self.arn = arn
        self.integrations = integrations
        items = ItemTaskHandler(
            keyAttributes: keyAttributes,
            requestID: execution.key.member,
            now: now,
            alwaysEvaluate: alwaysEvaluate
        )
    }

    func token(ofTask id: Int) -> String { TaskToken(task: id, of: execution).text }

    mutating func begin(_ task: TaskRequest) -> TaskDisposition {
        guard let integration = integrations[task.resource] else {
            return .failed(
                error: "Waitable.ResourceNotSupported",
                cause: "The resource \(task.resource) is not supported by this version"
            )
        }
        if case .item(let resource) = integration {
            let known = items.effects.count
            defer { for effect in items.effects[known...] { effects.append(.item(effect)) } }
            return items.begin(task, resource)
        }
        do throws(ItemProblem) {
            return try begin(task, integration)
        } catch {
            return .failed(
                error: "States.Runtime",
                cause: "The Parameters '\(task.parameters.text)' could not be used to start the Task: [\(error.reason)]"
            )
        }
    }

    /// The most items whose executions one step starts.
    private static let mostItems = 80

    mutating func begin(_ item: MapItemRequest) -> Bool {
        guard effects.count < Self.mostItems else { return false }
        effects.append(
            .start(
                ChildStart(
                    machine: itemKey(item.place, isExpress: item.isExpress).machine,
                    name: itemKey(item.place, isExpress: item.isExpress).name,
                    input: item.input.text,
                    task: item.place.id,
                    wish: .end(.output),
                    revision: execution.revision
                )
            )
        )
        return true
    }

    /// Stops the execution of a map run's item, for which nobody waits any more.
    mutating func stop(_ item: MapItemRequest.Place, isExpress: Bool) {
        effects.append(.stop(itemKey(item, isExpress: isExpress)))
    }

    private func itemKey(_ item: MapItemRequest.Place, isExpress: Bool) -> ExecutionKey {
        let name = DerivedUUID.text(arn.execution(execution.key), "\(item.id)", "\(redrives)")
        return ExecutionKey(
            machine: "\(execution.key.machine)/\(item.label)",
            name: isExpress ? "\(name):\(DerivedUUID.text(name))" : name
        )
    }

    private mutating func begin(
        _ task: TaskRequest,
        _ integration: TaskIntegration
    ) throws(ItemProblem) -> TaskDisposition {
        switch integration {
        case .item(let resource): return items.begin(task, resource)
        case .activity(let name):
            let offered = OfferedTask(
                key: execution.key,
                task: task.id,
                token: token(ofTask: task.id),
                input: task.parameters.text
            )
            effects.append(.offer(activity: name, offered))
            return .waiting(.activity)
        case .publication(let service, let pattern):
            return try publish(task, service, pattern)
        case .execution(let pattern):
            effects.append(.start(try child(of: task, pattern)))
            return .pending
        case .function(let name):
            return call(task, .function(name: name, payload: task.parameters, isWrapped: false))
        case .invoke(let pattern):
            let parameters = task.parameters.objectValue ?? [:]
            guard let name = parameters["FunctionName"]?.stringValue else { throw .missing("FunctionName") }
            let payload = parameters["Payload"] ?? .object([:])
            return call(task, .function(name: name, payload: payload, isWrapped: true), pattern)
        case .http:
            return call(task, .http(task.parameters.objectValue ?? [:]))
        }
    }

    private mutating func call(
        _ task: TaskRequest,
        _ target: OutsideCall.Target,
        _ pattern: IntegrationPattern = .response
    ) -> TaskDisposition {
        calls.append(
            OutsideCall(
                key: execution.key,
                task: task.id,
                target: target,
                idempotencyKey: "\(arn.execution(execution.key)):\(task.id)",
                timeoutSeconds: task.timeoutSeconds,
                waitsForToken: pattern == .token
            )
        )
        return .waiting(.call)
    }

    private mutating func publish(
        _ task: TaskRequest,
        _ service: Publication.Service,
        _ pattern: IntegrationPattern
    ) throws(ItemProblem) -> TaskDisposition {
        let seed = arn.execution(execution.key)
        let publication = try Publication(service, parameters: task.parameters.objectValue ?? [:]) {
            DerivedUUID.text(seed, "\(task.id)", "\($0)")
        }
        for message in publication.messages {
            effects.append(.publish(stream: message.stream, fields: message.fields))
        }
        if let failure = publication.failure { return .failed(error: failure.error, cause: failure.cause) }
        let response = ServiceResponse(
            requestID: DerivedUUID.text(seed, "\(task.id)", "request"),
            date: HTTPDate.text(now),
            contentType: service.contentType
        )
        let output = response.output(publication.answer)
        return pattern == .token ? .submitted(output: output) : .succeeded(output: output)
    }

    /// The most bytes of an execution's input, in UTF-8.
    private static let largestInput = 262_144

    private func child(of task: TaskRequest, _ pattern: IntegrationPattern) throws(ItemProblem) -> ChildStart {
        let parameters = task.parameters.objectValue ?? [:]
        guard let machine = parameters["StateMachineArn"]?.stringValue else { throw .missing("StateMachineArn") }
        let name =
            parameters["Name"]?.stringValue ?? DerivedUUID.text(arn.execution(execution.key), "\(task.id)", "name")
        guard ResourceName.problem(with: name) == nil else { throw .parameters("Invalid Name: '\(name)'") }
        guard let reference = try? arn.stateMachineReference(in: machine),
            ResourceName.problem(with: reference.name) == nil
        else {
            throw .parameters("Invalid Arn: '\(machine)'")
        }
        let input = parameters["Input"].flatMap { $0 == .null ? nil : $0 } ?? .object([:])
        // A text is the input's JSON text, as for the API.
        let text = input.stringValue ?? input.text
        guard text.utf8.count <= Self.largestInput, (try? JSON(parsing: text)) != nil else {
            throw .parameters(
                "Invalid State Machine Execution Input: must be JSON of at most \(Self.largestInput) bytes"
            )
        }
        return ChildStart(
            machine: reference.name,
            name: name,
            input: text,
            task: task.id,
            wish: pattern.wish
        )
    }
}

extension ItemProblem {
    fileprivate static func missing(_ field: String) -> ItemProblem {
        .parameters("The field '\(field)' is required but was missing")
    }

    fileprivate var reason: String {
        switch self {
        case .validation(let message), .service(_, let message), .parameters(let message): message
        }
    }
}

extension Publication.Service {
    fileprivate var contentType: String {
        switch self {
        case .sqs: "application/x-amz-json-1.0"
        case .sns: "text/xml"
        case .events: "application/x-amz-json-1.1"
        }
    }
}
