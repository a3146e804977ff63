import StatesLanguage
import Waitable
import WaitableRedis

extension StepFunctionsAPI {
    /// Creates a state machine. Idempotent for the same name, definition, type and configurations.
    func createStateMachine(_ request: APIRequest) async throws -> JSONObject {
        let name = try request.required("name")
        guard ResourceName.problem(with: name) == nil else { throw APIError.invalidName(name) }
        var revision = Revision(
            definition: try request.required("definition"),
            roleARN: try request.required("roleArn")
        )
        revision.type = try request.machineType()
        try request.apply(to: &revision)
        let publication = try request.publication()
        let tags = try request.tags()
        if let level = tags[HistoryLevel.tag]?.stringValue {
            guard let history = HistoryLevel(rawValue: level) else {
                let levels = HistoryLevel.allCases.map(\.rawValue).joined(separator: ", ")
                throw APIError.constraint(
                    value: level,
                    at: "tags.\(HistoryLevel.tag)",
                    "Member must satisfy enum value set: [\(levels)]"
                )
            }
            revision.history = history
        }
        if let events = tags[Revision.eventsTag]?.stringValue {
            guard events == "true" || events == "false" else {
                throw APIError.constraint(
                    value: events,
                    at: "tags.\(Revision.eventsTag)",
                    "Member must satisfy enum value set: [true, false]"
                )
            }
            revision.hasEvents = events == "true"
        }
        _ = try await compile(revision.definition, type: revision.type)
        let now = try await ingest.clock.now()
        let arn = ingest.arn.stateMachine(name)
        let existing = try await currentRevision(of: name)
        let (created, version) = try await ingest.store.changeMachine(name) { [revision] entry in
            if let record = entry.record {
                guard existing?.isCreated(by: revision) ?? false else {
                    throw APIError("StateMachineAlreadyExists", "State Machine Already Exists: '\(arn)'")
                }
                return (record.creationDate, publication.map { _ in entry.versions.last } ?? nil)
            }
            entry.newRevision = revision
            entry.record = MachineRecord(name: name, revision: revision.hash, creationDate: now)
            entry.record?.type = revision.type
            return (now, publication.map { entry.publish(description: $0.description, at: now) } ?? nil)
        }
        ingest.machines.forget(name)
        try await tag("stateMachine:\(name)", tags)
        var answer: JSONObject = ["stateMachineArn": .string(arn), "creationDate": created.epochSeconds]
        answer["stateMachineVersionArn"] = version.map { .string(versionARN(name, $0)) }
        return answer
    }

    /// Compiles a definition, in its turn.
    ///
    /// - Throws: ``APIError`` where it cannot be run, ``ConcurrencyLimitError`` where too many wait for theirs.
    func compile(_ definition: String, type: MachineType) async throws -> StateMachine {
        do {
            return try await ingest.compilations.turn { _ in
                try StateMachine(definition: definition, resources: TaskCatalog(type: type))
            }
        } catch let error as DefinitionError {
            throw APIError(error)
        }
    }

    /// The revision that a machine's new executions start with; `nil` where there is no machine of that name.
    func currentRevision(of name: String) async throws -> Revision? {
        guard let record = try await ingest.store.machine(name) else { return nil }
        return try await ingest.store.revision(record.revision)
    }
}
