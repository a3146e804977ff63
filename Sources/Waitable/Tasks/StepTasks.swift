import StatesLanguage

/// Takes the tasks of one step: what they write becomes part of the commit, what they call comes after it.
struct StepTasks: TaskHandler {
    /// What the commit does.
    private(set) var effects: [Effect] = []
    /// What is called after it.
    private(set) var calls: [OutsideCall] = []

    private let before: Box<Execution>
    private var execution: Execution { before.value }
    /// How often the execution was redriven, with this step: items that run again have other names.
    private let redrives: Int
    private let now: Instant
    private let runner: ExecutionRunner
    private var arn: ARN { runner.arn }
    private let items: ItemTaskHandler
    private let places: TaskPlaces
    /// The tasks whose effects lie in other partitions.
    private(set) var elsewhere: [Int] = []
    private let tables: TablePlaces
    /// The tasks on one item of a declared table.
    private(set) var onTables: [Int] = []

    init(
        of before: Box<Execution>,
        at now: Instant,
        by runner: ExecutionRunner,
        alwaysEvaluate: Bool,
        isRedrive: Bool,
        elsewhere places: TaskPlaces,
        onTables tables: TablePlaces
    ) {
        self.places = places
        self.tables = tables
        self.before = before
        redrives = before.value.redriveCount + (isRedrive ? 1 : 0)
        self.now = now
        self.runner = runner
        items = ItemTaskHandler(
            keyAttributes: runner.machine.keyAttributes,
            execution: before.value.key,
            now: now,
            alwaysEvaluate: alwaysEvaluate
        )
    }

    func token(ofTask id: Int) -> String { TaskToken(task: id, of: execution, secret: runner.secret).text }

    mutating func begin(_ task: TaskRequest) -> TaskDisposition {
        guard let prepared = runner.machine.tasks[task.state], let integration = prepared.integration else {
            return .failed(
                error: "Waitable.ResourceNotSupported",
                cause: "The resource \(task.resource) is not supported by this version"
            )
        }
        if case .item(let resource) = integration {
            return begin(task, resource, prepared.write)
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

    private mutating func begin(
        _ task: TaskRequest,
        _ resource: ItemResource,
        _ write: PreparedWrite?
    ) -> TaskDisposition {
        if !resource.action.isAboutOneItem { return beginOnTable(task, resource) }
        if tables.isDeclared(task.id, write?.table ?? TableOperation.tableName(in: task.parameters)) {
            onTables.append(task.id)
            return beginOnTable(task, resource)
        }
        let (disposition, effect) = items.begin(task, resource, write)
        guard let effect else { return disposition }
        guard isElsewhere(task, effect.key.id) else {
            effects.append(.item(effect))
            return disposition
        }
        // What becomes of it there is known there only: even a plain write waits for that.
        let (outcome, program) = items.begin(task, resource, evaluates: true)
        guard let program else { return outcome }
        effects.append(.item(program))
        return .waiting(.message)
    }

    private mutating func beginOnTable(_ task: TaskRequest, _ resource: ItemResource) -> TaskDisposition {
        let (disposition, effect) = items.beginOnTable(
            task,
            resource,
            tables.tables,
            isSpread: places.isSpread(task.id)
        )
        guard let effect else { return disposition }
        effects.append(.item(effect))
        if effect.isTour {
            elsewhere.append(task.id)
        } else if isElsewhere(task, effect.key.id) {
            return .waiting(.message)
        }
        return disposition
    }

    /// Whether a task is about something in another partition.
    private mutating func isElsewhere(_ task: TaskRequest, _ id: String) -> Bool {
        guard places.isElsewhere(task.id, id, of: execution.key.name) else { return false }
        elsewhere.append(task.id)
        return true
    }

    /// The most items whose executions one step starts.
    private static let mostItems = 80

    mutating func begin(_ item: MapItemRequest) -> Bool {
        guard effects.count < Self.mostItems else { return false }
        let key = ExecutionKey.item(
            item.id,
            of: execution.key,
            label: item.label,
            isExpress: item.isExpress,
            redrives: redrives,
            arn: arn
        )
        effects.append(
            .start(
                ChildStart(
                    machine: key.machine,
                    name: key.name,
                    input: item.input.text,
                    task: item.id,
                    pattern: .end(item.wantsDescription ? .text : .output),
                    revision: execution.revision
                )
            )
        )
        return true
    }

    mutating func begin(_ transfer: MapTransfer) {
        let request = TransferRequest(transfer: transfer, key: execution.key, redrives: redrives, arn: arn)
        calls.append(
            OutsideCall(
                key: execution.key,
                task: transfer.id,
                target: .transfer(request),
                date: now,
                idempotencyKey: "\(arn.execution(execution.key)):\(transfer.id)",
                timeoutSeconds: nil,
                waitsForToken: false
            )
        )
    }

    private mutating func begin(
        _ task: TaskRequest,
        _ integration: TaskIntegration
    ) throws(ItemProblem) -> TaskDisposition {
        switch integration {
        case .item: preconditionFailure("tasks on items are begun before")
        case .activity(let name):
            let offered = OfferedTask(
                key: execution.key,
                task: task.id,
                token: token(ofTask: task.id),
                input: task.parameters.text,
                refusal: .failed(
                    error: "ActivityDoesNotExist",
                    cause: "Activity Does Not Exist: '\(task.resource)'"
                )
            )
            effects.append(.offer(activity: name, offered))
            return .waiting(.activity)
        case .publication(let publisher, let pattern):
            return try publish(task, publisher, pattern)
        case .execution(let pattern):
            let start = try child(of: task, pattern)
            effects.append(.start(start))
            return isElsewhere(task, start.name) ? .waiting(.message) : .pending
        case .function(let name):
            return call(task, .function(name: name, payload: task.parameters.text, isWrapped: false))
        case .invoke(let pattern):
            let parameters = task.parameters.objectValue ?? [:]
            guard let name = parameters["FunctionName"]?.stringValue else { throw .missing("FunctionName") }
            let payload = Self.payloadText(parameters["Payload"] ?? .null)
            return call(task, .function(name: name, payload: payload, isWrapped: true), pattern)
        case .http:
            return call(task, .http(task.parameters.objectValue ?? [:]))
        case .outside(let integration):
            return call(task, .integration(request(of: task, integration)), integration.pattern)
        }
    }

    private func request(of task: TaskRequest, _ integration: OutsideIntegration) -> IntegrationRequest {
        IntegrationRequest(
            integration: integration,
            state: task.state,
            attempt: task.attempt,
            parameters: task.parameters,
            arn: arn,
            role: task.role,
            heartbeatSeconds: task.heartbeatSeconds,
            token: integration.pattern == .token ? token(ofTask: task.id) : nil,
            poll: task.poll
        )
    }

    /// What `lambda:invoke` sends: a text that is JSON as it is, and nothing as an empty object.
    private static func payloadText(_ payload: JSON) -> String {
        switch payload {
        case .null: "{}"
        case .string(let text) where (try? JSON(parsing: text)) != nil: text
        default: payload.text
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
                date: now,
                idempotencyKey: "\(arn.execution(execution.key)):\(task.id)"
                    + (task.poll.map { ":\($0.number)" } ?? ""),
                timeoutSeconds: task.timeoutSeconds,
                waitsForToken: pattern == .token
            )
        )
        return .waiting(.call)
    }

    private mutating func publish(
        _ task: TaskRequest,
        _ publisher: PublishTask.Publisher,
        _ pattern: IntegrationPattern
    ) throws(ItemProblem) -> TaskDisposition {
        let seed = arn.execution(execution.key)
        let requestID = DerivedUUID.text(seed, "\(task.id)", "request")
        let parameters = task.parameters.objectValue ?? [:]
        if let failure = publisher.failure(of: parameters, requestID: requestID) {
            return .failed(error: failure.error, cause: failure.cause)
        }
        let publication = try PublishTask(publisher.service, parameters: parameters) {
            DerivedUUID.text(seed, "\(task.id)", "\($0)")
        }
        for message in publication.messages {
            effects.append(.publish(stream: message.stream, fields: message.fields))
        }
        // The SDK leaves it to its caller to look for entries that failed.
        if let failure = publication.failure, !publisher.isSDK {
            return .failed(error: failure.error, cause: failure.cause)
        }
        let response = ServiceResponse(
            requestID: requestID,
            date: HTTPDate.text(now),
            contentType: publisher.service.contentType
        )
        let output = publisher.isSDK ? .object(publication.answer) : response.output(publication.answer)
        return pattern == .token ? .submitted(output: output) : .succeeded(output: output)
    }

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
        guard text.utf8.count <= DataLimit.bytes, (try? JSON(parsing: text)) != nil else {
            throw .parameters(
                "Invalid State Machine Execution Input: must be JSON of at most \(DataLimit.bytes) bytes"
            )
        }
        return ChildStart(
            machine: reference.name,
            name: name,
            input: text,
            task: task.id,
            pattern: pattern.pattern,
            revision: (reference.version.map(String.init) ?? reference.alias).map { ":\($0)" }
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

extension PublishTask.Service {
    fileprivate var contentType: String {
        switch self {
        case .sqs: "application/x-amz-json-1.0"
        case .sns: "text/xml"
        case .events: "application/x-amz-json-1.1"
        }
    }
}
